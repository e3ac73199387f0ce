package espalier.bench.measure;

/**
 * What one fresh JVM measured.
 *
 * @param nanos of one run: the median of the iterations
 * @param bestNanos the least of the iterations
 * @param bytes allocated in one run
 * @param memory bytes that the process occupied at most
 */
public record Fork(double nanos, double bestNanos, double bytes, double memory) {}
