package espalier.nn.optim;

/**
 * The learning rate as a function of time alone, so that a resumed training needs to know no more than the step.
 *
 * <p>Time is counted in steps or in epochs, as the caller likes, from 0.
 */
@FunctionalInterface
public interface Schedule {
    /** {@return the learning rate at time {@code t}} */
    double at(long t);

    /** {@return this schedule, counted in epochs, as one counted in steps} */
    default Schedule perEpoch(int stepsPerEpoch) {
        return t -> at(t / stepsPerEpoch);
    }

    /** {@return this schedule with its first {@code steps} multiplied by 1/steps, 2/steps, …, 1} */
    default Schedule withWarmup(long steps) {
        return t -> t < steps ? at(t) * (t + 1) / steps : at(t);
    }
}
