package espalier.bench.measure;

/**
 * How much time a measurement may take.
 *
 * @param forks fresh JVMs
 * @param warmups iterations that do not count, of {@code warmupMillis}
 * @param iterations that do, of {@code millis}
 */
public record Effort(int forks, int warmups, int warmupMillis, int iterations, int millis) {
    /** Of those that compile nothing, but choose algorithms and set up memory in their first calls. */
    private static final int COMPILED_WARMUPS = 3;

    /**
     * For figures that are told to others; kernels of micro- to milliseconds. After 1.2 s of warm-up some convolutions still
     * allocated up to 86 KB a call: they were not compiled to the end.
     */
    public static final Effort KERNEL = new Effort(5, 5, 500, 4, 200);
    /** For figures that are told to others; whole networks. */
    public static final Effort NETWORK = new Effort(5, 5, 1000, 5, 1000);
    /**
     * For figures that are told to others; training and what is part of it, of which the classifier's small products are
     * compiled after some hundred steps: metered after ten or 80, a step seemed to allocate 2 MB, and PGD after 110 of its own 7.
     */
    static final Effort TRAINING = new Effort(5, 25, 1000, 5, 1000);
    /** For figures that are told to others; layers in many forms, which warm up by themselves before. */
    static final Effort LAYER = new Effort(5, 1, 200, 4, 200);
    /** For figures that are told to others; networks in many forms: csr-int8 is twice as fast after 200 runs as after 40. */
    static final Effort LOWERED = new Effort(5, 8, 1000, 4, 500);
    /** To find a cliff among many similar sizes, whose kernels are small: after 0.6 s they were not compiled to the end. */
    static final Effort EDGE = new Effort(3, 4, 500, 3, 200);
    /** To see that a kernel runs. */
    public static final Effort QUICK_KERNEL = new Effort(1, 2, 500, 3, 100);
    /** To see that a network runs. */
    public static final Effort QUICK_NETWORK = new Effort(1, 3, 1000, 3, 300);
    /** For a lesson: good to a few percent, in minutes. */
    public static final Effort LESSON_KERNEL = new Effort(2, 4, 400, 6, 120);
    /** To see what a lesson looks like. */
    public static final Effort QUICK_LESSON = new Effort(1, 4, 400, 4, 100);
    /** For a lesson; whole networks. */
    public static final Effort LESSON_NETWORK = new Effort(2, 8, 800, 5, 300);
    /** To find out how much memory a network needs. */
    static final Effort MEMORY = new Effort(1, 2, 1000, 1, 1000);

    /** {@return this for what need not be compiled: a sixth of a run with peers was spent on warming those up} */
    Effort compiled() {
        return new Effort(forks, Math.min(warmups, COMPILED_WARMUPS), warmupMillis, iterations, millis);
    }

    /** {@return this with other forks} */
    public Effort withForks(int forks) {
        return new Effort(forks, warmups, warmupMillis, iterations, millis);
    }
}
