package espalier.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The matrix kernels in force against sums in double, at sizes around the vector length, at offsets, and beside guard values. */
@Simd
class GemmKernelTest {
    private static final GemmKernels KERNELS = Kernels.active().gemm();
    private static final int LANES = KERNELS.lanes();
    private static final float GUARD = 12345f;
    private final SplittableRandom random = new SplittableRandom(7);

    record Size(int m, int n, int k) {}

    static Stream<Size> sizes() {
        int wide = LANES * KERNELS.maxVectors();
        return Stream.of(new Size(0, 3, 2), new Size(3, 0, 2), new Size(2, 3, 0), new Size(1, 1, 1), new Size(4, LANES, 1),
                new Size(3, LANES - 1, 5), new Size(5, LANES + 1, 7), new Size(4, wide, 31), new Size(8, wide + 1, 256),
                new Size(7, 2 * wide + 3, 257), new Size(129, 13, 300), new Size(13, 520, 17), new Size(131, 523, 521));
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void multipliesWithAnyStrides(Size s) {
        for (boolean transposeA : new boolean[] {false, true}) {
            for (boolean transposeB : new boolean[] {false, true}) {
                for (boolean accumulate : new boolean[] {false, true}) {
                    check(s, transposeA, transposeB, accumulate);
                }
            }
        }
    }

    private void check(Size s, boolean transposeA, boolean transposeB, boolean accumulate) {
        int rsA = transposeA ? 1 : s.k + 2;
        int csA = transposeA ? s.m + 3 : 1;
        int rsB = transposeB ? 1 : s.n + 1;
        int csB = transposeB ? s.k + 5 : 1;
        int ldc = s.n + 4;
        float[] a = values(5 + (s.m + 3) * (s.k + 3));
        float[] b = values(3 + (s.k + 6) * (s.n + 2));
        float[] c = values(1 + (s.m + 1) * ldc);
        float[] before = c.clone();
        float[] scratch = new float[7 + Gemm.scratchSize(KERNELS, s.m, s.n, s.k)];
        Arrays.fill(scratch, Float.NaN);

        Gemm.multiply(KERNELS, s.m, s.n, s.k, a, 5, rsA, csA, b, 3, rsB, csB, c, 1, ldc, accumulate, scratch, 7);

        for (int at = 0; at < c.length; at++) {
            int i = Math.floorDiv(at - 1, ldc);
            int j = Math.floorMod(at - 1, ldc);
            if (at < 1 || i >= s.m || j >= s.n) {
                assertThat(c[at]).as("element %d lies outside C", at).isEqualTo(before[at]);
                continue;
            }
            double sum = accumulate ? before[at] : 0;
            double magnitude = Math.abs(sum);
            for (int p = 0; p < s.k; p++) {
                double term = (double) a[5 + i * rsA + p * csA] * b[3 + p * rsB + j * csB];
                sum += term;
                magnitude += Math.abs(term);
            }
            assertThat((double) c[at]).isBetween(sum - bound(s.k, magnitude), sum + bound(s.k, magnitude));
        }
    }

    @Test
    void tilesOfEveryWidth() {
        for (int vectors = 1; vectors <= KERNELS.maxVectors(); vectors++) {
            for (int k : new int[] {0, 1, 2, 31, 64}) {
                int width = vectors * LANES;
                float[] a = values(3 + GemmKernels.ROWS * k);
                float[] b = values(1 + width * k);
                float[] c = new float[GemmKernels.ROWS * (width + 1)];
                Arrays.fill(c, GUARD);
                KERNELS.tile(vectors, k, a, 3, b, 1, c, 0, width + 1);
                for (int i = 0; i < GemmKernels.ROWS; i++) {
                    for (int j = 0; j < width; j++) {
                        double sum = 0;
                        double magnitude = 0;
                        for (int p = 0; p < k; p++) {
                            double term = (double) a[3 + p * GemmKernels.ROWS + i] * b[1 + p * width + j];
                            sum += term;
                            magnitude += Math.abs(term);
                        }
                        assertThat((double) c[i * (width + 1) + j])
                                .isBetween(sum - bound(k, magnitude), sum + bound(k, magnitude));
                    }
                    assertThat(c[i * (width + 1) + width]).isEqualTo(GUARD);
                }
            }
        }
    }

    @Test
    void outerProductsOfAnyNumberOfRowsAndVectors() {
        for (int vectors : new int[] {1, 2, 3, 4, 5, 7}) {
            for (int m : new int[] {0, 1, 3, 4, 8, 11, 12, 13, 27}) {
                int k = 19;
                int width = vectors * LANES;
                int lda = k + 3;
                float[] a = values(2 + m * lda);
                float[] b = values(width * k);
                float[] c = values(m * width + 1);
                float[] before = c.clone();
                KERNELS.accumulateOuter(m, vectors, k, a, 2, lda, b, 0, c, 0);
                for (int i = 0; i < m; i++) {
                    for (int j = 0; j < width; j++) {
                        double sum = before[i * width + j];
                        double magnitude = Math.abs(sum);
                        for (int p = 0; p < k; p++) {
                            double term = (double) a[2 + i * lda + p] * b[p * width + j];
                            sum += term;
                            magnitude += Math.abs(term);
                        }
                        assertThat((double) c[i * width + j])
                                .isBetween(sum - bound(k, magnitude), sum + bound(k, magnitude));
                    }
                }
                assertThat(c[m * width]).isEqualTo(before[m * width]);
            }
        }
    }

    @Test
    void gathersAndTransposesExactly() {
        GemmKernels scalar = Kernels.scalar().gemm();
        for (int columns : new int[] {1, LANES - 1, LANES, LANES + 1, 2 * LANES, 3 * LANES + 1}) {
            if (columns == 0) {
                continue;
            }
            for (int[] grid : new int[][] {{3, 5, 1}, {8, 10, 1}, {16, 18, 1}, {64, 66, 1}, {3, 7, 2}, {8, 20, 2}, {16, 34, 2},
                    {64, 130, 2}, {2, 6, 1}, {16, 60, 3}}) {
                int[] columnOffsets = Patches.grid(columns / grid[0] + 2, grid[0], grid[1], grid[2]);
                int[] rowOffsets = {0, 5, 1, 9, 2};
                float[] source = values(2 + 9 + 1 + columnOffsets[columns]);
                int ld = Gemm.roundUp(columns, LANES) + 5;
                float[] expected = new float[4 * ld];
                float[] actual = new float[4 * ld];
                Arrays.fill(actual, GUARD);
                Arrays.fill(expected, GUARD);
                scalar.gatherPanel(source, 2, rowOffsets, 1, 4, columnOffsets, 1, columns, expected, 0, ld);
                for (int r = 0; r < 4; r++) {
                    Arrays.fill(expected, r * ld + columns, r * ld + Gemm.roundUp(columns, LANES), 0f);
                }
                KERNELS.gatherPanel(source, 2, rowOffsets, 1, 4, columnOffsets, 1, columns, actual, 0, ld);
                assertThat(actual).isEqualTo(expected);
            }
            int m = columns;
            for (int n : new int[] {1, 5, LANES, 2 * LANES + 1}) {
                int ldy = Gemm.roundUp(m, LANES);
                float[] x = values(m * (n + 3) + 4);
                float[] expected = new float[n * ldy + 7];
                float[] actual = new float[n * ldy + 7];
                Arrays.fill(actual, GUARD);
                Arrays.fill(expected, GUARD);
                scalar.transpose(m, n, x, 4, n + 3, expected, 6, ldy);
                KERNELS.transpose(m, n, x, 4, n + 3, actual, 6, ldy);
                assertThat(actual).isEqualTo(expected);
            }
        }
    }

    @Test
    void dotProductsByLane() {
        int vectors = 5;
        int m = 8;
        int n = 12;
        int lda = vectors * LANES + 3;
        int ldb = vectors * LANES + 1;
        float[] a = values(2 + m * lda);
        float[] b = values(1 + n * ldb);
        float[] sums = values(4 + m * n * LANES);
        float[] before = sums.clone();
        KERNELS.accumulateDots(m, n, vectors, a, 2, lda, b, 1, ldb, sums, 4);
        int rows = GemmKernels.ROWS;
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                int tile = i / rows * (n / rows) + j / rows;
                for (int lane = 0; lane < LANES; lane++) {
                    int at = 4 + ((tile * rows + i % rows) * rows + j % rows) * LANES + lane;
                    double sum = before[at];
                    double magnitude = Math.abs(sum);
                    for (int p = 0; p < vectors; p++) {
                        double term = (double) a[2 + i * lda + p * LANES + lane] * b[1 + j * ldb + p * LANES + lane];
                        sum += term;
                        magnitude += Math.abs(term);
                    }
                    assertThat((double) sums[at])
                            .isBetween(sum - bound(vectors, magnitude), sum + bound(vectors, magnitude));
                }
            }
        }
    }

    @Test
    void addsRows() {
        for (int n : new int[] {0, 1, LANES - 1, LANES, 4 * LANES + 3}) {
            float[] from = values(n + 2);
            float[] to = values(n + 4);
            float[] expected = to.clone();
            Kernels.scalar().gemm().addTo(from, 1, expected, 3, n);
            KERNELS.addTo(from, 1, to, 3, n);
            assertThat(to).isEqualTo(expected);
        }
    }

    /** Each of k products and additions rounds by at most 2⁻²⁴ of what has been summed so far. */
    private static double bound(int k, double magnitude) {
        return (k + 2) * 0x1p-24 * magnitude;
    }

    private float[] values(int n) {
        float[] v = new float[n];
        for (int i = 0; i < n; i++) {
            v[i] = random.nextFloat(-1f, 1f);
        }
        return v;
    }
}
