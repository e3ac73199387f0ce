package espalier.compress.lower;

import espalier.engine.WarmUp;
import espalier.engine.kernel.Kernels;
import espalier.engine.quant.Int8Scratch;
import espalier.engine.quant.QuantParams;
import espalier.engine.sparse.Planes;
import espalier.engine.sparse.SparseConv2d;
import espalier.engine.tensor.Scratch;
import espalier.engine.tensor.Shape;
import espalier.engine.weight.CsrWeight;
import espalier.engine.weight.Weight;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Whether a layer is faster dense or sparse: measured on its real shape where it is not plain, and remembered by {@link
 * Choices}, so that layers of the same geometry and about as many zeros are measured once on a machine.
 *
 * @param weight in the format that was chosen
 * @param reason why
 */
record Choice(Weight weight, String reason) {
    /** Below, the model does not expect that sparse wins: it has a load for each multiplication, dense half as many. */
    private static final double PLAINLY_DENSE = 0.15;
    /** Above, that dense does. */
    private static final double PLAINLY_SPARSE = 0.9;
    private static final int BUCKETS = 25;
    private static final int IMAGES = 16;
    private static final int ROUNDS = 5;
    private static final long ROUND_NANOS = 3_000_000;
    private static final WarmUp WARM_UP = new WarmUp(ROUND_NANOS, 0, 200_000_000, 1_500_000_000, 3_000_000_000L);
    private static final int LARGE = 1 << 22;
    private static final Choices KNOWN = Choices.ofUser();

    /** {@return the faster of the two formats of a step in float32} */
    static Choice ofFloat(Step step, Shape in, int border) {
        return of(step, in, Format.CSR, border, s -> floatRun(s, in, border));
    }

    /** {@return the faster of the two formats of a step in 8 bits} */
    static Choice ofInt8(Step step, Shape in, QuantParams input) {
        return of(step, in, Format.CSR_INT8, input.narrow(), s -> int8Run(s, in, input));
    }

    private interface Runs {
        Runnable of(Step step);
    }

    private static Choice of(Step step, Shape in, Format sparse, Object variant, Runs runs) {
        Weight weight = step.weight();
        double zeros = weight.sparsity();
        if (!CsrWeight.fits(weight.shape())) {
            return new Choice(weight, "its rows are too long for " + sparse);
        }
        if (zeros < PLAINLY_DENSE) {
            return new Choice(weight, "few zeros");
        }
        Weight other = Lowering.of(weight, sparse);
        if (zeros > PLAINLY_SPARSE) {
            return new Choice(other, "mostly zeros");
        }
        List<Object> key = List.of(step.op(), in, weight.shape(), sparse, variant, Math.round(zeros * BUCKETS));
        Choices.Found found = KNOWN.of(key.toString(), () -> measure(runs.of(step), runs.of(step.with(other))));
        Choices.Times t = found.times();
        return new Choice(t.sparse() < t.dense() ? other : weight, String.format(Locale.ROOT, "%s: %s %.0f µs, %s %.0f µs",
                found.known() ? "remembered" : "measured", Format.of(weight), t.dense() / 1e3, sparse, t.sparse() / 1e3));
    }

    /** The quickest of some warm runs of each, in turn: what disturbs the machine makes runs slower only. */
    static Choices.Times measure(Runnable dense, Runnable sparse) {
        WARM_UP.inThread(dense);
        WARM_UP.inThread(sparse);
        long[] best = {Long.MAX_VALUE, Long.MAX_VALUE};
        for (int round = 0; round < ROUNDS; round++) {
            best[0] = Math.min(best[0], best(dense));
            best[1] = Math.min(best[1], best(sparse));
        }
        return new Choices.Times(best[0], best[1]);
    }

    private static long best(Runnable run) {
        LongSupplier timed = () -> {
            long start = System.nanoTime();
            run.run();
            return System.nanoTime() - start;
        };
        long best = Long.MAX_VALUE;
        for (long end = System.nanoTime() + ROUND_NANOS; System.nanoTime() < end; ) {
            best = Math.min(best, timed.getAsLong());
        }
        return best;
    }

    private static Runnable floatRun(Step step, Shape in, int border) {
        Kernels k = Kernels.active();
        Planes x = Planes.of(in, border);
        Planes y = Planes.of(step.shape(), border);
        var executable = FloatExecutable.of(step, List.of(in), List.of(x), y, IMAGES, k);
        int slack = SparseConv2d.slack(k.sparse());
        int yAt = Scratch.FIRST + x.size() * IMAGES + slack;
        int scratchAt = yAt + y.size() * IMAGES + slack;
        float[] m = new float[Math.max(LARGE, scratchAt + executable.scratchSize())];
        int[] inputs = {Scratch.FIRST};
        return () -> executable.run(m, inputs, yAt, scratchAt);
    }

    private static Runnable int8Run(Step step, Shape in, QuantParams input) {
        var layer = Int8Executable.of(step, List.of(in), List.of(input), Kernels.active());
        int n = LoweredModel.int8Group(Math.max(in.size(), step.shape().size()));
        byte[][] x = {new byte[in.size() * n]};
        byte[] y = new byte[step.shape().size() * n];
        Int8Scratch scratch = new Int8Scratch();
        return () -> layer.run(x, n, y, scratch);
    }
}
