package espalier.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import jdk.incubator.vector.FloatVector;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The kernels in force against the scalar ones, on the same random inputs at awkward sizes and offsets. */
@Simd
class KernelsTest {
    private static final int[] OFFSETS = {0, 1, 13};
    private static final int GUARD = 40;

    private final Kernels active = Kernels.active();
    private final Kernels scalar = Kernels.scalar();

    static Set<Integer> sizes() {
        int lanes = Kernels.active().lanes();
        var sizes = new LinkedHashSet<Integer>();
        for (int n : new int[] {0, 1, lanes - 1, lanes, lanes + 1, 2 * lanes - 2, 4 * lanes + 3, 31, 97, 1009, 8209}) {
            sizes.add(n);
        }
        return sizes;
    }

    @Test
    void theWidthThatWasAskedForIsInForce() {
        String simd = System.getProperty("espalier.simd", "auto");
        assertThat(simd).as("what the pom's execution asked for").isEqualTo(System.getProperty("espalier.test.simd", "auto"));
        assertThat(active.name()).isEqualTo(switch (simd) {
            case "off" -> "scalar";
            case "auto" -> "vector-" + FloatVector.SPECIES_PREFERRED.vectorBitSize();
            default -> "vector-" + simd;
        });
        assertThat(active.lanes()).isEqualTo(active == scalar ? 1 : Integer.parseInt(active.name().substring(7)) / 32);
    }

    /**
     * Runs a kernel of both implementations on copies of the same arrays, and compares every array to the last bit, guards
     * included.
     */
    private void sameBits(int n, int arrays, BiConsumer<Kernels, float[][]> kernel) {
        float[][] expected = new float[arrays][];
        Arrays.setAll(expected, k -> random(n + 13 + GUARD, 7 * n + k));
        float[][] actual = Arrays.stream(expected).map(float[]::clone).toArray(float[][]::new);
        kernel.accept(scalar, expected);
        kernel.accept(active, actual);
        for (int k = 0; k < arrays; k++) {
            int at = Arrays.mismatch(actual[k], expected[k]);
            assertThat(at).as("where array %d differs", k).isEqualTo(-1);
        }
    }

    private static float[] random(int n, long seed) {
        var random = new SplittableRandom(seed);
        var x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = switch (random.nextInt(20)) {
                case 0 -> 0f;
                case 1 -> -0f;
                case 2 -> Float.NaN;
                case 3 -> 6f;
                default -> (float) random.nextDouble(-9, 9);
            };
        }
        return x;
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void elementwise(int n) {
        for (int o : OFFSETS) {
            sameBits(n, 3, (k, a) -> k.elementwise().add(a[0], o, a[1], 3, a[2], 1, n));
            sameBits(n, 3, (k, a) -> k.elementwise().addRelu(a[0], o, a[1], 3, a[2], 1, n));
            sameBits(n, 3, (k, a) -> k.elementwise().mul(a[0], o, a[1], 3, a[2], 1, n));
            sameBits(n, 2, (k, a) -> k.elementwise().scaledAdd(-1.7f, a[0], o, a[1], 1, n));
            sameBits(n, 2, (k, a) -> k.elementwise().standardize(a[0], o, .3f, .7f, a[1], 1, n));
            sameBits(n, 2, (k, a) -> k.elementwise().relu(a[0], o, a[1], 1, n));
            sameBits(n, 3, (k, a) -> k.elementwise().reluGrad(a[0], o, a[1], 3, a[2], 1, n));
            sameBits(n, 2, (k, a) -> k.elementwise().relu6(a[0], o, a[1], 1, n));
            sameBits(n, 3, (k, a) -> k.elementwise().relu6Grad(a[0], o, a[1], 3, a[2], 1, n));
            sameBits(n, 2, (k, a) -> k.elementwise().dropout(a[0], o, a[1], 1, n, 0x123456789abcdefL, 5 + o, 1 << 22, 1.5f));
            // In place.
            sameBits(n, 2, (k, a) -> k.elementwise().add(a[0], o, a[1], o, a[0], o, n));
            sameBits(n, 1, (k, a) -> k.elementwise().add(a[0], o, a[0], o, a[0], o, n));
            sameBits(n, 1, (k, a) -> k.elementwise().relu(a[0], o, a[0], o, n));
        }
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void steps(int n) {
        for (int o : OFFSETS) {
            sameBits(n, 2, (k, a) -> k.update().sgdStep(a[0], a[1], null, o, n, .1f, 0f, 1e-2f, false));
            sameBits(n, 3, (k, a) -> k.update().sgdStep(a[0], a[1], a[2], o, n, .1f, .9f, 1e-2f, false));
            sameBits(n, 3, (k, a) -> k.update().sgdStep(a[0], a[1], a[2], o, n, .1f, .9f, 0f, true));
            for (boolean decoupled : new boolean[] {false, true}) {
                sameBits(n, 4, (k, a) -> k.update()
                        .adamStep(a[0], a[1], a[2], squared(a[3]), o, n, 3, 1e-2, .9, .999, 1e-8, .1, decoupled));
            }
            sameBits(n, 4, (k, a) -> k.update().signStep(a[0], a[1], a[2], a[3], o, n, .5f, 1.25f, -3f, 4f));
            sameBits(n, 3, (k, a) -> k.update().signStep(a[0], a[1], a[2], a[1], o, n, .5f, 1.25f, -3f, 4f));
            sameBits(n, 3, (k, a) -> k.update().pullStep(a[0], a[1], a[2], o, n, .3f, -3f, 4f));
        }
    }

    private static float[] squared(float[] x) {
        for (int i = 0; i < x.length; i++) {
            x[i] *= x[i];
        }
        return x;
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void sums(int n) {
        for (int o : OFFSETS) {
            float[] a = finite(n + o, 1);
            float[] b = finite(n + o, 2);
            close(active.update().sumOfSquares(a, o, n), scalar.update().sumOfSquares(a, o, n), n);
            close(active.update().squaredDistance(a, b, o, n), scalar.update().squaredDistance(a, b, o, n), n);
        }
    }

    /** Planes of the size under test, in one, two and seven examples of three channels. */
    @ParameterizedTest
    @MethodSource("sizes")
    void batchNorm(int size) {
        for (int planes : new int[] {1, 2, 7}) {
            int stride = 3 * size;
            float[] x = finite(planes * stride, 3);
            float[] gy = finite(planes * stride, 4);
            int n = planes * size;
            close(active.norm().sum(x, size, planes, stride, size), scalar.norm().sum(x, size, planes, stride, size), n);
            close(active.norm().squaredDeviations(x, size, planes, stride, size, .3f),
                    scalar.norm().squaredDeviations(x, size, planes, stride, size, .3f), n);
            double[] masked = new double[2];
            double[] maskedActual = new double[2];
            float[] g = new float[planes * stride];
            float[] gActual = new float[planes * stride];
            scalar.norm().maskedSums(x, gy, x, g, size, planes, stride, size, .3f, masked, 0);
            active.norm().maskedSums(x, gy, x, gActual, size, planes, stride, size, .3f, maskedActual, 0);
            assertThat(gActual).containsExactly(g);
            close(maskedActual[0], masked[0], n);
            close(maskedActual[1], masked[1], n);
            sameBits(planes * stride, 4, (k, a) ->
                    k.norm().maskedScale(a[0], a[1], a[2], a[3], size, planes, stride, size, 1.5f));
            for (boolean relu : new boolean[] {false, true}) {
                double[] expected = new double[3];
                double[] actual = new double[3];
                scalar.norm().gradientSums(x, gy, size, planes, stride, size, .3f, 1.5f, -.2f, relu, expected, 1);
                active.norm().gradientSums(x, gy, size, planes, stride, size, .3f, 1.5f, -.2f, relu, actual, 1);
                close(actual[0], 0, 0);
                close(actual[1], expected[1], n);
                close(actual[2], expected[2], n);
                sameBits(planes * stride, 2, (k, a) ->
                        k.norm().affine(a[0], a[1], size, planes, stride, size, 1.5f, -.2f, relu));
                sameBits(planes * stride, 3, (k, a) ->
                        k.norm().affineAdd(a[0], a[1], a[2], size, planes, stride, size, 1.5f, -.2f, relu));
                sameBits(planes * stride, 3, (k, a) -> k.norm().affineGrad(a[0], a[1], a[2],
                        size + (planes - 1) * stride, planes, -stride, size, .3f, 1.5f, -.2f, relu, .1f, .01f));
                sameBits(planes * stride, 3, (k, a) -> k.norm()
                        .affineGrad(a[0], a[1], a[2], size, planes, stride, size, .3f, 1.5f, -.2f, relu, .1f, .01f));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void pooling(int width) {
        for (int kernel = 1; kernel <= 3; kernel++) {
            for (int stride = 1; stride <= 3; stride++) {
                int w = Math.min(width, 97) + kernel;
                int h = 4 + width % 2;
                int k = kernel;
                int s = stride;
                int oh = (h - k) / s + 1;
                int ow = (w - k) / s + 1;
                sameBits(3 * h * w, 3, (kernels, a) ->
                        kernels.pool().maxPool(a[0], 5, 3, h, w, a[1], a[2], 2, oh, ow, k, s, 0));
                sameBits(3 * h * w, 3, (kernels, a) ->
                        kernels.pool().maxPool(a[0], 5, 3, h, w, a[1], null, 2, oh, ow, k, s, 0));
                int pad = k / 2;
                int ph = (h + 2 * pad - k) / s + 1;
                int pw = (w + 2 * pad - k) / s + 1;
                sameBits(3 * (h + 2) * (w + 2), 3, (kernels, a) ->
                        kernels.pool().maxPool(a[0], 5, 3, h, w, a[1], a[2], 2, ph, pw, k, s, pad));
                int ch = Math.ceilDiv(h - k, s) + 1;
                int cw = Math.ceilDiv(w - k, s) + 1;
                if (k >= s) {
                    sameBits(3 * (h + 2) * (w + 2), 3, (kernels, a) ->
                            kernels.pool().maxPool(a[0], 5, 3, h, w, a[1], a[2], 2, ch, cw, k, s, 0));
                }
                sameBits(3 * h * w, 2, (kernels, a) -> kernels.pool().avgPool(a[0], 5, 3, h, w, a[1], 2, oh, ow, k, s));
                sameBits(3 * h * w, 2, (kernels, a) -> kernels.pool().avgPoolGrad(a[0], 2, 3, oh, ow, a[1], 5, h, w, k, s));
            }
        }
        float[] x = finite(3 * width + 2, 5);
        float[] expected = new float[4];
        float[] actual = new float[4];
        if (width > 0) {
            scalar.pool().planeMeans(x, 2, 3, width, expected, 1);
            active.pool().planeMeans(x, 2, 3, width, actual, 1);
            assertThat(actual).containsExactly(expected, Offset.offset(1e-6f));
        }
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void windowsOfImages(int n) {
        for (int columns : new int[] {1, 2, 5}) {
            int rows = 2 * columns % 7;
            int ld = columns * n + 3;
            sameBits(4 * ld + 9, 2, (k, a) -> k.pool().maxOfWindow(a[0], 5, rows, ld, columns, a[1], 2, n));
            sameBits(4 * ld + 9, 2, (k, a) -> k.pool().meanOfWindow(a[0], 5, rows, ld, columns, a[1], 2, n));
        }
    }

    private static float[] finite(int n, long seed) {
        var random = new SplittableRandom(seed);
        var x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) random.nextDouble(-1, 1);
        }
        return x;
    }

    /** Terms of size 4 at most, summed in float by lanes. */
    private static void close(double actual, double expected, int terms) {
        assertThat(actual).isCloseTo(expected, Offset.offset(terms * 0x1p-22));
    }
}
