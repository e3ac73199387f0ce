package espalier.bench.cliffs;

import espalier.bench.peer.NetworkTask;
import espalier.bench.peer.NetworkTask.Kind;
import espalier.bench.peer.Peers;
import espalier.bench.peer.Values;
import espalier.bench.peer.Workload;
import espalier.engine.kernel.ElementwiseKernels;
import espalier.engine.kernel.Kernels;
import espalier.engine.kernel.NormKernels;
import espalier.engine.kernel.PoolKernels;
import espalier.engine.kernel.SoftmaxKernels;
import espalier.engine.kernel.UpdateKernels;
import espalier.engine.tensor.Scratch;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** Every hot kernel; a test fails when a method of a kernel interface is missing. */
public final class HotKernels {
    /** An image of ResNet-20's first stage; three such arrays fit into L2. */
    private static final int N = 16 * 32 * 32;
    /** The first element, as in {@link Scratch}: where arrays begin would make a third of a difference between starts. */
    private static final int AT = Scratch.FIRST;
    /** Half a region of G1 with our heap, and more. */
    private static final int ALIGNED = 1 << 18;
    private static final int CHANNELS = 16;
    private static final int IMAGES = 16;
    private static final int PLANE = 32 * 32;
    private static final int CLASSES = 10;
    private static final int ROWS = 128;
    private static final int BATCH = 16;
    /** What one pass through a network may allocate. */
    private static final long PASS_BYTES = 1_000_000;

    private final List<HotKernel> kernels = new ArrayList<>();

    private HotKernels() {}

    /** {@return all of them} */
    public static List<HotKernel> all() {
        HotKernels k = new HotKernels();
        k.kernels.addAll(HotProducts.all());
        k.kernels.addAll(HotSparse.all());
        k.elementwise();
        k.norm();
        k.pool();
        k.softmax();
        k.update();
        k.networks();
        return List.copyOf(k.kernels);
    }

    private void add(String name, Supplier<Runnable> prepare) {
        kernels.add(new HotKernel(name, Set.of(name.split(" ")[0]), prepare));
    }

    /** {@return n numbers in [-1, 1) from {@link #AT} on, which is a cache line's boundary in an array as large as this} */
    private static float[] random(int n, long seed) {
        return Values.uniform(Math.max(AT + n, ALIGNED), -1, 1, seed);
    }

    private static float[] positive(int n) {
        return Values.uniform(Math.max(AT + n, ALIGNED), 0, 1, 4);
    }

    private void elementwise() {
        ElementwiseKernels e = Kernels.active().elementwise();
        add("elementwise.add", () -> binary((a, b, y) -> e.add(a, AT, b, AT, y, AT, N)));
        add("elementwise.addRelu", () -> binary((a, b, y) -> e.addRelu(a, AT, b, AT, y, AT, N)));
        add("elementwise.mul", () -> binary((a, b, y) -> e.mul(a, AT, b, AT, y, AT, N)));
        // Back and forth, so that y stays as it is.
        add("elementwise.scaledAdd", () -> binary((a, _, y) -> {
            e.scaledAdd(0.5f, a, AT, y, AT, N);
            e.scaledAdd(-0.5f, a, AT, y, AT, N);
        }));
        add("elementwise.standardize", () -> binary((a, _, y) -> e.standardize(a, AT, 0.5f, 0.25f, y, AT, N)));
        add("elementwise.relu", () -> binary((a, _, y) -> e.relu(a, AT, y, AT, N)));
        add("elementwise.reluGrad", () -> binary((a, b, y) -> e.reluGrad(a, AT, b, AT, y, AT, N)));
        add("elementwise.relu6", () -> binary((a, _, y) -> e.relu6(a, AT, y, AT, N)));
        add("elementwise.relu6Grad", () -> binary((a, b, y) -> e.relu6Grad(a, AT, b, AT, y, AT, N)));
        add("elementwise.dropout", () -> binary((a, _, y) -> e.dropout(a, AT, y, AT, N, 1, 0, 1 << 23, 2)));
    }

    @FunctionalInterface
    private interface Binary {
        void apply(float[] a, float[] b, float[] y);
    }

    private static Runnable binary(Binary kernel) {
        float[] a = random(N, 1);
        float[] b = random(N, 2);
        float[] y = random(N, 3);
        return () -> kernel.apply(a, b, y);
    }

    private void norm() {
        NormKernels k = Kernels.active().norm();
        for (int size : new int[] {PLANE, PLANE / 16}) {
            String stage = size == PLANE ? " 32x32" : " 8x8";
            // Of 4096 bytes, it would put all planes of 8×8 into the same sets of L1, and measure where their pages lie; with 64
            // more, each load had the last bits of the store before, and all took twice as long.
            int stride = CHANNELS * size + 80;
            int n = IMAGES * stride;
            double[] sums = new double[2];
            add("norm.sum" + stage, () -> {
                float[] x = random(n, 1);
                return () -> sums[0] = k.sum(x, AT + size, IMAGES, stride, size);
            });
            add("norm.squaredDeviations" + stage, () -> {
                float[] x = random(n, 1);
                return () -> sums[0] = k.squaredDeviations(x, AT + size, IMAGES, stride, size, 0.1f);
            });
            add("norm.maskedSums" + stage, () -> {
                float[] x = random(n, 1);
                float[] y = random(n, 2);
                float[] gy = random(n, 3);
                float[] g = random(n, 4);
                return () -> k.maskedSums(x, y, gy, g, AT + size, IMAGES, stride, size, 0.1f, sums, 0);
            });
            add("norm.maskedScale" + stage, () -> {
                float[] y = random(n, 1);
                float[] gy = random(n, 2);
                float[] g = random(n, 3);
                float[] gx = random(n, 4);
                return () -> k.maskedScale(y, gy, g, gx, AT + size, IMAGES, stride, size, 1.5f);
            });
            for (boolean relu : new boolean[] {false, true}) {
                String name = stage + (relu ? " relu" : "");
                add("norm.affine" + name, () -> {
                    float[] x = random(n, 1);
                    float[] y = random(n, 3);
                    return () -> k.affine(x, y, AT + size, IMAGES, stride, size, 1.5f, 0.1f, relu);
                });
                add("norm.affineAdd" + name, () -> {
                    float[] x = random(n, 1);
                    float[] r = random(n, 2);
                    float[] y = random(n, 3);
                    return () -> k.affineAdd(x, r, y, AT + size, IMAGES, stride, size, 1.5f, 0.1f, relu);
                });
                add("norm.gradientSums" + name, () -> {
                    float[] x = random(n, 1);
                    float[] gy = random(n, 2);
                    return () -> k.gradientSums(x, gy, AT + size, IMAGES, stride, size, 0.1f, 1.5f, 0.1f, relu, sums, 0);
                });
                add("norm.affineGrad" + name, () -> {
                    float[] x = random(n, 1);
                    float[] gy = random(n, 2);
                    float[] gx = random(n, 3);
                    return () -> k.affineGrad(x, gy, gx, AT + size, IMAGES, stride, size, 0.1f, 1.5f, 0.1f, relu, 0.01f,
                            0.02f);
                });
            }
        }
    }

    private void pool() {
        PoolKernels k = Kernels.active().pool();
        add("pool.maxPool 2x2", () -> pooling((x, y, index) ->
                k.maxPool(x, AT, CHANNELS, 32, 32, y, index, AT, 16, 16, 2, 2, 0)));
        add("pool.maxPool 3x3/2", () -> pooling((x, y, index) ->
                k.maxPool(x, AT, CHANNELS, 32, 32, y, index, AT, 16, 16, 3, 2, 1)));
        add("pool.maxPoolGrad", () -> pooling((x, y, index) ->
                k.maxPoolGrad(y, index, AT, CHANNELS, N / 4 / CHANNELS, x, AT, PLANE)));
        add("pool.avgPool", () -> pooling((x, y, _) -> k.avgPool(x, AT, CHANNELS, 32, 32, y, AT, 16, 16, 2, 2)));
        add("pool.avgPoolGrad", () -> pooling((x, y, _) -> k.avgPoolGrad(y, AT, CHANNELS, 16, 16, x, AT, 32, 32, 2, 2)));
        // All of two by two pixels, of two rows.
        add("pool.maxOfWindow", () -> pooling((x, y, _) -> {
            for (int to = 0; to < N / 4; to += IMAGES) {
                k.maxOfWindow(x, AT + 2 * to, 2, N / 2, 2, y, AT + to, IMAGES);
            }
        }));
        add("pool.meanOfWindow", () -> pooling((x, y, _) -> {
            for (int to = 0; to < N / 4; to += IMAGES) {
                k.meanOfWindow(x, AT + 2 * to, 2, N / 2, 2, y, AT + to, IMAGES);
            }
        }));
        add("pool.planeMeans", () -> pooling((x, y, _) -> k.planeMeans(x, AT, CHANNELS, PLANE, y, 0)));
    }

    private static Runnable pooling(Binary kernel) {
        float[] x = random(N, 1);
        float[] y = random(N / 4, 2);
        // As after a pooling of windows of 2×2.
        float[] index = random(N / 4, 3);
        for (int i = 0; i < N / 4; i++) {
            index[AT + i] = i % 256 / 16 * 64 + i % 16 * 2;
        }
        return () -> kernel.apply(x, y, index);
    }

    private void softmax() {
        SoftmaxKernels k = Kernels.active().softmax();
        float[] x = Values.uniform(ROWS * CLASSES, -1, 1, 1);
        float[] gradient = Values.uniform(ROWS * CLASSES, -1, 1, 2);
        float[] y = new float[x.length];
        int[] targets = new int[ROWS];
        double[] loss = new double[1];
        add("softmax.logSoftmax", () -> () -> k.logSoftmax(x, 0, y, 0, ROWS, CLASSES));
        add("softmax.logSoftmaxGrad", () -> {
            float[] logP = Values.uniform(x.length, -5, -1, 1);
            return () -> k.logSoftmaxGrad(logP, 0, gradient, 0, y, 0, ROWS, CLASSES);
        });
        add("softmax.crossEntropy", () -> () -> loss[0] = k.crossEntropy(x, 0, targets, 0, ROWS, CLASSES, 0.1, y));
        add("softmax.crossEntropyGrad", () -> {
            float[] logP = Values.uniform(x.length, -5, -1, 1);
            return () -> k.crossEntropyGrad(logP, 0, targets, 0, ROWS, CLASSES, 0.1, 0.01f, y);
        });
    }

    private void update() {
        UpdateKernels k = Kernels.active().update();
        double[] sum = new double[1];
        // Small steps: hours of them do not leave the range of normal numbers.
        add("update.sgdStep", () -> binary((w, g, v) -> k.sgdStep(w, g, v, AT, N, 1e-6f, 0.9f, 1e-4f, false)));
        add("update.sgdStep nesterov", () -> binary((w, g, v) -> k.sgdStep(w, g, v, AT, N, 1e-6f, 0.9f, 1e-4f, true)));
        for (boolean decoupled : new boolean[] {false, true}) {
            add("update.adamStep" + (decoupled ? " decoupled" : ""), () -> {
                float[] second = positive(N);
                return binary((w, g, m) -> k.adamStep(w, g, m, second, AT, N, 10, 1e-6, 0.9, 0.999, 1e-8, 1e-4, decoupled));
            });
        }
        add("update.signStep", () -> {
            float[] origin = positive(N);
            return binary((x, g, y) -> k.signStep(origin, x, g, y, AT, N, 0.01f, 0.03f, 0, 1));
        });
        add("update.pullStep", () -> binary((origin, x, y) -> k.pullStep(origin, x, y, AT, N, 0.5f, 0, 1)));
        add("update.sumOfSquares", () -> binary((x, _, _) -> sum[0] = k.sumOfSquares(x, AT, N)));
        add("update.squaredDistance", () -> binary((a, b, _) -> sum[0] = k.squaredDistance(a, b, AT, N)));
    }

    /** What all kernels together do, called from one place as in a long training. */
    private void networks() {
        for (Kind kind : List.of(Kind.TRAINING_STEP, Kind.INFERENCE, Kind.ATTACK)) {
            int passes = kind == Kind.ATTACK ? NetworkTask.ATTACK_STEPS : 1;
            kernels.add(new HotKernel("resnet20 " + kind, Set.of(), passes * PASS_BYTES, () -> {
                Workload w = Peers.named("espalier").prepare(new NetworkTask(kind, BATCH), 1);
                w.fresh();
                return w::run;
            }));
        }
    }
}
