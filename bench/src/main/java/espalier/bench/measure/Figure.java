package espalier.bench.measure;

import java.util.List;

/**
 * One result: what we reach, next to one baseline of the same run.
 *
 * @param benchmark what is measured
 * @param shape its size
 * @param threads that shared the work
 * @param unit of median, min and max: more is better, unless it is a share
 * @param median over the forks, each of which is the median of its iterations
 * @param min the slowest fork
 * @param max the fastest fork
 * @param forks how many
 * @param milliseconds of one run, of the median
 * @param peakFraction of the multiply-add peak, measured in the same run with the same threads; 0 where it makes no sense
 * @param peakGflops that peak
 * @param bytesPerOp allocated in one run
 * @param peakMemory bytes that our process occupied at most, with a heap that grows as needed; null if not measured
 * @param baseline who or what it is compared with; null where nobody is
 * @param baselineMedian theirs, in the same unit
 * @param baselineMemory the same of the baseline
 * @param ratio above 1 we are better, whatever the unit
 */
public record Figure(String benchmark, String shape, int threads, String unit, double median, double min, double max,
        int forks, double milliseconds, double peakFraction, double peakGflops, double bytesPerOp, Double peakMemory,
        String baseline, Double baselineMedian, Double baselineMemory, Double ratio) {

    /** {@return the figure of forks {@code ours}, compared with nobody} */
    static Figure of(Suite.Entry entry, List<Fork> ours, double peakGflops, Double peakMemory) {
        double items = entry.task().items();
        double nanos = median(ours);
        return new Figure(entry.task().benchmark(), entry.task().shape(), entry.threads(), entry.task().unit(),
                perSecond(items, nanos), perSecond(items, ours.stream().mapToDouble(Fork::nanos).max().orElseThrow()),
                perSecond(items, ours.stream().mapToDouble(Fork::nanos).min().orElseThrow()), ours.size(),
                nanos / 1e6, entry.task().flops() / nanos / peakGflops, peakGflops,
                Statistics.median(ours.stream().mapToDouble(Fork::bytes).toArray()),
                peakMemory, null, null, null, null);
    }

    /** {@return this, compared with {@code theirs}} */
    Figure against(String baseline, double theirMedian, Double theirMemory) {
        return new Figure(benchmark, shape, threads, unit, median, min, max, forks, milliseconds, peakFraction, peakGflops,
                bytesPerOp, peakMemory, baseline, theirMedian, theirMemory, median / theirMedian);
    }

    static double median(List<Fork> forks) {
        return Statistics.median(forks.stream().mapToDouble(Fork::nanos).toArray());
    }

    private static double perSecond(double items, double nanos) {
        return items / nanos * 1e9;
    }
}
