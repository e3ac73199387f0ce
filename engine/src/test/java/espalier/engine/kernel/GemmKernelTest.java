package espalier.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The matrix kernels in force against sums in double, at sizes around the vector length, at offsets, and beside guard values.
 */
@Simd
class GemmKernelTest {
    private static final GemmKernels KERNELS = Kernels.active().gemm();
    private static final int LANES = KERNELS.lanes();
    private static final float GUARD = 12345f;
    private final Values values = new Values(7);

    record Size(int m, int n, int k) {}

    static Stream<Size> sizes() {
        int wide = LANES * KERNELS.maxVectors();
        return Stream.of(new Size(0, 3, 2), new Size(3, 0, 2), new Size(2, 3, 0), new Size(1, 1, 1), new Size(4, LANES, 1),
                new Size(3, LANES - 1, 5), new Size(5, LANES + 1, 7), new Size(4, wide, 31), new Size(8, wide + 1, 256),
                new Size(7, 2 * wide + 3, 257), new Size(129, 13, 300), new Size(211, Math.max(1, LANES - 1), 259), new Size(12, LANES, 1022), new Size(13, 520, 17), new Size(131, 523, 521));
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void multipliesWithAnyStrides(Size s) {
        for (boolean transposeA : new boolean[] {false, true}) {
            for (boolean transposeB : new boolean[] {false, true}) {
                for (float[] factors : new float[][] {{1, 0}, {1, 1}, {-0.5f, 0.25f}, {0, 2}}) {
                    check(s, transposeA, transposeB, factors[0], factors[1]);
                }
            }
        }
    }

    private void check(Size s, boolean transposeA, boolean transposeB, float alpha, float beta) {
        int rsA = transposeA ? 1 : s.k + 2;
        int csA = transposeA ? s.m + 3 : 1;
        int rsB = transposeB ? 1 : s.n + 1;
        int csB = transposeB ? s.k + 5 : 1;
        int ldc = transposeB || s.n == 0 ? s.n + 4 : s.n;
        float[] a = values.of(5 + (s.m + 3) * (s.k + 3));
        float[] b = values.of(3 + (s.k + 6) * (s.n + 2));
        float[] c = values.of(1 + (s.m + 1) * ldc);
        if (beta == 0) {
            Arrays.fill(c, Float.NaN);
        }
        float[] before = c.clone();
        float[] scratch = new float[7 + Gemm.scratchSize(KERNELS, s.m, s.n, s.k)];
        Arrays.fill(scratch, Float.NaN);

        Gemm.multiply(KERNELS, s.m, s.n, s.k, alpha, a, 5, rsA, csA, b, 3, rsB, csB, beta, c, 1, ldc, scratch, 7);

        for (int at = 0; at < c.length; at++) {
            int i = Math.floorDiv(at - 1, ldc);
            int j = Math.floorMod(at - 1, ldc);
            if (at < 1 || i >= s.m || j >= s.n) {
                assertThat(Float.valueOf(c[at])).as("element %d lies outside C", at).isEqualTo(Float.valueOf(before[at]));
                continue;
            }
            double sum = beta == 0 ? 0 : beta * before[at];
            double magnitude = Math.abs(sum);
            for (int p = 0; p < s.k; p++) {
                double term = (double) alpha * a[5 + i * rsA + p * csA] * b[3 + p * rsB + j * csB];
                sum += term;
                magnitude += Math.abs(term);
            }
            assertThat((double) c[at]).isBetween(sum - Values.bound(s.k, magnitude), sum + Values.bound(s.k, magnitude));
        }
    }

    @Test
    void tilesOfEveryHeightAndWidth() {
        for (int vectors = 1; vectors <= KERNELS.maxVectors(); vectors++) {
            for (int k : new int[] {0, 1, 2, 31, 64}) {
                for (int rows : new int[] {GemmKernels.HALF_ROWS, GemmKernels.ROWS}) {
                    int width = vectors * LANES;
                    int ldb = width + 3;
                    int ldc = width + 1;
                    float[] a = values.of(3 + GemmKernels.ROWS * k);
                    float[] b = values.of(1 + ldb * k);
                    float[] c = values.of(GemmKernels.ROWS * ldc);
                    float[] before = c.clone();
                    KERNELS.tile(rows, vectors, k, a, 3, b, 1, ldb, c, 0, ldc);
                    checkTile(rows, width, k, (i, p) -> a[3 + p * GemmKernels.ROWS + i],
                            (p, j) -> b[1 + p * ldb + j], before, c, ldc);
                    assertThat(Arrays.copyOfRange(c, rows * ldc, c.length)).as("rows beyond the tile")
                            .isEqualTo(Arrays.copyOfRange(before, rows * ldc, c.length));
                }
            }
        }
    }

    @Test
    void tilesThatReadWhereATableSays() {
        int[] taps = new int[65];
        for (int p = 0; p < taps.length; p++) {
            taps[p] = p * 7 % 61;
        }
        int[] at = {5, 2 + 3 * LANES, 1 + LANES, 9 + 5 * LANES};
        for (int k : new int[] {0, 1, 9, 64}) {
            float[] a = values.of(3 + GemmKernels.ROWS * k + GemmKernels.ROWS);
            float[] b = values.of(9 + 7 * LANES + 61);
            for (int vectors = 1; vectors <= GemmKernels.ROW_VECTORS; vectors++) {
                int ldc = vectors * LANES + 1;
                for (int rows = GemmKernels.HALF_ROWS; rows <= GemmKernels.ROWS && vectors <= KERNELS.maxVectors();
                        rows += GemmKernels.HALF_ROWS) {
                    float[] c = values.of(GemmKernels.ROWS * ldc);
                    float[] before = c.clone();
                    overwritten(rows, vectors * LANES, before, ldc);
                    KERNELS.taps(rows, vectors, k, a, 3, b, taps, 1, at[0], at[1], at[2], c, 0, ldc);
                    checkTile(rows, vectors * LANES, k, (i, p) -> a[3 + p * GemmKernels.ROWS + i],
                            (p, j) -> b[at[j / LANES] + taps[p + 1] + j % LANES], before, c, ldc);
                }
                float[] row = values.of(ldc);
                float[] rowBefore = row.clone();
                overwritten(1, vectors * LANES, rowBefore, ldc);
                KERNELS.tapsRow(vectors, k, a, 2, b, taps, 1, at[0], at[1], at[2], at[3], row, 0);
                checkTile(1, vectors * LANES, k, (_, p) -> a[2 + p * GemmKernels.ROWS],
                        (p, j) -> b[at[j / LANES] + taps[p + 1] + j % LANES], rowBefore, row, ldc);
            }
        }
    }

    private static void overwritten(int m, int n, float[] before, int ldc) {
        for (int i = 0; i < m; i++) {
            Arrays.fill(before, i * ldc, i * ldc + n, 0f);
        }
    }

    @FunctionalInterface
    private interface Element {
        float at(int row, int column);
    }

    /** C = before + A·B within the bound, and the column after the last untouched. */
    private static void checkTile(int m, int n, int k, Element a, Element b, float[] before, float[] c, int ldc) {
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double sum = before[i * ldc + j];
                double magnitude = Math.abs(sum);
                for (int p = 0; p < k; p++) {
                    double term = (double) a.at(i, p) * b.at(p, j);
                    sum += term;
                    magnitude += Math.abs(term);
                }
                double error = Values.bound(k, magnitude);
                assertThat((double) c[i * ldc + j]).isBetween(sum - error, sum + error);
            }
            assertThat(c[i * ldc + n]).isEqualTo(before[i * ldc + n]);
        }
    }

    @Test
    void outerProductsOfAnyNumberOfRowsAndVectors() {
        for (int vectors : new int[] {1, 2, 3, 4, 5, 7}) {
            for (int m : new int[] {0, 1, 3, 4, 8, 11, 12, 13, 27}) {
                int k = 19;
                int width = vectors * LANES;
                int lda = k + 3;
                float[] a = values.of(2 + m * lda);
                float[] b = values.of(width * k);
                float[] c = values.of(m * width + 1);
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
                                .isBetween(sum - Values.bound(k, magnitude), sum + Values.bound(k, magnitude));
                    }
                }
                assertThat(c[m * width]).isEqualTo(before[m * width]);
            }
        }
    }

    @Test
    void gathersExactly() {
        GemmKernels scalar = Kernels.scalar().gemm();
        for (int columns : new int[] {1, LANES - 1, LANES, LANES + 1, 2 * LANES, 3 * LANES + 1}) {
            if (columns == 0) {
                continue;
            }
            for (int[] grid : new int[][] {{3, 5, 1}, {8, 10, 1}, {16, 18, 1}, {64, 66, 1}, {3, 7, 2}, {8, 20, 2}, {16, 34, 2},
                    {64, 130, 2}, {2, 6, 1}, {16, 60, 3}}) {
                int[] columnOffsets = grid(columns / grid[0] + 2, grid[0], grid[1], grid[2]);
                int[] rowOffsets = {0, 5, 1, 9, 2};
                float[] source = values.of(2 + 9 + 1 + columnOffsets[columns]);
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
        }
    }

    @Test
    void transposesExactly() {
        for (int m : new int[] {0, 1, 5, GemmKernels.ROWS, LANES - 1, LANES, LANES + 1, 2 * LANES, 3 * LANES + 1}) {
            for (int n : new int[] {0, 1, 5, LANES - 1, LANES, 2 * LANES + 1}) {
                for (int ldy : new int[] {m, m + 3}) {
                    float[] x = values.of(m * (n + 3) + 4);
                    float[] expected = new float[n * ldy + 7];
                    float[] actual = new float[n * ldy + 7];
                    Arrays.fill(actual, GUARD);
                    Arrays.fill(expected, GUARD);
                    Kernels.scalar().gemm().transpose(m, n, x, 4, n + 3, expected, 6, ldy);
                    KERNELS.transpose(m, n, x, 4, n + 3, actual, 6, ldy);
                    assertThat(actual).as("%d × %d to rows of %d", m, n, ldy).isEqualTo(expected);
                }
            }
        }
    }

    /** {@return the offsets {@code y·rowStep + x·columnStep} of a grid of positions} */
    private static int[] grid(int rows, int columns, int rowStep, int columnStep) {
        int[] offsets = new int[rows * columns];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = i / columns * rowStep + i % columns * columnStep;
        }
        return offsets;
    }

    @Test
    void interleavesRows() {
        for (int n : new int[] {0, 1, LANES / 2, LANES / 2 + 1, LANES - 1, LANES, 2 * LANES + 3}) {
            float[] x = values.of(9 + 4 * (n + 5) + LANES);
            float[] expected = values.of(4 + 3 * (2 * n + 2));
            float[] actual = expected.clone();
            Kernels.scalar().gemm().interleaveRows(3, n, x, 2, 9, n + 5, expected, 4, 2 * n + 2);
            KERNELS.interleaveRows(3, n, x, 2, 9, n + 5, actual, 4, 2 * n + 2);
            assertThat(actual).isEqualTo(expected);
            for (int i = 0; i < 3 * n; i++) {
                int row = i / Math.max(1, n);
                int at = 4 + row * (2 * n + 2) + i % Math.max(1, n) * 2;
                assertThat(actual[at]).isEqualTo(x[2 + row * (n + 5) + i % n]);
                assertThat(actual[at + 1]).isEqualTo(x[9 + row * (n + 5) + i % n]);
            }
        }
    }

    @Test
    void copiesAddsAndFinishesRows() {
        for (int n : IntStream.concat(IntStream.rangeClosed(0, LANES + 1), IntStream.of(4 * LANES + 3)).toArray()) {
            for (int step : new int[] {1, 2, 3}) {
                float[] x = values.of(2 + 3 * (n * step + 5));
                float[] expected = values.of(4 + 3 * (n + 2));
                float[] actual = expected.clone();
                Kernels.scalar().gemm().copyRows(3, n, x, 2, n * step + 5, step, expected, 4, n + 2);
                KERNELS.copyRows(3, n, x, 2, n * step + 5, step, actual, 4, n + 2);
                assertThat(actual).isEqualTo(expected);
            }
            float[] x = values.of(2 + 3 * (n + 5));
            float[] expected = values.of(4 + 3 * (n + 2));
            expected[4 + n / 2] = Float.NaN;
            float[] actual = expected.clone();
            Kernels.scalar().gemm().addRows(3, n, x, 2, n + 5, expected, 4, n + 2);
            KERNELS.addRows(3, n, x, 2, n + 5, actual, 4, n + 2);
            assertThat(actual).isEqualTo(expected);
            for (float[] bounds : new float[][] {{0, 0.5f}, {0, Float.POSITIVE_INFINITY}}) {
                Kernels.scalar().gemm().finishRows(3, n, x, 1, bounds[0], bounds[1], expected, 4, n + 2);
                KERNELS.finishRows(3, n, x, 1, bounds[0], bounds[1], actual, 4, n + 2);
                assertThat(actual).isEqualTo(expected);
            }
        }
    }

    @Test
    void shortRowsAreCopiedEndToEnd() {
        for (int n = 1; n <= LANES; n++) {
            shortRows(n);
        }
    }

    private void shortRows(int n) {
        for (int m : new int[] {0, 1, 2, 5, 8, LANES + 3}) {
            for (int gap : new int[] {0, 1, LANES}) {
                // Nothing lies behind the last row: a vector from there would end beyond the array.
                float[] x = values.of(3 + m * (n + gap) - (m > 0 ? gap : 0));
                float[] expected = values.of(2 + m * n + 1);
                float[] actual = expected.clone();
                Kernels.scalar().gemm().copyRows(m, n, x, 3, n + gap, 1, expected, 2, n);
                KERNELS.copyRows(m, n, x, 3, n + gap, 1, actual, 2, n);
                assertThat(actual).isEqualTo(expected);
            }
        }
    }
}
