package espalier.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Once compiled, no kernel allocates: a vector kernel that does was compiled badly, and runs up to a hundred times slower.
 *
 * <p>C2's inlining depends on the order in which its threads finish. A kernel that fails here is asked once more, alone in a
 * fresh JVM: how often it fails is what {@code espalier bench cliffs} measures, and one start in some hundreds (of {@code add
 * int8}, November 2026) says nothing about the change under test.
 */
class AllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int N = 1003;
    private static final int CALLS = 200;
    private static final long PATIENCE_NANOS = 20_000_000_000L;
    private static final SequencedMap<String, Runnable> KERNELS = kernels();

    static Iterable<String> names() {
        return KERNELS.keySet();
    }

    private static SequencedMap<String, Runnable> kernels() {
        float[] a = random(1);
        float[] b = random(2);
        float[] c = random(3);
        float[] d = random(4);
        double[] sums = new double[2];
        int[] targets = new int[10];
        ElementwiseKernels e = Kernels.active().elementwise();
        UpdateKernels u = Kernels.active().update();
        NormKernels n = Kernels.active().norm();
        PoolKernels p = Kernels.active().pool();
        SoftmaxKernels s = Kernels.active().softmax();
        var kernels = new LinkedHashMap<String, Runnable>();
        kernels.put("add", () -> e.add(a, 0, b, 1, c, 2, N));
        kernels.put("addRelu", () -> e.addRelu(a, 0, b, 1, c, 2, N));
        kernels.put("mul", () -> e.mul(a, 0, b, 1, c, 2, N));
        kernels.put("scaledAdd", () -> e.scaledAdd(.1f, a, 0, c, 2, N));
        kernels.put("standardize", () -> e.standardize(a, 0, .1f, .2f, c, 2, N));
        kernels.put("relu", () -> e.relu(a, 0, c, 2, N));
        kernels.put("reluGrad", () -> e.reluGrad(a, 0, b, 1, c, 2, N));
        kernels.put("relu6", () -> e.relu6(a, 0, c, 2, N));
        kernels.put("relu6Grad", () -> e.relu6Grad(a, 0, b, 1, c, 2, N));
        kernels.put("dropout", () -> e.dropout(a, 0, c, 2, N, 77, 3, 1 << 20, 2f));
        kernels.put("sgdStep", () -> u.sgdStep(a, b, null, 1, N, .001f, 0f, 0f, false));
        kernels.put("sgdStep momentum", () -> u.sgdStep(a, b, c, 1, N, .001f, .9f, 0f, false));
        kernels.put("sgdStep nesterov", () -> u.sgdStep(a, b, c, 1, N, .001f, .9f, 0f, true));
        kernels.put("adamStep", () -> u.adamStep(a, b, c, d, 1, N, 3, .001, .9, .999, 1e-8, .1, true));
        kernels.put("signStep", () -> u.signStep(a, b, c, d, 1, N, .1f, .2f, 0f, 1f));
        kernels.put("pullStep", () -> u.pullStep(a, b, c, 1, N, .5f, 0f, 1f));
        kernels.put("sumOfSquares", () -> sums[0] = u.sumOfSquares(a, 1, N));
        kernels.put("squaredDistance", () -> sums[0] = u.squaredDistance(a, b, 1, N));
        kernels.put("sum", () -> sums[0] = n.sum(a, 1, 9, 111, 101));
        kernels.put("maskedSums", () -> n.maskedSums(a, b, c, d, 1, 9, 111, 101, .1f, sums, 0));
        kernels.put("maskedScale", () -> n.maskedScale(a, b, c, d, 1, 9, 111, 101, .1f));
        kernels.put("squaredDeviations", () -> sums[0] = n.squaredDeviations(a, 1, 9, 111, 101, .1f));
        for (boolean relu : new boolean[] {false, true}) {
            kernels.put("affine " + relu, () -> n.affine(a, c, 1, 9, 111, 101, .1f, .2f, relu));
            kernels.put("affineAdd " + relu, () -> n.affineAdd(a, b, c, 1, 9, 111, 101, .1f, .2f, relu));
            kernels.put("gradientSums " + relu, () -> n.gradientSums(a, b, 1, 9, 111, 101, .1f, .2f, .3f, relu, sums, 0));
            kernels.put("affineGrad " + relu, () -> n.affineGrad(a, b, c, 1, 9, 111, 101, .1f, .2f, .3f, relu, .4f, .5f));
        }
        kernels.put("maxPool 2/2", () -> p.maxPool(a, 1, 2, 20, 24, b, c, 1, 10, 12, 2, 2, 0));
        kernels.put("maxPool 3/1", () -> p.maxPool(a, 1, 2, 20, 24, b, c, 1, 20, 24, 3, 1, 1));
        kernels.put("maxPoolGrad", () -> {
            p.maxPool(a, 1, 2, 20, 24, b, c, 1, 10, 12, 2, 2, 0);
            p.maxPoolGrad(b, c, 1, 2, 120, d, 1, 480);
        });
        kernels.put("avgPool 2/2", () -> p.avgPool(a, 1, 2, 20, 24, b, 1, 10, 12, 2, 2));
        kernels.put("avgPool 3/1", () -> p.avgPool(a, 1, 2, 20, 24, b, 1, 18, 22, 3, 1));
        kernels.put("avgPoolGrad", () -> p.avgPoolGrad(a, 1, 1, 10, 18, b, 1, 20, 36, 2, 2));
        kernels.put("maxOfWindow", () -> p.maxOfWindow(a, 1, 3, 100, 2, b, 1, 32));
        kernels.put("meanOfWindow", () -> p.meanOfWindow(a, 1, 3, 100, 2, b, 1, 32));
        kernels.put("planeMeans", () -> p.planeMeans(a, 1, 9, 101, b, 1));
        kernels.put("logSoftmax", () -> s.logSoftmax(a, 1, b, 1, 10, 100));
        kernels.put("logSoftmaxGrad", () -> s.logSoftmaxGrad(a, 1, b, 1, c, 1, 10, 10));
        kernels.put("crossEntropy", () -> sums[0] = s.crossEntropy(a, 0, targets, 0, 10, 10, .1, b));
        kernels.put("crossEntropyGrad", () -> s.crossEntropyGrad(a, 0, targets, 0, 10, 10, .1, .1f, b));
        kernels.putAll(integerKernels());
        kernels.putAll(sparseKernels());
        kernels.putAll(winogradKernels());
        return kernels;
    }

    private static SequencedMap<String, Runnable> integerKernels() {
        Int8Kernels k = Kernels.active().int8();
        int depth = 300;
        short[] x = new short[depth + k.panel()];
        int[] w = new int[depth * Int8Kernels.ROWS];
        int[] offsets = IntStream.range(0, depth).toArray();
        int[] scratch = new int[k.scratch()];
        int[] sums = new int[k.panel()];
        byte[] a = new byte[N];
        byte[] b = new byte[N];
        var kernels = new LinkedHashMap<String, Runnable>();
        char[] columns = new char[depth];
        byte[] values = new byte[depth];
        byte[] lengths = {9, 7, 100, 1};
        byte[] dense = {100, 20, 127, 53};
        kernels.put("products", () -> k.products(x, 0, offsets, depth, w, 0, dense, 0, 4, scratch));
        kernels.put("sparseProducts of two",
                () -> k.sparseProducts(2, x, 0, 1, 2, 3, offsets, columns, values, lengths, 0, 3, 4, scratch));
        kernels.put("sparseProducts", () -> k.sparseProducts(4, x, 0, 1, 2, 3, offsets, columns, values, lengths, 0, 3, 4, scratch));
        kernels.put("sparseProducts of one",
                () -> k.sparseProducts(4, x, 0, 1, 2, 3, offsets, columns, values, lengths, 3, 4, 0, scratch));
        kernels.put("requantize", () -> k.requantize(scratch, 1, 3, .1f, 4, 0, 127, b, 0));
        kernels.put("accumulators", () -> k.accumulators(scratch, 1, 3, sums, 0));
        kernels.put("pairs", () -> k.pairs(a, 0, w, Math.min(a.length, w.length)));
        kernels.put("widen", () -> k.widen(a, 0, 20, x, 0, 9, 17));
        kernels.put("add int8", () -> k.add(a, 0, 3, .1f, a, 1, 4, .2f, b, 1, 5, 0, 127, N - 1));
        return kernels;
    }

    private static SequencedMap<String, Runnable> sparseKernels() {
        SparseKernels k = Kernels.active().sparse();
        int run = 8 * k.lanes();
        float[] x = new float[5 * run];
        float[] y = new float[3 * 4 * run];
        int[] runs = {0, run, 2 * run, 3 * run};
        float[] values = random(5);
        int[] starts = {0, 7, 7, 20};
        int[] ends = {7, 7, 20};
        char[] columns = new char[20];
        int[] offsets = new int[1];
        float[] bias = new float[3];
        var kernels = new LinkedHashMap<String, Runnable>();
        for (int v = 1; v <= k.maxVectors(); v *= 2) {
            int vectors = v;
            kernels.put("csr rows of " + v, () -> k.rows(vectors, 1, 0, 3, starts, ends, columns, values, offsets, bias, 0f,
                    x, 0, runs, y, 0, runs, 0, 4 * run));
            kernels.put("csr rows of " + v + " more", () -> k.addRows(vectors, 0, 3, starts, ends, columns, values, offsets,
                    bias, 0f, x, 0, runs, y, 0, runs, 0, 4 * run));
        }
        kernels.put("csr vector", () -> k.vector(0, 3, starts, ends, columns, values, offsets, bias, 0f, x, 0, y, 0, run));
        return kernels;
    }

    private static SequencedMap<String, Runnable> winogradKernels() {
        WinogradKernels k = Kernels.active().gemm().winograd();
        int lanes = Kernels.active().lanes();
        int[] at = IntStream.range(0, 40).map(p -> p * lanes).toArray();
        float[] x = new float[60 * lanes];
        float[] y = new float[1000 * lanes];
        float[] z = new float[1000 * lanes];
        var kernels = new LinkedHashMap<String, Runnable>();
        kernels.put("toLanes", () -> k.toLanes(37, y, 0, 39, z, 0, at));
        kernels.put("fromLanes", () -> k.fromLanes(37, y, 0, z, 0, 39));
        kernels.put("winograd input", () -> k.input(2, 5, x, 0, lanes, at, 0, 4 * lanes, 8 * lanes, lanes, z, 0, 10 * lanes));
        kernels.put("winograd output",
                () -> k.output(2, 5, y, 0, 10 * lanes, x, 0, 0f, 1f, z, 0, lanes, at, 0, 4 * lanes, lanes));
        kernels.put("winograd gradient", () -> k.gradient(2, 5, x, 0, lanes, at, 0, 4 * lanes, lanes, z, 0, 10 * lanes));
        kernels.put("winograd weightGradient", () -> k.weightGradient(5, z, 0, 10 * lanes));
        for (int vectors = 1; vectors <= 2; vectors++) {
            int v = vectors;
            kernels.put("winograd product of " + v, () -> k.product(v, 20, y, 0, at, x, 0, 30 * lanes, z, 0, 8 * lanes));
            kernels.put("winograd accumulate of " + v, () -> k.accumulate(v, 20, y, 0, x, 0, 30 * lanes, z, 0, 8 * lanes));
        }
        return kernels;
    }

    private static float[] random(long seed) {
        var random = new SplittableRandom(seed);
        float[] x = new float[N + 2];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextDouble();
        }
        return x;
    }

    @ParameterizedTest
    @MethodSource("names")
    void allocatesNothing(String name) throws IOException, InterruptedException {
        long bytes = onceCompiled(name);
        if (bytes != 0) {
            assertThat(inFreshJvm(name)).as("%s: %d bytes in %d calls; exit code of another JVM", name, bytes, CALLS).isZero();
        }
    }

    /** {@return 0 if the kernel allocates nothing there} */
    private static int inFreshJvm(String name) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), AllocationTest.class.getName(), name));
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(Redirect.DISCARD).start().waitFor();
    }

    static void main(String[] args) {
        System.exit(onceCompiled(args[0]) == 0 ? 0 : 1);
    }

    private static long onceCompiled(String name) {
        Runnable kernel = KERNELS.get(name);
        long deadline = THREADS.getCurrentThreadCpuTime() + PATIENCE_NANOS;
        long bytes;
        do {
            bytes = allocatedBy(kernel);
        } while (bytes != 0 && THREADS.getCurrentThreadCpuTime() < deadline);
        return bytes;
    }

    private static long allocatedBy(Runnable kernel) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < CALLS; i++) {
            kernel.run();
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }
}
