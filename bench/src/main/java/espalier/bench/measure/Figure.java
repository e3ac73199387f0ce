package espalier.bench.measure;

import com.fasterxml.jackson.annotation.JsonInclude;
import espalier.bench.peer.Task;
import espalier.bench.peer.WeightForm;
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
 * @param best the fastest iteration of all forks: what disturbs a machine makes it slower only; null where nothing was timed
 * @param bestRatio that over the fastest iteration of the baseline
 * @param format of the weights; left out, as what follows, where that is no question
 * @param sparsity the share of the weights that are zero
 * @param activationBits 32 in float32
 * @param theoreticalSpeedup all multiplications of a network over those whose weight is not zero
 */
public record Figure(String benchmark, String shape, int threads, String unit, double median, double min, double max,
        int forks, double milliseconds, double peakFraction, double peakGflops, double bytesPerOp, Double peakMemory,
        String baseline, Double baselineMedian, Double baselineMemory, Double ratio, Double best, Double bestRatio,
        @JsonInclude(JsonInclude.Include.NON_NULL) String format,
        @JsonInclude(JsonInclude.Include.NON_NULL) Double sparsity,
        @JsonInclude(JsonInclude.Include.NON_NULL) Integer activationBits,
        @JsonInclude(JsonInclude.Include.NON_NULL) Double theoreticalSpeedup) {

    /** A figure that is not about the form of weights. */
    Figure(String benchmark, String shape, int threads, String unit, double median, double min, double max,
            int forks, double milliseconds, double peakFraction, double peakGflops, double bytesPerOp, Double peakMemory,
            String baseline, Double baselineMedian, Double baselineMemory, Double ratio, Double best) {
        this(benchmark, shape, threads, unit, median, min, max, forks, milliseconds, peakFraction, peakGflops, bytesPerOp,
                peakMemory, baseline, baselineMedian, baselineMemory, ratio, best, null, null, null, null, null);
    }

    /** {@return the figure of forks {@code ours}, compared with nobody} */
    static Figure of(Suite.Entry entry, List<Fork> ours, double peakGflops, Double peakMemory) {
        double items = entry.task().items();
        double nanos = median(ours);
        return new Figure(entry.task().benchmark(), entry.task().shape(), entry.threads(), entry.task().unit(),
                perSecond(items, nanos), perSecond(items, ours.stream().mapToDouble(Fork::nanos).max().orElseThrow()),
                perSecond(items, ours.stream().mapToDouble(Fork::nanos).min().orElseThrow()), ours.size(),
                nanos / 1e6, entry.task().flops() / nanos / peakGflops, peakGflops,
                Statistics.median(ours.stream().mapToDouble(Fork::bytes).toArray()),
                peakMemory, null, null, null, null, perSecond(items, best(ours))).with(entry.task());
    }

    private Figure with(Task task) {
        WeightForm form = task.form();
        return form == null ? this : new Figure(benchmark, shape, threads, unit, median, min, max, forks, milliseconds,
                peakFraction, peakGflops, bytesPerOp, peakMemory, baseline, baselineMedian, baselineMemory, ratio, best, bestRatio,
                form.format().toString(), form.sparsity(), form.bits(), task.theoreticalSpeedup());
    }

    /** {@return this, compared with {@code theirs} of {@code task}} */
    Figure against(String baseline, Task task, List<Fork> theirs, Double theirMemory) {
        double theirMedian = perSecond(task.items(), median(theirs));
        return new Figure(benchmark, shape, threads, unit, median, min, max, forks, milliseconds, peakFraction, peakGflops,
                bytesPerOp, peakMemory, baseline, theirMedian, theirMemory, median / theirMedian, best,
                best / perSecond(task.items(), best(theirs)), format, sparsity, activationBits, theoreticalSpeedup);
    }

    /** {@return the fraction of the peak that the fastest iteration reached} */
    double bestPeakFraction() {
        return peakFraction * best / median;
    }

    private static double best(List<Fork> forks) {
        return forks.stream().mapToDouble(Fork::bestNanos).min().orElseThrow();
    }

    private static double median(List<Fork> forks) {
        return Statistics.median(forks.stream().mapToDouble(Fork::nanos).toArray());
    }

    private static double perSecond(double items, double nanos) {
        return items / nanos * 1e9;
    }
}
