package espalier.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What only convolutions use, against sums in double: taps, products with gradients, Winograd's algorithm. */
@Simd
class ConvKernelTest {
    private static final GemmKernels KERNELS = Kernels.active().gemm();
    private static final int LANES = KERNELS.lanes();
    private static final float GUARD = 12345f;
    private final Values values = new Values(8);

    @Test
    void nineTapsOfEachVector() {
        int[] taps = {3, 0, 7, 1, 2, 9, 4, 4, 5};
        int[] positions = {4, 0, 2 * LANES, 5};
        int[] targets = {0, 3 * LANES, 2 * LANES, LANES};
        float[] a = values.of(2 + 9 * GemmKernels.ROWS);
        float[] b = values.of(3 + 3 * LANES + 14);
        float[] c = new float[1 + 4 * LANES + 1];
        Arrays.fill(c, GUARD);
        KERNELS.nineTaps(a, 2, b, 3, taps, positions, c, 1, targets);
        for (int i = 0; i < 4 * LANES; i++) {
            int v = List.of(0, 3, 2, 1).get(i / LANES);
            double sum = 0;
            double magnitude = 0;
            for (int p = 0; p < 9; p++) {
                double term = (double) a[2 + p * GemmKernels.ROWS] * b[3 + positions[v] + taps[p] + i % LANES];
                sum += term;
                magnitude += Math.abs(term);
            }
            double error = Values.bound(9, magnitude);
            assertThat((double) c[1 + i]).isBetween(sum - error, sum + error);
        }
        assertThat(new float[] {c[0], c[c.length - 1]}).containsOnly(GUARD);
    }

    @Test
    void dotProductsByLane() {
        int[] at = {9, 3, 0, 7, 1, 2, 5};
        for (int vectors : new int[] {0, 1, 13}) {
            int ldg = vectors * LANES + 1;
            int[] xAt = new int[vectors + 2];
            int[] gAt = new int[vectors + 2];
            for (int p = 0; p < vectors; p++) {
                xAt[p] = p * (LANES + 2);
                gAt[p] = (vectors - 1 - p) * LANES;
            }
            float[] x = values.of(vectors * (LANES + 2) + 9);
            float[] g = values.of(1 + 7 * ldg);
            for (int outputs : new int[] {0, 1, 2, 3, 4, 7}) {
                float[] sums = values.of(4 + outputs * GemmKernels.DOT_TAPS * LANES);
                float[] before = sums.clone();
                KERNELS.dots(outputs, vectors, x, 2, xAt, at, 1, g, gAt, 1, ldg, sums, 4);
                for (int s = 0; s < outputs * GemmKernels.DOT_TAPS * LANES; s++) {
                    int o = s / LANES / GemmKernels.DOT_TAPS;
                    int tap = s / LANES % GemmKernels.DOT_TAPS;
                    double sum = before[4 + s];
                    double magnitude = Math.abs(sum);
                    for (int p = 0; p < vectors; p++) {
                        double term = (double) x[2 + at[1 + tap] + xAt[p] + s % LANES] * g[1 + o * ldg + gAt[p] + s % LANES];
                        sum += term;
                        magnitude += Math.abs(term);
                    }
                    double error = Values.bound(vectors, magnitude);
                    assertThat((double) sums[4 + s]).isBetween(sum - error, sum + error);
                }
            }
        }
    }

    /** Against the definition in double, every sign made positive for the bound. */
    @Test
    void bandsOfRowsAreTheWholeConvolution() {
        List<ConvShape> shapes = List.of(
                new ConvShape(3, 2 * LANES, 2 * LANES, 16, 3, 3, 1, 1, 1),
                new ConvShape(3, 2 * LANES, 2 * LANES, 9, 3, 3, 2, 1, 1),
                new ConvShape(5, 8, 7, 9, 3, 3, 1, 1, 1),
                new ConvShape(5, 9, LANES, 17, 1, 1, 1, 0, 1),
                new ConvShape(65, 70, 2 * LANES, 17, 1, 1, 1, 0, 1),
                new ConvShape(4, 9, 9, 8, 1, 1, 2, 0, 1),
                new ConvShape(6, LANES, LANES, 19, 3, 3, 2, 1, 1),
                new ConvShape(5, LANES, LANES / 2, 9, 5, 5, 2, 2, 1),
                new ConvShape(3, 15, LANES - 1, 9, 3, 3, 2, 1, 1),
                new ConvShape(2, 12, 10, 3, 5, 5, 1, 4, 2),
                new ConvShape(2, 7, 3, 9, 3, 3, 3, 2, 2),
                new ConvShape(1, 9, LANES, 1, 3, 3, 1, 1, 1),
                new ConvShape(1, 9, 7, 1, 3, 3, 1, 1, 1),
                new ConvShape(32, 8, 6, 48, 3, 3, 1, 1, 1),
                new ConvShape(48, 5, 7, 32, 3, 3, 1, 2, 1));
        for (ConvShape g : shapes) {
            for (int groups : new int[] {1, 3}) {
                Convolution whole = Convolution.of(KERNELS, g, groups);
                float[] packed = new float[whole.packedForwardSize()];
                whole.packForward(values.of(groups * g.o() * g.taps()), packed);
                float[] bias = values.of(groups * g.o());
                float[] x = values.of(5 + groups * g.c() * g.h() * g.w());
                int size = groups * g.o() * g.positions();
                float[] expected = new float[3 + size + 1];
                whole.forward(packed, bias, 0f, 1f, 1, x, 5, 0, g.o(), expected, 3, new float[whole.forwardScratch()], 0);
                for (int count : new int[] {2, 3, 100}) {
                    float[] y = new float[expected.length];
                    Arrays.fill(y, 3, 3 + size, GUARD);
                    List<ForwardBand> bands = whole.bands(count);
                    // At 16 lanes, four rows of four outputs are a vector.
                    assertThat(bands).hasSizeBetween(Math.min(count, Math.ceilDiv(g.oh(), 4)), Math.min(count, g.oh()));
                    for (ForwardBand band : bands.reversed()) {
                        float[] scratch = new float[band.scratch()];
                        Arrays.fill(scratch, GUARD);
                        band.forward(packed, bias, 0f, 1f, 1, x, 5, 0, g.o(), y, 3, scratch, 0);
                    }
                    assertThat(Arrays.equals(y, expected)).as("%d bands of %s, %d groups", count, g, groups).isTrue();
                }
            }
        }
    }

    /** Planes so large and so many that they are copied, or that rows are computed in stretches. */
    @Test
    void sumsOfLargePlanes() {
        for (ConvShape g : List.of(new ConvShape(65, 70, 2 * LANES, 17, 1, 1, 1, 0, 1), new ConvShape(3, 70, 2 * LANES, 70, 1, 1, 1, 0, 1),
                new ConvShape(150, 128, 4 * LANES, 21, 1, 1, 1, 0, 1))) {
            Convolution conv = Convolution.of(KERNELS, g, 1);
            int plane = g.positions();
            float[] w = values.of(g.o() * g.c());
            float[] x = values.of(3 + g.c() * plane);
            float[] gy = values.of(5 + g.o() * plane);
            float[] y = new float[2 + g.o() * plane];
            float[] gx = new float[1 + g.c() * plane];
            float[] packed = new float[conv.packedForwardSize()];
            conv.packForward(w, packed);
            float[] scratch = new float[conv.forwardScratch()];
            Arrays.fill(scratch, Float.NaN);
            conv.forward(packed, null, 0f, 0f, 1, x, 3, 0, g.o(), y, 2, scratch, 0);
            float[] turned = new float[conv.packedBackwardSize()];
            scratch = new float[conv.backwardScratch()];
            Arrays.fill(scratch, Float.NaN);
            conv.packBackward(w, turned);
            conv.backwardInput(turned, 1, gy, 5, gx, 1, scratch, 0);
            for (int p = plane - 1; p >= 0; p -= 7) {
                for (int o = 0; o < g.o(); o++) {
                    double sum = 0;
                    for (int c = 0; c < g.c(); c++) {
                        sum += (double) w[o * g.c() + c] * x[3 + c * plane + p];
                    }
                    double error = Values.bound(g.c(), g.c());
                    assertThat((double) y[2 + o * plane + p]).isBetween(sum - error, sum + error);
                }
                for (int c = 0; c < g.c(); c++) {
                    double sum = 0;
                    for (int o = 0; o < g.o(); o++) {
                        sum += (double) w[o * g.c() + c] * gy[5 + o * plane + p];
                    }
                    double error = Values.bound(g.o(), g.o());
                    assertThat((double) gx[1 + c * plane + p]).isBetween(sum - error, sum + error);
                }
            }
        }
    }

    @Test
    void winogradIsTheConvolution() {
        int c = 17;
        int m = 6;
        float[] w = values.of(m * c * 9);
        float[] x = values.of(c * 24 * LANES);
        float[] bias = values.of(m);
        float[] y = new float[m * 8 * LANES];
        var product = new WinogradProduct(KERNELS, c, m, new int[] {0, 2 * LANES}, new int[] {0, 2 * LANES});
        float[] packed = new float[product.packedSize()];
        product.pack(w, packed);
        float[] scratch = new float[3 + product.scratchSize()];
        Arrays.fill(scratch, Float.NaN);
        product.multiply(0, m, x, 0, 24 * LANES, 6 * LANES, 12 * LANES, LANES, packed, bias, -1, 1.5f,
                y, 0, 8 * LANES, 4 * LANES, LANES, scratch, 3);
        for (int at = 0; at < y.length; at++) {
            int lane = at % LANES;
            int column = at / LANES % 4;
            int row = at / LANES / 4 % 2;
            int o = at / LANES / 8;
            double sum = bias[o];
            // Each of the 16 products of a channel sums up to 16 inputs with up to 9 weights; an output sums 9 of them.
            double magnitude = Math.abs(bias[o]);
            for (int k = 0; k < c; k++) {
                double inputs = 0;
                double weights = 0;
                for (int i = 0; i < 4; i++) {
                    for (int j = 0; j < 4; j++) {
                        float d = x[k * 24 * LANES + i * 6 * LANES + (column / 2 * 2 + j) * LANES + lane];
                        inputs = Math.max(inputs, Math.abs(d));
                        int r = i - row;
                        int s = j - column % 2;
                        if (r >= 0 && r < 3 && s >= 0 && s < 3) {
                            float weight = w[(o * c + k) * 9 + r * 3 + s];
                            sum += (double) weight * d;
                            weights = Math.max(weights, Math.abs(weight));
                        }
                    }
                }
                magnitude += 9 * 4 * inputs * 2.25 * weights;
            }
            double expected = Math.clamp(sum, -1, 1.5);
            double error = Values.bound(c + 14, magnitude);
            assertThat((double) y[at]).isBetween(expected - error, expected + error);
        }
    }
}
