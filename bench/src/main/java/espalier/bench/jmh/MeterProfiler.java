package espalier.bench.jmh;

import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * Carries what {@link TaskBenchmark} metered at its end from the fork to the host; before, that is 0. JMH's own would count the
 * arrays of the setup, too.
 */
public final class MeterProfiler implements InternalProfiler {
    /** Bytes allocated in one run. */
    public static final String BYTES = "espalier.bytes";
    /** Bytes that the process occupied at most. */
    public static final String MEMORY = "espalier.memory";

    static double bytes;
    static double memory;

    @Override
    public String getDescription() {
        return "allocation and memory, metered by the benchmark itself";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {}

    @Override
    public Collection<? extends Result<?>> afterIteration(BenchmarkParams benchmark, IterationParams iteration,
            IterationResult result) {
        return List.of(new ScalarResult(BYTES, bytes, "B/op", AggregationPolicy.MAX),
                new ScalarResult(MEMORY, memory, "B", AggregationPolicy.MAX));
    }
}
