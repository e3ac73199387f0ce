package espalier.bench.study;

import espalier.bench.study.Timing.Latency;
import espalier.compress.Sizes;
import espalier.compress.lower.Format;
import espalier.compress.lower.LoweredModel;
import espalier.compress.lower.Lowering;
import espalier.datasets.Split;
import espalier.engine.WarmUp;
import espalier.engine.parallel.Parallel;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;
import espalier.nn.model.Model;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.HdrHistogram.Histogram;

/**
 * Measures lowered networks against their dense parent, in turn with it. When the parent was measured once, at first, the dense
 * network was 0.7 times as fast as itself a minute later.
 */
final class Stopwatch {
    private static final WarmUp WARM_UP = new WarmUp(10_000_000, 100_000_000, 100_000_000, 2_000_000_000, 2_000_000_000);
    private static final long FIRST_NANOS = 6_000_000_000L;
    /** Of the first of a network, format and batch: without, one image through int8 took 72 ms instead of 1.2. */
    private static final WarmUp FIRST_WARM_UP = new WarmUp(10_000_000, 1_500_000_000, 300_000_000, FIRST_NANOS, FIRST_NANOS);
    /** Turns that a network and its parent take: what else the machine does falls on both. */
    private static final int TURNS = 5;
    private static final int RUNS_A_TURN = 4;
    private static final long TURN_NANOS = 10_000_000;
    /** Nanoseconds are told to three digits. */
    private static final int DIGITS = 3;
    private static final double NANOS = 1e6;
    /** What was run in this JVM, whose compiled code serves all that is measured after it. */
    private static final Set<String> WARM = ConcurrentHashMap.newKeySet();

    private final Split images;
    private final int batch;
    private final LoweredModel dense;
    private final long denseMacs;

    /**
     * @param dense the parent
     * @param images that networks are run on, the first ones
     */
    Stopwatch(Model dense, Split images, int batch) {
        this.images = images;
        this.batch = Math.min(batch, images.size());
        denseMacs = Sizes.of(dense).macs();
        this.dense = Lowering.lower(dense, Format.DENSE);
    }

    /** {@return the timings of a network in float32: in compressed rows, if it is pruned} */
    List<Timing> ofFloat(Model model, boolean pruned) {
        return List.of(timing(Lowering.lower(model, pruned ? Format.CSR : Format.DENSE)));
    }

    /** {@return the timings of a network in 8 bits: as it is, and if it is pruned in compressed rows} */
    List<Timing> ofQuantized(LoweredModel int8, Model model, boolean pruned, Split calibration, int bits) {
        List<Timing> timings = new ArrayList<>(List.of(timing(int8)));
        if (pruned) {
            timings.add(timing(Lowering.lower(model, Format.CSR_INT8, calibration, bits)));
        }
        return timings;
    }

    private Timing timing(LoweredModel model) {
        return new Timing(model.format().toString(), Parallel.threads(), model.weightBytes(),
                (double) denseMacs / Math.max(1, Sizes.of(model).nonzeroMacs()), latency(model, 1),
                latency(model, batch));
    }

    private Latency latency(LoweredModel model, int n) {
        Tensor pixels = images.images(0, n);
        warmUp(dense, pixels);
        warmUp(model, pixels);
        Histogram parents = new Histogram(DIGITS);
        Histogram times = new Histogram(DIGITS);
        for (int turn = 0; turn < TURNS; turn++) {
            takeTurn(dense, pixels, parents);
            takeTurn(model, pixels, times);
        }
        double median = times.getValueAtPercentile(50);
        return new Latency(n, median / NANOS, times.getValueAtPercentile(99) / NANOS,
                parents.getValueAtPercentile(50) / median);
    }

    private static void warmUp(LoweredModel model, Tensor pixels) {
        String what = model.name() + " " + model.imageShape() + " " + model.format() + " " + pixels.shape().dim(0);
        (WARM.add(what) ? FIRST_WARM_UP : WARM_UP).byClock(() -> run(model, pixels));
    }

    private static void takeTurn(LoweredModel model, Tensor pixels, Histogram times) {
        // Not counted: the other network's turn has filled the caches.
        run(model, pixels);
        long start = System.nanoTime();
        long before = start;
        for (int i = 0; i < RUNS_A_TURN || before - start < TURN_NANOS; i++) {
            run(model, pixels);
            long now = System.nanoTime();
            times.recordValue(Math.max(1, now - before));
            before = now;
        }
    }

    private static void run(LoweredModel model, Tensor pixels) {
        try (Workspace _ = Workspace.open()) {
            model.logits(pixels);
        }
    }
}
