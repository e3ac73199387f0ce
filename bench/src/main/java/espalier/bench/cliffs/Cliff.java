package espalier.bench.cliffs;

import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * How evenly a kernel runs from one start of the JVM to the next, each in its best pass.
 *
 * @param passes how often the slowest start was asked
 * @param bestNanos of a call in the fastest start
 * @param worstNanos in the slowest
 * @param ratio best over worst: 1 is even
 * @param cpuRatio the same, by the thread's own time
 * @param allowedBytes that a call may allocate
 * @param bytes allocated in a call, the most of all starts
 * @param slow starts that do not reach {@link #LEAST} of the fastest by the clock
 * @param startPasses how often each start was asked, in order
 * @param startNanos of a call in each start
 * @param startBytes allocated in a call in each start
 */
public record Cliff(String kernel, int starts, int passes, double bestNanos, double worstNanos, double ratio, double cpuRatio,
        long allowedBytes, double bytes, Verdict verdict, int slow, List<Integer> startPasses, List<Double> startNanos,
        List<Double> startBytes) {
    /** The slowest start must reach this much of the fastest. */
    public static final double LEAST = 0.8;

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
        double ratio = evenness(starts, Start::nanos);
        double cpuRatio = evenness(starts, Start::cpuNanos);
        double bytes = starts.stream().mapToDouble(Start::bytes).max().orElseThrow();
        Verdict verdict = bytes > allowedBytes ? Verdict.ALLOCATES
                : ratio >= LEAST ? Verdict.EVEN
                : cpuRatio >= LEAST ? Verdict.DISTURBED : Verdict.CLIFF;
        Start fastest = Collections.min(starts, BY_NANOS);
        Start slowest = Collections.max(starts, BY_NANOS);
        return new Cliff(kernel, starts.size(), slowest.passes(), fastest.nanos(), slowest.nanos(), ratio, cpuRatio,
                allowedBytes, bytes, verdict, (int) starts.stream().filter(s -> slow(fastest.nanos(), s.nanos())).count(),
                starts.stream().map(Start::passes).toList(), starts.stream().map(Start::nanos).toList(),
                starts.stream().map(Start::bytes).toList());
    }

    /** {@return whether another pass of a start may change the verdict} */
    boolean doubtful(int start) {
        return slow(bestNanos, startNanos.get(start)) || startBytes.get(start) > allowedBytes;
    }

    private static boolean slow(double bestNanos, double nanos) {
        return bestNanos / nanos < LEAST;
    }

    private static double evenness(List<Start> starts, ToDoubleFunction<Start> time) {
        return starts.stream().mapToDouble(time).min().orElseThrow() / starts.stream().mapToDouble(time).max().orElseThrow();
    }
}
