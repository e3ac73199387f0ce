package espalier.bench.peer;

/** One implementation, made ready for one {@link Task}. */
public interface Workload extends AutoCloseable {
    /** Takes new arrays, with the same values for every implementation; called before each iteration. */
    void fresh();

    /** Does the work once. This is what is timed. */
    void run();

    /** {@return what the last run computed, by which implementations are checked against each other} */
    float[] result();

    @Override
    default void close() {}
}
