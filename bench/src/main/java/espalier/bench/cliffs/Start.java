package espalier.bench.cliffs;

import java.util.List;
import java.util.stream.Stream;

/**
 * What one start of the JVM measured of one kernel.
 *
 * @param passes how often it was asked
 * @param nanos of a call by the clock, in the best pass: the median of many batches of calls
 * @param cpuNanos of a call by the thread's own time, which stands still while others have the processor, in the best pass
 * @param bytes allocated in a call, in the last pass
 * @param beside what the fastest start took in the next moment over what this one did, each time that they were compared
 */
public record Start(String kernel, int passes, double nanos, double cpuNanos, double bytes, List<Double> beside) {
    public Start {
        beside = List.copyOf(beside);
    }

    /** A pass that was compared with nobody's. */
    Start(String kernel, int passes, double nanos, double cpuNanos, double bytes) {
        this(kernel, passes, nanos, cpuNanos, bytes, List.of());
    }

    /**
     * {@return this and a later pass} What disturbs a pass only makes it slower, so the best of them is nearest to what the
     * code can do. Allocation is not disturbed: what the last pass allocates is what goes on.
     */
    Start then(Start later) {
        return new Start(kernel, passes + later.passes, Math.min(nanos, later.nanos), Math.min(cpuNanos, later.cpuNanos),
                later.bytes, Stream.concat(beside.stream(), later.beside.stream()).toList());
    }

    /** {@return this pass, compared with one of the fastest start in the next moment} */
    Start beside(Start fastest) {
        return new Start(kernel, passes, nanos, cpuNanos, bytes, List.of(fastest.nanos / nanos));
    }
}
