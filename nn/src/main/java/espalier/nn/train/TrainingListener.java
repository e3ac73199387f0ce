package espalier.nn.train;

/** Hears how a training goes. Called in the thread that trains; what it throws ends the training. */
public interface TrainingListener {
    /**
     * Before the first step.
     *
     * @param epochsDone how many epochs an earlier run had finished
     */
    default void begin(int epochsDone, int epochs, int stepsPerEpoch) {}

    /** After each step. */
    default void step(StepReport report) {}

    /** After each epoch, when its checkpoint is written. */
    default void epoch(EpochReport report) {}
}
