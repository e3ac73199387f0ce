package espalier.bench.study;

/**
 * How fast a network runs, its weights in one format, measured while the study ran.
 *
 * @param format of the weights: {@code dense}, {@code csr}, {@code int8} or {@code csr-int8}
 * @param threads that shared the work
 * @param bytes of the weights in that format
 * @param theoreticalSpeedup over the dense parent if every multiply-add took as long as any other
 * @param single one image at a time
 * @param batch as many as the study's batches have
 */
public record Timing(String format, int threads, long bytes, double theoreticalSpeedup, Latency single, Latency batch) {
    /**
     * @param images that are computed at once
     * @param medianMillis of many runs
     * @param p99Millis that 99 of 100 runs take at most
     * @param speedup over the dense parent in float32, measured in turn with it
     */
    public record Latency(int images, double medianMillis, double p99Millis, double speedup) {}
}
