package espalier.engine.kernel;

import static espalier.engine.kernel.Int8Kernels.ROWS;
import static org.assertj.core.api.Assertions.assertThat;

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
        int even = (depth + 1) / 2 * 2;
        int panel = kernels.panel();
        int max = narrow ? 127 : 255;
        short[] x = new short[3 + 2 * even + panel];
        for (int i = 0; i < x.length; i++) {
            x[i] = (short) (extreme ? max : random.nextInt(max + 1));
        }
        int[] offsets = new int[even];
        short[] w = new short[5 + ROWS * even];
        for (int k = 0; k < depth; k++) {
            offsets[k] = random.nextInt(2 * even);
            for (int r = 0; r < ROWS; r++) {
                w[5 + ROWS * k + r] = (short) (128 + (extreme ? r % 2 == 0 ? 127 : -127 : random.nextInt(-127, 128)));
            }
        }
        int[] scratch = new int[kernels.scratch()];
        kernels.columnSums(x, 3, offsets, depth, scratch);
        kernels.products(x, 3, offsets, even, narrow, w, 5, scratch);
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
                    sum += (long) x[3 + offsets[k] + p] * (w[5 + ROWS * k + r] - 128);
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
    void requantizationRoundsHalfToEvenAndSaturates(Int8Kernels kernels) {
        int[] scratch = new int[kernels.scratch()];
        short[] zeros = new short[kernels.panel()];
        kernels.columnSums(zeros, 0, new int[2], 1, scratch);
        kernels.products(zeros, 0, new int[2], 2, true, new short[2 * ROWS], 0, scratch);
        byte[] y = new byte[kernels.panel()];
        int[][] cases = {{1, 10}, {3, 12}, {5, 12}, {-1, 10}, {-3, 8}, {-5, 8}, {7, 14}, {1 << 30, 127}, {-(1 << 30), 3}};
        for (int[] c : cases) {
            kernels.requantize(scratch, 2, c[0], 0.5f, 10, 3, 127, y, 0);
            assertThat(y).as("%d / 2 + 10", c[0]).containsOnly((byte) c[1]);
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
