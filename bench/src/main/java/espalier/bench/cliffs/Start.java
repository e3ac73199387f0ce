package espalier.bench.cliffs;

/**
 * What one start of the JVM measured of one kernel, in its best pass.
 *
 * @param nanos of a call by the clock: the median of many batches of calls
 * @param cpuNanos of a call by the thread's own time, which stands still while others have the processor
 * @param bytes allocated in a call
 */
public record Start(String kernel, double nanos, double cpuNanos, double bytes) {
    /** {@return the better of two passes} */
    Start best(Start other) {
        return new Start(kernel, Math.min(nanos, other.nanos), Math.min(cpuNanos, other.cpuNanos), Math.min(bytes, other.bytes));
    }
}
