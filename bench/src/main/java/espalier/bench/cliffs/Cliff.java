package espalier.bench.cliffs;

import espalier.bench.measure.Statistics;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * How evenly a kernel runs from one start of the JVM to the next, each in its best pass; or, where a start was often compared
 * with the fastest in the same moment, in the median of these comparisons, if that is better: a disturbance of minutes slows
 * down both.
 *
 * @param passes how often the slowest start was asked
 * @param bestNanos of a call in the fastest start
 * @param worstNanos in the slowest
 * @param ratio of the least even start: 1 is even
 * @param cpuRatio best over worst by the thread's own time
 * @param allowedBytes that a call may allocate
 * @param bytes allocated in a call, the most of all starts
 * @param slow starts whose ratio does not reach {@link #LEAST}
 * @param startPasses how often each start was asked, in order
 * @param startNanos of a call in each start
 * @param startBytes allocated in a call in each start
 * @param startRatios how even each start is
 */
public record Cliff(String kernel, int starts, int passes, double bestNanos, double worstNanos, double ratio, double cpuRatio,
        long allowedBytes, double bytes, Verdict verdict, int slow, List<Integer> startPasses, List<Double> startNanos,
        List<Double> startBytes, List<Double> startRatios) {
    /** The slowest start must reach this much of the fastest. */
    public static final double LEAST = 0.8;
    /** So many comparisons in the same moment are believed. */
    static final int COMPARISONS = 5;

    private static final Comparator<Start> BY_NANOS = Comparator.comparingDouble(Start::nanos);

    /** What comes of it. */
    public enum Verdict {
        /** Even. */
        EVEN("even"),
        /** By the clock it looks like a cliff; by the thread's own time it is not: others had the processor. */
        DISTURBED("disturbed"),
        /** One start is much slower than another. */
        CLIFF("CLIFF"),
        /** It allocates what it must not. */
        ALLOCATES("ALLOCATES");

        private final String label;

        Verdict(String label) {
            this.label = label;
        }

        /** {@return whether the check has failed} */
        public boolean bad() {
            return this == CLIFF || this == ALLOCATES;
        }

        @Override
        public String toString() {
            return label;
        }
    }

    /** {@return what the starts of one kernel say} */
    static Cliff of(String kernel, long allowedBytes, List<Start> starts) {
        Start fastest = Collections.min(starts, BY_NANOS);
        List<Double> ratios = starts.stream().map(s -> evenness(fastest, s)).toList();
        double ratio = Collections.min(ratios);
        double cpuRatio = starts.stream().mapToDouble(Start::cpuNanos).min().orElseThrow()
                / starts.stream().mapToDouble(Start::cpuNanos).max().orElseThrow();
        double bytes = starts.stream().mapToDouble(Start::bytes).max().orElseThrow();
        Verdict verdict = bytes > allowedBytes ? Verdict.ALLOCATES
                : ratio >= LEAST ? Verdict.EVEN
                : cpuRatio >= LEAST ? Verdict.DISTURBED : Verdict.CLIFF;
        Start slowest = Collections.max(starts, BY_NANOS);
        return new Cliff(kernel, starts.size(), slowest.passes(), fastest.nanos(), slowest.nanos(), ratio, cpuRatio,
                allowedBytes, bytes, verdict, (int) ratios.stream().filter(r -> r < LEAST).count(),
                starts.stream().map(Start::passes).toList(), starts.stream().map(Start::nanos).toList(),
                starts.stream().map(Start::bytes).toList(), ratios);
    }

    /** {@return whether another pass of a start may change the verdict} */
    boolean doubtful(int start) {
        return slow(start) || startBytes.get(start) > allowedBytes;
    }

    /** {@return whether a start is slower than it may be, as far as is known} */
    boolean slow(int start) {
        return startRatios.get(start) < LEAST;
    }

    /** {@return the start that was fastest in its best pass} */
    int fastest() {
        return startNanos.indexOf(bestNanos);
    }

    private static double evenness(Start fastest, Start start) {
        double best = fastest.nanos() / start.nanos();
        boolean compared = start.beside().size() >= COMPARISONS;
        return compared ? Math.max(best, Statistics.median(start.beside().stream().mapToDouble(d -> d).toArray())) : best;
    }
}
