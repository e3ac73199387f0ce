package espalier.engine.kernel;

import static espalier.engine.kernel.Int8Kernels.ROWS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The integer kernels in force and the scalar ones, against sums in 64 bits and rounding in double. */
@Simd
class Int8KernelTest {
    private final SplittableRandom random = new SplittableRandom(7);

    static Stream<Int8Kernels> kernels() {
        return Stream.of(Kernels.scalar().int8(), Kernels.active().int8());
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void productsAreExactAtEveryDepth(Int8Kernels kernels) {
        for (int depth : new int[] {1, 2, 3, 27, 144, 257, 258, 515, 1031}) {
            for (boolean narrow : new boolean[] {true, false}) {
                for (boolean extreme : new boolean[] {true, false}) {
                    products(kernels, depth, narrow, extreme);
                }
            }
        }
    }

    private void products(Int8Kernels kernels, int depth, boolean narrow, boolean extreme) {
        int panel = kernels.panel();
        int max = narrow ? 127 : 255;
        int group = narrow ? 2 : 1;
        short[] x = new short[3 + 2 * depth + panel];
        for (int i = 0; i < x.length; i++) {
            x[i] = (short) (extreme ? max : random.nextInt(max + 1));
        }
        int[] offsets = new int[depth];
        int[] w = new int[5 + ROWS * depth];
        for (int k = 0; k < depth; k++) {
            offsets[k] = random.nextInt(2 * depth);
            for (int r = 0; r < ROWS; r++) {
                int weight = extreme ? r % 2 == 0 ? 127 : -127 : random.nextInt(-127, 128);
                w[5 + r * depth + k] = (weight & 0xFFFF) * 0x10001;
            }
        }
        byte[] lengths = new byte[4 + Math.ceilDiv(depth, group)];
        for (int k = 0; k < depth; k++) {
            lengths[3 + k / group]++;
        }
        int[] scratch = new int[kernels.scratch()];
        kernels.products(x, 3, offsets, depth, w, 5, lengths, 3, lengths.length - 1, scratch);
        int[] sums = new int[panel + 2];
        byte[] bytes = new byte[panel + 2];
        for (int r = 0; r < ROWS; r++) {
            int bias = random.nextInt(-100_000, 100_000);
            float multiplier = (float) (random.nextDouble() * 40 / (1 + (double) depth * max));
            kernels.accumulators(scratch, r, bias, sums, 1);
            kernels.requantize(scratch, r, bias, multiplier, 17, 17, max, bytes, 1);
            for (int p = 0; p < panel; p++) {
                long sum = bias;
                for (int k = 0; k < depth; k++) {
                    sum += (long) x[3 + offsets[k] + p] * (short) w[5 + r * depth + k];
                }
                assertThat(sums[1 + p]).as("depth %d narrow %s row %d position %d", depth, narrow, r, p).isEqualTo(sum);
                double rounded = Math.rint((float) sum * multiplier) + 17;
                assertThat(bytes[1 + p] & 0xFF).isEqualTo((int) Math.clamp(rounded, 17, max));
            }
            assertThat(sums[0]).isZero();
            assertThat(sums[panel + 1]).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void sparseProductsAreExactWhereAGroupHoldsAsMuchAsItCan(Int8Kernels kernels) {
        int panel = kernels.panel();
        short[] x = new short[4 + ROWS * panel];
        char[] columns = {9, 9, 1, 0, 1, 0, 1, 0};
        int[] offsets = {0, 2};
        int[] scratch = new int[kernels.scratch()];
        int[] sums = new int[ROWS * panel];
        for (int max : new int[] {127, 255}) {
            int rest = (max == 127 ? Int8Kernels.NARROW_SUM : Int8Kernels.WIDE_SUM) % 127;
            for (int sign : new int[] {1, -1}) {
                byte[] values = {9, 9, (byte) (127 * sign), (byte) (max == 127 ? 127 * sign : 0), (byte) (rest * sign),
                        127, -127, 5};
                Arrays.fill(x, (short) max);
                x[5] = 3;
                x[2 * panel] = 1;
                x[4 * panel] = 2;
                for (int panels = 1; panels <= ROWS; panels++) {
                    kernels.sparseProducts(panels, x, 1, 1 + panel, 1 + 2 * panel, 1 + 3 * panel, offsets, columns, values,
                            new byte[] {2, 3, 2, 1}, 1, 4, 2, scratch);
                    for (int i = 0; i < panels; i++) {
                        kernels.accumulators(scratch, i, 11, sums, i * panel);
                    }
                    for (int p = 0; p < panels * panel; p++) {
                        int expected = 11;
                        for (int j = 2; j < values.length; j++) {
                            expected += values[j] * x[1 + offsets[columns[j]] + p];
                        }
                        assertThat(sums[p]).isEqualTo(expected);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void requantizationRoundsHalfToEvenAndSaturates(Int8Kernels kernels) {
        int[] scratch = new int[kernels.scratch()];
        short[] zeros = new short[kernels.panel()];
        kernels.products(zeros, 0, new int[2], 2, new int[2 * ROWS], 0, new byte[] {2}, 0, 1, scratch);
        byte[] y = new byte[kernels.panel()];
        int[][] cases = {{1, 10}, {3, 12}, {5, 12}, {-1, 10}, {-3, 8}, {-5, 8}, {7, 14}, {1 << 30, 127}, {-(1 << 30), 3}};
        for (int[] c : cases) {
            kernels.requantize(scratch, 2, c[0], 0.5f, 10, 3, 127, y, 0);
            assertThat(y).as("%d / 2 + 10", c[0]).containsOnly((byte) c[1]);
        }
        for (float multiplier : new float[] {0x1p-40f, 1, 3e6f, 0x1p21f, 1e12f}) {
            for (int sum : new int[] {0, 1, -1, 1 << 30, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
                kernels.requantize(scratch, 1, sum, multiplier, 100, 0, 255, y, 0);
                double expected = Math.clamp(Math.rint((float) sum * multiplier) + 100, 0, 255);
                assertThat(y).as("%d times %s", sum, multiplier).containsOnly((byte) expected);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void widenTakesBytesAsUnsigned(Int8Kernels kernels) {
        int lanes = kernels.panel();
        for (int n : new int[] {0, 1, 7, 8, 9, lanes - 1, lanes, lanes + 1, 4 * lanes + 3, 101}) {
            for (int step : new int[] {n, n + 5}) {
                byte[] x = bytes(2 + 3 * (n + 5), 255);
                short[] y = new short[1 + 3 * n + 1];
                kernels.widen(x, 2, step, y, 1, 3, n);
                for (int g = 0; g < 3; g++) {
                    for (int i = 0; i < n; i++) {
                        assertThat(y[1 + g * n + i]).isEqualTo((short) (x[2 + g * step + i] & 0xFF));
                    }
                }
                assertThat(y[0]).isZero();
                assertThat(y[1 + 3 * n]).isZero();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void pairsHoldASignedWeightTwice(Int8Kernels kernels) {
        int lanes = kernels.panel();
        for (int n : new int[] {0, 1, lanes / 2 - 1, lanes - 1, lanes, lanes + 1, 4 * lanes + 3, 256}) {
            byte[] w = bytes(3 + n, 255);
            int[] pairs = new int[n + 1];
            kernels.pairs(w, 3, pairs, n);
            for (int i = 0; i < n; i++) {
                assertThat((short) pairs[i]).isEqualTo((short) w[3 + i]);
                assertThat(pairs[i] >> 16).isEqualTo(w[3 + i]);
            }
            assertThat(pairs[n]).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void additionRequantizesBothSides(Int8Kernels kernels) {
        int lanes = kernels.panel();
        for (int n : new int[] {0, 1, lanes - 1, lanes, lanes + 1, 4 * lanes + 3, 211}) {
            byte[] a = bytes(n + 1, 255);
            byte[] b = bytes(n + 2, 127);
            byte[] y = new byte[n + 2];
            kernels.add(a, 1, 100, 0.31f, b, 2, 60, 0.77f, y, 1, 33, 33, 200, n);
            for (int i = 0; i < n; i++) {
                float v = ((a[1 + i] & 0xFF) - 100) * 0.31f + ((b[2 + i] & 0xFF) - 60) * 0.77f;
                assertThat(y[1 + i] & 0xFF).isEqualTo((int) Math.clamp(Math.rint(v) + 33, 33, 200));
            }
            assertThat(y[0]).isZero();
            assertThat(y[n + 1]).isZero();
            kernels.add(a, 1, 100, 1e9f, b, 2, 60, 1e9f, y, 1, 33, 3, 200, n);
            for (int i = 0; i < n; i++) {
                int sign = (a[1 + i] & 0xFF) - 100 + (b[2 + i] & 0xFF) - 60;
                assertThat(y[1 + i] & 0xFF).isEqualTo(sign == 0 ? 33 : sign > 0 ? 200 : 3);
            }
        }
    }

    private byte[] bytes(int n, int max) {
        byte[] x = new byte[n];
        for (int i = 0; i < n; i++) {
            x[i] = (byte) random.nextInt(max + 1);
        }
        return x;
    }
}
