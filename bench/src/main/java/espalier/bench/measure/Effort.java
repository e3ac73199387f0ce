package espalier.bench.measure;

/**
 * How much time a measurement may take.
 *
 * @param forks fresh JVMs
 * @param warmups iterations that do not count, of {@code warmupMillis}
 * @param iterations that do, of {@code millis}
 */
public record Effort(int forks, int warmups, int warmupMillis, int iterations, int millis) {
    /** For figures that are told to others; kernels of micro- to milliseconds. */
    public static final Effort KERNEL = new Effort(5, 3, 500, 5, 300);
    /** For figures that are told to others; whole networks. */
    public static final Effort NETWORK = new Effort(5, 5, 1000, 5, 1000);
    /** To see that it runs. */
    public static final Effort QUICK = new Effort(1, 2, 500, 3, 100);

    /** {@return this with other forks} */
    public Effort withForks(int forks) {
        return new Effort(forks, warmups, warmupMillis, iterations, millis);
    }
}
