package espalier.bench.measure;

import espalier.bench.peer.GemmTask;
import espalier.bench.peer.LayerTask;
import espalier.bench.report.Table;
import espalier.compress.lower.Format;
import espalier.engine.kernel.Kernels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/** What the kernels were to reach, next to what they reach. */
public final class Goals {
    private static final double BLAS = 0.9;
    private static final double TORCH_GEMM = 1.6;
    private static final double FORWARD = 0.65;
    private static final double BACKWARD = 0.5;
    private static final double TORCH_STEP = 1.2;
    private static final double TORCH_ATTACK = 1.3;
    private static final double SCALING = 1.8;
    private static final double STEP_BYTES = 1e6;
    /** At 50, 80, 90, 95 and 98 % of zeros. */
    private static final double[] CSR_LAYER = {1, 2.5, 5, 9, 20};
    private static final double VGG_NETWORK = 3.5;
    private static final double RESNET_NETWORK = 2.5;
    private static final double LATENCY = 2;
    private static final double GEMM_NARROW = 1.6;
    private static final double GEMM_WIDE = 1.2;
    private static final double INT8_NETWORK = 1.4;
    private static final double MEMORY = 1.1;
    /** Two measurements of the same thing differ by as much. */
    private static final double NOISE = 0.95;
    private static final String ONNX = "onnxruntime";
    private static final int LEAST_CHANNELS = 16;

    /**
     * One of them.
     *
     * @param what   in words, with the worst case where there are several
     * @param reached by us
     * @param undisturbed reached by the fastest iterations, in their worst case; null where that makes no sense
     * @param asked  of us: no less
     */
    public record Goal(String what, double reached, Double undisturbed, double asked) {
        /** {@return whether we have reached it} */
        public boolean met() {
            return reached >= asked;
        }
    }

    private final List<Figure> figures;
    private final List<Goal> goals = new ArrayList<>();

    private Goals(List<Figure> figures) {
        this.figures = figures;
    }

    /** {@return the goals that {@code figures} tell about; of one that has several cases the worst} */
    public static List<Goal> of(List<Figure> figures) {
        Goals g = new Goals(figures);
        Predicate<Figure> large = f -> f.benchmark().equals("gemm")
                && List.of("512x512x512", "1024x1024x1024").contains(f.shape());
        g.ratio("gemm from 512 on, 1 thread", BLAS, large.and(f -> f.threads() == 1), "openblas");
        g.ratio("gemm from 512 on, 1 thread", TORCH_GEMM, large.and(f -> f.threads() == 1), "pytorch");
        g.edges();
        g.peak("conv forward", FORWARD);
        g.peak("conv backward-data", BACKWARD);
        g.peak("conv backward-weight", BACKWARD);
        g.worst("all but convolutions, 15 % over its share of a step", 1, named(Figures.SHARE), Figure::ratio, null);
        g.ratio("training step", TORCH_STEP, named("training step"), "pytorch");
        g.worst("1 MB over what a training step allocates", 1, named("training step"),
                f -> STEP_BYTES / Math.max(f.bytesPerOp(), 1), null);
        g.worst("memory of pytorch over ours, training", 1,
                named("training step").and(f -> f.peakMemory() != null && f.baselineMemory() != null),
                f -> f.baselineMemory() / f.peakMemory(), null);
        g.ratio("inference", 1, named("inference"), ONNX);
        g.ratio("pgd attack", TORCH_ATTACK, named("pgd attack"), "pytorch");
        g.ratio("training step, all threads", SCALING, named("training step"), Figures.ONE_THREAD);
        g.ratio("gemm from 512 on, all threads", SCALING, large, Figures.ONE_THREAD);
        g.compression();
        return g.goals;
    }

    /** {@return the goals as people read them} */
    public static Table table(List<Goal> goals) {
        Table table = new Table(1, "goal", "reached", "undisturbed", "asked", "");
        goals.forEach(g -> table.add(g.what, number(g.reached), g.undisturbed == null ? "" : number(g.undisturbed),
                number(g.asked), g.met() ? "yes" : "NO"));
        return table;
    }

    private static String number(double x) {
        return String.format(Locale.ROOT, "%.2f", x);
    }

    private static Predicate<Figure> named(String benchmark) {
        return f -> f.benchmark().equals(benchmark);
    }

    private void ratio(String what, double asked, Predicate<Figure> which, String baseline) {
        worst(what + ", against " + baseline, asked, which.and(f -> baseline.equals(f.baseline())), Figure::ratio, Figure::bestRatio);
    }

    private void peak(String benchmark, double asked) {
        worst(benchmark + ", fraction of peak from 16 channels on", asked,
                named(benchmark).and(f -> channels(f.shape()) >= LEAST_CHANNELS && !f.shape().contains("groups")),
                Figure::peakFraction, Figure::bestPeakFraction);
    }

    /** {@return input channels, from {@code … (16>32 at …)}} */
    private static int channels(String shape) {
        return Integer.parseInt(shape.substring(shape.indexOf('(') + 1, shape.indexOf('>')));
    }

    /** @param undisturbed the same of the fastest iterations; null where there is no such thing */
    private void worst(String what, double asked, Predicate<Figure> which, ToDoubleFunction<Figure> value,
            ToDoubleFunction<Figure> undisturbed) {
        Double best = undisturbed == null || figures.stream().noneMatch(which) ? null
                : figures.stream().filter(which).mapToDouble(undisturbed).min().orElseThrow();
        figures.stream().filter(which).min(Comparator.comparingDouble(value)).ifPresent(f ->
                goals.add(new Goal(what + " (" + f.shape() + ", threads: " + f.threads() + ")",
                        value.applyAsDouble(f), best, asked)));
    }

    /** What compressed weights are to be worth; of several formats the best counts. */
    private void compression() {
        for (int i = 0; i < CompressionTasks.ZEROS.size(); i++) {
            int zeros = CompressionTasks.ZEROS.get(i);
            for (String baseline : List.of(Forms.DENSE, Forms.DIRECT)) {
                ratio("csr layers at " + zeros + " %", CSR_LAYER[i], named("layer csr " + zeros + " %"), baseline);
            }
        }
        for (boolean any : new boolean[] {false, true}) {
            best("vgg_bn_drop batch 32", 90, VGG_NETWORK, Forms.DENSE, any);
            best("resnet20 batch 128", 90, RESNET_NETWORK, Forms.DENSE, any);
        }
        best("resnet20 batch 128", 95, 1, Forms.int8(ONNX), true);
        best("resnet20 batch 1", 90, LATENCY, Forms.DENSE, false);
        best("vgg_bn_drop batch 1", 90, LATENCY, Forms.DENSE, false);
        Predicate<Figure> product = f -> f.shape().startsWith(LayerTask.LINEAR.name());
        ratio("int8 gemm, 7 bits", GEMM_NARROW, named("layer int8, 7 bits").and(product), Forms.DENSE);
        ratio("int8 gemm, 8 bits", GEMM_WIDE, named("layer int8, 8 bits").and(product), Forms.DENSE);
        ratio("resnet20 int8", INT8_NETWORK,
                named("network int8, 7 bits").and(f -> f.shape().equals("resnet20 batch 128")), Forms.DENSE);
        for (Format f : List.of(Format.CSR, Format.INT8)) {
            ratio("csr-int8 at 90 %", 1, named("network csr-int8 90 %, 7 bits"), f.toString());
        }
        for (Format f : List.of(Format.CSR, Format.INT8, Format.CSR_INT8)) {
            worst("bytes of " + f + " weights, 10 % over what they must be", 1,
                    named(WeightMemory.BENCHMARK).and(w -> f.toString().equals(w.format())), w -> w.ratio() * MEMORY, null);
        }
        ratio("dense network", 1, named("network dense"), ONNX);
    }

    /** @param any whether formats in 8 bits count; those in float32 do */
    private void best(String shape, int zeros, double asked, String baseline, boolean any) {
        figures.stream().filter(f -> f.shape().equals(shape) && baseline.equals(f.baseline()) && f.sparsity() != null
                        && Math.round(100 * f.sparsity()) == zeros && (any || f.activationBits() == Float.SIZE))
                .max(Comparator.comparingDouble(Figure::ratio))
                .map(f -> new Goal(String.format(Locale.ROOT, "%s at %d %% (%s, threads: %d, in theory %.2f×), against %s",
                        shape, zeros, f.format(), f.threads(), f.theoreticalSpeedup(), baseline), f.ratio(), f.bestRatio(), asked))
                .filter(goal -> !goals.contains(goal)).ifPresent(goals::add);
    }

    /** No number of columns may take longer than the next whole number of vectors. */
    private void edges() {
        List<String> edges = GemmTask.edges();
        double least = Double.POSITIVE_INFINITY;
        int narrow = 0;
        int lanes = Kernels.active().lanes();
        for (int n = 1; n <= edges.size(); n++) {
            double own = milliseconds(edges.get(n - 1));
            int full = Math.min(edges.size(), Math.ceilDiv(n, lanes) * lanes);
            double ratio = milliseconds(edges.get(full - 1)) / own;
            if (ratio < least) {
                least = ratio;
                narrow = n;
            }
        }
        if (narrow > 0) {
            goals.add(new Goal("time of the next full tile over that of " + edges.get(narrow - 1), least, null, NOISE));
        }
    }

    private double milliseconds(String shape) {
        return figures.stream().filter(f -> f.benchmark().equals("gemm") && f.shape().equals(shape))
                .mapToDouble(Figure::milliseconds).findFirst().orElse(Double.NaN);
    }
}
