package espalier.bench.jmh;

import espalier.bench.peer.Espalier;
import espalier.bench.peer.Peers;
import espalier.bench.peer.Task;
import espalier.bench.peer.Workload;
import espalier.engine.parallel.Parallel;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Times one task of one implementation: new arrays for every iteration, so that no lucky place in memory lasts, and several
 * forks. What a peer computes is checked against what we compute.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 5, jvmArgsAppend = {TaskBenchmark.LEAST_HEAP, TaskBenchmark.MOST_HEAP})
public abstract class TaskBenchmark {
    /** A heap that does not grow while we measure. */
    public static final String LEAST_HEAP = "-Xms3g";
    /** As much as the least. */
    public static final String MOST_HEAP = "-Xmx3g";

    /** Whose implementation. */
    @Param(Espalier.NAME)
    public String implementation;

    /** How many threads share the work. */
    @Param("1")
    public int threads;

    private Workload workload;

    /** {@return what is to be done} */
    protected abstract Task task();

    /** {@return what is timed} */
    protected Workload prepare() {
        return Peers.named(implementation).prepare(task(), threads);
    }

    /** {@return what computes the same, and is right; nothing where that is what is timed} */
    protected Optional<Workload> reference() {
        return implementation.equals(Espalier.NAME)
                ? Optional.empty()
                : Optional.of(Peers.named(Espalier.NAME).prepare(task(), threads));
    }

    @Setup(Level.Trial)
    public final void start() {
        Parallel.setThreads(threads);
        workload = prepare();
    }

    @Setup(Level.Iteration)
    public final void fresh() {
        workload.fresh();
    }

    @Benchmark
    public final Object run() {
        workload.run();
        return workload;
    }

    /**
     * Meters once, when all is compiled: after each iteration, the four more calls took half of the time of a run of networks.
     * Then checks; last, because what two implementations occupy together is not what one does.
     */
    @TearDown(Level.Trial)
    public final void meterAndCheck() {
        MeterProfiler.bytes = Meter.bytesAllocated(workload::run);
        MeterProfiler.memory = Meter.peakMemory();
        workload.close();
        reference().ifPresent(r -> requireSame(once(r), once(prepare())));
    }

    private static float[] once(Workload workload) {
        try (workload) {
            workload.fresh();
            workload.run();
            return workload.result().clone();
        }
    }

    private void requireSame(float[] expected, float[] actual) {
        double largest = 0;
        double error = expected.length == actual.length ? 0 : Double.NaN;
        for (int i = 0; i < Math.min(expected.length, actual.length); i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            error = Math.max(error, Math.abs((double) expected[i] - actual[i]));
        }
        // Not error > ...: an error that is not a number is one, too.
        if (!(error <= task().tolerance() * Math.max(largest, Float.MIN_NORMAL))) {
            throw new IllegalStateException(task().benchmark() + " " + task().shape() + ": " + implementation
                    + " differs from the reference by " + error + ", of at most " + largest);
        }
    }
}
