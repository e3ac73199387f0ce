package espalier.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Depthwise convolutions with channels in lanes, their gradients and their kernel, against sums in double. */
@Simd
class ChannelDepthwiseTest {
    private static final GemmKernels GEMM = Kernels.active().gemm();
    private static final int LANES = GEMM.lanes();
    private static final float GUARD = 12345f;
    /** Strides that leave pixels unused, all paddings, planes of one pixel, planes of fewer pixels than a vector. */
    private static final List<ConvShape> SHAPES = List.of(
            shape(4, 4, 1, 1, 1), shape(8, 8, 2, 1, 1), shape(7, 9, 2, 0, 1), shape(8, 6, 3, 2, 1), shape(5, 5, 4, 1, 1),
            shape(9, 10, 2, 2, 1), shape(1, 1, 1, 1, 1), shape(2, 2, 1, 2, 1), shape(3, 17, 1, 0, 1),
            shape(1, 4, 2, 1, 1), shape(6, 16, 5, 1, 1));
    private final Values values = new Values(10);

    private static ConvShape shape(int h, int w, int stride, int padding, int dilation) {
        return new ConvShape(1, h, w, 1, 3, 3, stride, padding, dilation);
    }

    @Test
    void whichConvolutions() {
        ConvShape g = shape(9, 9, 1, 1, 1);
        assertThat(ChannelDepthwise.suits(GEMM, g, LANES + 1)).isTrue();
        assertThat(ChannelDepthwise.suits(GEMM, g, LANES - 1)).isFalse();
        for (ConvShape no : List.of(new ConvShape(2, 8, 8, 1, 3, 3, 1, 1, 1), new ConvShape(1, 8, 8, 2, 3, 3, 1, 1, 1),
                new ConvShape(1, 8, 8, 1, 3, 5, 1, 1, 1), new ConvShape(1, 8, 8, 1, 3, 3, 1, 3, 1),
                new ConvShape(1, 8, 8, 1, 3, 3, 1, 2, 2), shape(65, 65, 1, 1, 1))) {
            assertThat(ChannelDepthwise.suits(GEMM, no, 2 * LANES)).as("%s", no).isFalse();
        }
    }

    @Test
    void convolutionsAndTheirGradients() {
        for (ConvShape g : SHAPES) {
            for (int groups : new int[] {LANES, LANES + 1, 2 * LANES, 3 * LANES - 1}) {
                if (groups > 1) {
                    check(g, groups, 3);
                }
            }
        }
        check(SHAPES.getFirst(), LANES + 1, 37);
    }

    private void check(ConvShape g, int groups, int n) {
        Convolution conv = Convolution.of(GEMM, g, groups);
        int size = groups * g.h() * g.w();
        int outputs = groups * g.positions();
        float[] w = values.of(groups * 9);
        float[] x = values.of(5 + n * size);
        float[] gy = values.of(3 + n * outputs);
        float[] bias = values.of(groups);
        float[] y = new float[4 + n * outputs + 2];
        float[] gx = new float[2 + n * size + 4];
        float[] gw = new float[w.length];
        Arrays.fill(y, GUARD);
        Arrays.fill(gx, GUARD);
        Arrays.fill(gw, Float.NaN);
        float[] packed = new float[conv.packedForwardSize()];
        conv.packForward(w, packed);
        for (int i = 0; i < n; i++) {
            conv.forward(packed, bias, -1f, 1.5f, 1, x, 5 + i * size, 0, 1, y, 4 + i * outputs, scratch(conv.forwardScratch()), 0);
        }
        float[] turned = new float[conv.packedBackwardSize()];
        conv.packBackward(w, turned);
        for (int i = 0; i < n; i++) {
            conv.backwardInput(turned, 1, gy, 3 + i * outputs, gx, 2 + i * size, scratch(conv.backwardScratch()), 0);
        }
        WeightSlices weights = conv.weights();
        float[] sum = new float[weights.sumSize()];
        weights.accumulate(0, n, x, 5, gy, 3, sum, scratch(weights.scratch()), 0);
        int middle = groups / 2;
        weights.finish(0, sum, 0, middle, gw);
        weights.finish(0, sum, middle, groups, gw);

        double[] expectedY = new double[n * outputs];
        double[] expectedGx = new double[n * size];
        double[] expectedGw = new double[w.length];
        for (int to = 0; to < n * outputs; to++) {
            int channel = to / g.positions();
            int p = to % g.positions();
            for (int t = 0; t < 9; t++) {
                int row = p / g.ow() * g.stride() + t / 3 * g.dilation() - g.padding();
                int column = p % g.ow() * g.stride() + t % 3 * g.dilation() - g.padding();
                if (row >= 0 && row < g.h() && column >= 0 && column < g.w()) {
                    int from = (channel * g.h() + row) * g.w() + column;
                    int k = channel % groups * 9 + t;
                    expectedY[to] += (double) w[k] * x[5 + from];
                    expectedGx[from] += (double) w[k] * gy[3 + to];
                    expectedGw[k] += (double) x[5 + from] * gy[3 + to];
                }
            }
            expectedY[to] = Math.clamp(expectedY[to] + bias[channel % groups], -1, 1.5);
        }
        String what = g + ", " + groups + " channels, " + n + " images";
        near(what, y, 4, expectedY, 10);
        near(what, gx, 2, expectedGx, 9);
        near(what, gw, 0, expectedGw, n * g.positions());
        assertThat(new float[] {y[3], y[y.length - 2], gx[1], gx[gx.length - 4]}).containsOnly(GUARD);
    }

    /** NaN: nothing that was not written may reach a result. */
    private static float[] scratch(int size) {
        float[] scratch = new float[size];
        Arrays.fill(scratch, Float.NaN);
        return scratch;
    }

    /** Every value is taken as 1, the largest that there is. */
    private static void near(String what, float[] actual, int offset, double[] expected, int terms) {
        double error = Values.bound(terms, terms);
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) actual[offset + i]).as("%d of %s", i, what).isBetween(expected[i] - error, expected[i] + error);
        }
    }

    @Test
    void nineTapsOfEachLaneAndTheirGradient() {
        for (int vectors : new int[] {0, 1, 5, 23}) {
            int row = (vectors + 3) * LANES + 1;
            int[] positions = IntStream.range(0, vectors + 1).map(v -> (vectors - v) * LANES).toArray();
            float[] w = values.of(2 + 9 * LANES);
            float[] x = values.of(3 + 3 * row);
            float[] y = new float[1 + vectors * LANES + 1];
            Arrays.fill(y, GUARD);
            GEMM.nineLanes(vectors, w, 2, x, 3, row, positions, y, 1);
            float[] gy = values.of(4 + vectors * LANES);
            float[] sums = values.of(5 + 9 * LANES + 1);
            float[] before = sums.clone();
            GEMM.nineDots(vectors, x, 3, row, positions, gy, 4, sums, 5);
            double[] expected = new double[vectors * LANES];
            double[] gradient = new double[9 * LANES];
            for (int i = 0; i < 9 * LANES; i++) {
                int lane = i % LANES;
                int tap = i / LANES / 3 * row + i / LANES % 3 * LANES + lane;
                gradient[i] = before[5 + i];
                for (int v = 0; v < vectors; v++) {
                    expected[v * LANES + lane] += (double) w[2 + i] * x[3 + positions[v] + tap];
                    gradient[i] += (double) gy[4 + v * LANES + lane] * x[3 + positions[v] + tap];
                }
            }
            near("y of " + vectors, y, 1, expected, 9);
            near("sums of " + vectors, sums, 5, gradient, vectors + 1);
            assertThat(new float[] {y[0], y[y.length - 1]}).containsOnly(GUARD);
            assertThat(new float[] {sums[4], sums[sums.length - 1]}).containsExactly(before[4], before[before.length - 1]);
        }
    }
}
