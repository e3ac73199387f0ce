package espalier.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Winograd's convolutions with channels in lanes, and their kernels, against sums in double. */
@Simd
class ChannelWinogradTest {
    private static final GemmKernels GEMM = Kernels.active().gemm();
    private static final WinogradKernels KERNELS = GEMM.winograd();
    private static final int LANES = GEMM.lanes();
    private static final int ROWS = WinogradKernels.ROWS;
    private static final float GUARD = 12345f;
    /**
     * Odd numbers of tiles, all paddings, fewer pixels than a vector has lanes left over, more images than a block takes; weights
     * that are divided into slices, one way or both.
     */
    private static final List<ConvShape> SHAPES = List.of(
            new ConvShape(32, 8, 8, 32, 3, 3, 1, 1, 1),
            new ConvShape(48, 6, 10, 32, 3, 3, 1, 1, 1),
            new ConvShape(32, 6, 8, 64, 3, 3, 1, 0, 1),
            new ConvShape(64, 4, 2, 48, 3, 3, 1, 2, 1),
            new ConvShape(256, 6, 6, 144, 3, 3, 1, 0, 1),
            new ConvShape(160, 4, 4, 256, 3, 3, 1, 1, 1));
    private final Values values = new Values(9);

    @Test
    void whichConvolutions() {
        boolean whole = LANES % ROWS == 0;
        for (ConvShape g : SHAPES) {
            assertThat(ChannelWinograd.suits(GEMM, g, 1)).as("%s", g).isEqualTo(whole);
            assertThat(ChannelWinograd.suits(GEMM, g, 2)).isFalse();
            assertThat(ChannelWinograd.pays(g)).isTrue();
        }
        for (ConvShape g : List.of(new ConvShape(32, 7, 8, 32, 3, 3, 1, 1, 1), new ConvShape(32, 8, 8, 32, 3, 3, 2, 1, 1),
                new ConvShape(32, 8, 8, 32, 3, 3, 1, 3, 1), new ConvShape(32, 8, 8, 32, 3, 3, 1, 2, 2),
                new ConvShape(32, 2, 2, 32, 3, 3, 1, 1, 1), new ConvShape(33, 8, 8, 32, 3, 3, 1, 1, 1),
                new ConvShape(32, 8, 8, 30, 3, 3, 1, 1, 1), new ConvShape(32, 8, 8, 32, 1, 3, 1, 1, 1),
                new ConvShape(32, 1, 8, 32, 3, 3, 1, 0, 1))) {
            assertThat(ChannelWinograd.suits(GEMM, g, 1)).as("%s", g).isFalse();
        }
    }

    /** Both ways to compute each of the three, the direct one and Winograd's where there is one. */
    @Test
    void convolutionsAndTheirGradients() {
        for (ConvShape g : SHAPES) {
            for (Convolution conv : List.of(Convolution.of(GEMM, g, 1), Convolution.direct(GEMM, g, 1))) {
                for (int n : new int[] {1, 3, conv.forwardImages() + 1}) {
                    check(conv, n);
                }
            }
        }
    }

    private void check(Convolution conv, int n) {
        ConvShape g = conv.shape();
        int size = g.c() * g.h() * g.w();
        int outputs = g.o() * g.positions();
        float[] w = values.of(g.o() * g.taps());
        float[] x = values.of(5 + n * size);
        float[] gy = values.of(3 + n * outputs);
        float[] y = new float[4 + n * outputs + 2];
        float[] gx = new float[2 + n * size + 4];
        float[] gw = new float[w.length];
        WeightSlices weights = conv.weights();
        Arrays.fill(y, GUARD);
        Arrays.fill(gx, GUARD);
        float[] packed = new float[conv.packedForwardSize()];
        conv.packForward(w, packed);
        int middle = g.o() / 2 / conv.forwardUnit() * conv.forwardUnit();
        for (int i = 0; i < n; i += conv.forwardImages()) {
            int some = Math.min(conv.forwardImages(), n - i);
            for (int part = 0; part < 2; part++) {
                conv.forward(packed, null, 0f, 0f, some, x, 5 + i * size, part == 0 ? 0 : middle, part == 0 ? middle : g.o(),
                        y, 4 + i * outputs, scratch(conv.forwardScratch()), 0);
            }
        }
        float[] turned = new float[conv.packedBackwardSize()];
        conv.packBackward(w, turned);
        for (int i = 0; i < n; i += conv.backwardImages()) {
            conv.backwardInput(turned, Math.min(conv.backwardImages(), n - i), gy, 3 + i * outputs, gx, 2 + i * size,
                    scratch(conv.backwardScratch()), 0);
        }
        Arrays.fill(gw, Float.NaN);
        for (int slice = 0; slice < weights.count(); slice++) {
            float[] sum = new float[weights.sumSize()];
            weights.accumulate(slice, n, x, 5, gy, 3, sum, scratch(weights.scratch()), 0);
            weights.finish(slice, sum, 0, weights.outputs(), gw);
        }
        new Naive(g, n, x, gy, w).check(y, gx, gw);
        assertThat(new float[] {y[3], y[y.length - 2], gx[1], gx[gx.length - 4]}).containsOnly(GUARD);
    }

    /** NaN: nothing that was not written may reach a result. */
    private static float[] scratch(int size) {
        float[] scratch = new float[size];
        Arrays.fill(scratch, Float.NaN);
        return scratch;
    }

    /** The definition. Magnitudes take every value as 1, the largest that there is. */
    private record Naive(ConvShape g, int n, float[] x, float[] gy, float[] w) {
        void check(float[] y, float[] gx, float[] gw) {
            double[] outputs = new double[n * g.o() * g.positions()];
            double[] inputs = new double[n * g.c() * g.h() * g.w()];
            double[] weights = new double[w.length];
            for (int i = 0; i < n; i++) {
                for (int o = 0; o < g.o(); o++) {
                    for (int p = 0; p < g.positions(); p++) {
                        int to = (i * g.o() + o) * g.positions() + p;
                        for (int k = 0; k < g.taps(); k++) {
                            int row = p / g.ow() + k % 9 / 3 - g.padding();
                            int column = p % g.ow() + k % 3 - g.padding();
                            if (row >= 0 && row < g.h() && column >= 0 && column < g.w()) {
                                int from = ((i * g.c() + k / 9) * g.h() + row) * g.w() + column;
                                outputs[to] += (double) w[o * g.taps() + k] * x[5 + from];
                                inputs[from] += (double) w[o * g.taps() + k] * gy[3 + to];
                                weights[o * g.taps() + k] += (double) x[5 + from] * gy[3 + to];
                            }
                        }
                    }
                }
            }
            near(y, 4, outputs, g.c());
            near(gx, 2, inputs, g.o());
            near(gw, 0, weights, n * g.positions() / 4);
        }

        /** Of each product of transformed values (at most 4 · 2.25) nine reach a result; so {@link ChannelWinograd}'s bound. */
        private void near(float[] actual, int offset, double[] expected, int terms) {
            double error = Values.bound(terms + 14, 9 * 4 * 2.25 * terms);
            for (int i = 0; i < expected.length; i++) {
                assertThat((double) actual[offset + i]).as("%d of %s, %d images", i, g, n)
                        .isBetween(expected[i] - error, expected[i] + error);
            }
        }
    }

    @Test
    void anImageHasTheSameBitsAmongOthers() {
        ConvShape g = SHAPES.get(1);
        Convolution conv = Convolution.of(GEMM, g, 1);
        int n = conv.forwardImages();
        int size = g.c() * g.h() * g.w();
        int outputs = g.o() * g.positions();
        float[] x = values.of(n * size);
        float[] packed = new float[conv.packedForwardSize()];
        conv.packForward(values.of(g.o() * g.taps()), packed);
        float[] together = new float[n * outputs];
        float[] alone = new float[n * outputs];
        conv.forward(packed, null, 0f, 0f, n, x, 0, 0, g.o(), together, 0, new float[conv.forwardScratch()], 0);
        for (int i = 0; i < n; i++) {
            conv.forward(packed, null, 0f, 0f, 1, x, i * size, 0, g.o(), alone, i * outputs, new float[conv.forwardScratch()], 0);
        }
        assertThat(together).isEqualTo(alone);
    }

    @Test
    void channelsToLanesAndBack() {
        for (int n : new int[] {0, 1, LANES - 1, LANES, LANES + 1, 2 * LANES, 3 * LANES + 5}) {
            int plane = n + 3;
            float[] x = values.of(2 + LANES * plane);
            int[] at = IntStream.range(0, n).map(p -> (n - 1 - p) * (LANES + 1)).toArray();
            float[] lanes = new float[4 + n * (LANES + 1)];
            Arrays.fill(lanes, GUARD);
            KERNELS.toLanes(n, x, 2, plane, lanes, 4, at);
            float[] back = new float[1 + LANES * plane];
            Arrays.fill(back, GUARD);
            float[] packed = new float[3 + n * LANES];
            for (int p = 0; p < n; p++) {
                for (int l = 0; l < LANES; l++) {
                    assertThat(lanes[4 + at[p] + l]).isEqualTo(x[2 + l * plane + p]);
                    packed[3 + p * LANES + l] = x[2 + l * plane + p];
                }
            }
            KERNELS.fromLanes(n, packed, 3, back, 1, plane);
            for (int i = 0; i < LANES * plane; i++) {
                assertThat(back[1 + i]).isEqualTo(i % plane < n ? x[2 + i] : GUARD);
            }
        }
    }

    @Test
    void productsOfChannels() {
        for (int vectors : new int[] {0, 1, 2, 3, 5}) {
            for (int k : new int[] {0, 1, 7, 33}) {
                int[] terms = IntStream.range(0, k).map(p -> (k - p) * 3).toArray();
                float[] a = values.of(5 + Math.max(3 * k + ROWS * LANES, k * LANES + ROWS));
                int bStep = k * LANES + 2;
                int cStep = ROWS * LANES + 1;
                float[] b = values.of(1 + vectors * bStep + LANES);
                float[] c = values.of(2 + vectors * cStep);
                float[] before = c.clone();
                float[] product = c.clone();
                KERNELS.product(vectors, k, a, 5, terms, b, 1, bStep, product, 2, cStep);
                KERNELS.accumulate(vectors, k, a, 5, b, 1, bStep, c, 2, cStep);
                for (int i = 0; i < vectors * cStep; i++) {
                    int row = i % cStep / LANES;
                    if (row == ROWS) {
                        assertThat(c[2 + i]).isEqualTo(before[2 + i]);
                        assertThat(product[2 + i]).isEqualTo(before[2 + i]);
                        continue;
                    }
                    double one = 0;
                    double other = before[2 + i];
                    for (int p = 0; p < k; p++) {
                        double factor = b[1 + i / cStep * bStep + p * LANES + i % cStep % LANES];
                        one += a[5 + terms[p] + row * LANES] * factor;
                        other += a[5 + p * LANES + row] * factor;
                    }
                    double error = Values.bound(k, k + 1);
                    assertThat((double) product[2 + i]).isBetween(one - error, one + error);
                    assertThat((double) c[2 + i]).isBetween(other - error, other + error);
                }
            }
        }
    }

    @Test
    void gradientIsTheTransposeOfTheOutput() {
        int[] at = {3 * LANES, 0, 7};
        int step = 2 * 3 * LANES + 5;
        float[] y = values.of(1 + 20 * LANES + 7);
        float[] v = new float[2 + 16 * step];
        KERNELS.gradient(2, 3, y, 1, 5 * LANES, at, 0, 2 * LANES, LANES, v, 2, step);
        double[][] a = {{1, 0}, {1, 1}, {1, -1}, {0, -1}};
        for (int i = 0; i < 16 * 2 * 3 * LANES; i++) {
            int e = i / (6 * LANES);
            int c = i / (3 * LANES) % 2;
            int from = 1 + c * 5 * LANES + at[i / LANES % 3] + i % LANES;
            double sum = 0;
            for (int p = 0; p < 4; p++) {
                sum += a[e / 4][p / 2] * a[e % 4][p % 2] * y[from + p / 2 * 2 * LANES + p % 2 * LANES];
            }
            assertThat((double) v[2 + e * step + i % (6 * LANES)]).isBetween(sum - 0x1p-21, sum + 0x1p-21);
        }
    }

    /** No value is a sum of more than 16 terms of at most 1, rounded more than six times on its way. */
    @Test
    void gradientOfWeights() {
        double[][] g = {{1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}};
        int[] rowOf = {0, 1, 3};
        for (int vectors : new int[] {0, 1, 2, 5}) {
            int n = vectors * LANES;
            int step = n + 3;
            float[] w = values.of(2 + 16 * step);
            float[] gw = w.clone();
            KERNELS.weightGradient(vectors, gw, 2, step);
            for (int l = 0; l < n; l++) {
                for (int k = 0; k < 9; k++) {
                    double sum = 0;
                    for (int e = 0; e < 16; e++) {
                        sum += g[e / 4][k / 3] * g[e % 4][k % 3] * w[2 + e * step + l];
                    }
                    assertThat((double) gw[2 + (4 * rowOf[k / 3] + k % 3) * step + l]).isBetween(sum - 0x1p-21, sum + 0x1p-21);
                }
            }
            for (int e = 0; e < 16; e++) {
                for (int i = n; i < step; i++) {
                    assertThat(gw[2 + e * step + i]).isEqualTo(w[2 + e * step + i]);
                }
            }
        }
    }
}
