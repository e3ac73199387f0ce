package espalier.engine.quant;

import static org.assertj.core.api.Assertions.assertThat;

import espalier.engine.kernel.ConvShape;
import espalier.engine.kernel.Kernels;
import espalier.engine.kernel.Simd;
import espalier.engine.tensor.Shape;
import espalier.engine.weight.CsrInt8Weight;
import espalier.engine.weight.Int8Weight;
import espalier.engine.weight.Weight;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Integer convolutions against six nested loops. */
@Simd
class Int8Conv2dKernelTest {
    private static final QuantParams NARROW = new QuantParams(0.02f, 40, 0, 127);
    private static final QuantParams FULL = new QuantParams(0.01f, 131, 0, 255);

    /** One convolution: its group's shape, groups, and how many images. */
    record Case(ConvShape g, int groups, int n) {}

    static Stream<Case> cases() {
        return Stream.of(
                        List.of(new ConvShape(3, 8, 8, 5, 3, 3, 1, 1, 1), 1),
                        List.of(new ConvShape(16, 16, 16, 6, 3, 3, 1, 1, 1), 1),
                        List.of(new ConvShape(4, 9, 7, 8, 3, 3, 2, 1, 1), 1),
                        List.of(new ConvShape(2, 8, 8, 3, 1, 1, 2, 0, 1), 1),
                        List.of(new ConvShape(1, 11, 13, 1, 5, 3, 3, 2, 1), 6),
                        List.of(new ConvShape(3, 12, 10, 2, 3, 3, 2, 3, 2), 2),
                        List.of(new ConvShape(5, 12, 12, 7, 1, 1, 1, 0, 1), 1),
                        List.of(new ConvShape(1, 28, 28, 6, 5, 5, 1, 0, 1), 1),
                        List.of(new ConvShape(37, 1, 1, 10, 1, 1, 1, 0, 1), 1))
                .flatMap(c -> Stream.of(1, 3, 16).map(n -> new Case((ConvShape) c.get(0), (int) c.get(1), n)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void equalsTheLoops(Case c) {
        for (Kernels kernels : List.of(Kernels.scalar(), Kernels.active())) {
            for (boolean sparse : new boolean[] {false, true}) {
                check(kernels, c, sparse, NARROW, FULL);
                check(kernels, c, sparse, FULL, NARROW);
            }
        }
    }

    private static void check(Kernels kernels, Case c, boolean sparse, QuantParams in, QuantParams out) {
        SplittableRandom random = new SplittableRandom(c.hashCode());
        ConvShape g = c.g;
        int channels = g.c() * c.groups;
        int outs = g.o() * c.groups;
        byte[] w = new byte[outs * g.taps()];
        for (int i = 0; i < w.length; i++) {
            int extreme = random.nextBoolean() ? 127 : -127;
            w[i] = (byte) (!sparse ? random.nextInt(-127, 128) : switch (random.nextInt(4)) {
                case 0 -> random.nextInt(-127, 128);
                case 1 -> extreme;
                default -> 0;
            });
        }
        float[] scales = new float[outs];
        int[] bias = new int[outs];
        for (int o = 0; o < outs; o++) {
            scales[o] = (float) (random.nextDouble(0.5, 1) / (127 * Math.sqrt(g.taps())));
            bias[o] = random.nextInt(-5000, 5000);
        }
        byte[] x = new byte[channels * g.h() * g.w() * c.n];
        for (int i = 0; i < x.length; i++) {
            x[i] = (byte) random.nextInt(in.qmax() + 1);
        }
        Int8Weight dense = new Int8Weight(Shape.of(outs, g.c(), g.kh(), g.kw()), w, scales);
        Weight weight = sparse ? CsrInt8Weight.of(dense) : dense;
        Int8Conv2d conv = new Int8Conv2d(kernels, g, c.groups, weight, bias, in, out, out.zeroPoint(), out.qmax() - 2);
        Int8Scratch scratch = new Int8Scratch();
        byte[] y = new byte[outs * g.oh() * g.ow() * c.n];
        conv.run(x, c.n, y, scratch);
        float[] floats = new float[outs * c.n];
        if (g.oh() * g.ow() == 1) {
            conv.runToFloat(x, c.n, floats, 0, scratch);
        }
        for (int o = 0; o < outs; o++) {
            float multiplier = Int8Conv2d.multiplier(in, scales[o], out);
            for (int p = 0; p < g.oh() * g.ow(); p++) {
                for (int i = 0; i < c.n; i++) {
                    long sum = bias[o];
                    for (int k = 0; k < g.taps(); k++) {
                        int row = p / g.ow() * g.stride() - g.padding() + k / g.kw() % g.kh() * g.dilation();
                        int column = p % g.ow() * g.stride() - g.padding() + k % g.kw() * g.dilation();
                        int channel = o / g.o() * g.c() + k / (g.kh() * g.kw());
                        if (row >= 0 && row < g.h() && column >= 0 && column < g.w()) {
                            int q = x[((channel * g.h() + row) * g.w() + column) * c.n + i] & 0xFF;
                            sum += (q - in.zeroPoint()) * w[o * g.taps() + k];
                        }
                    }
                    double expected = Math.clamp(Math.rint((float) sum * multiplier) + out.zeroPoint(), out.zeroPoint(),
                            out.qmax() - 2);
                    int actual = y[(o * g.oh() * g.ow() + p) * c.n + i] & 0xFF;
                    if (actual != expected) {
                        assertThat(actual).as("%s channel %d position %d image %d", c, o, p, i).isEqualTo((int) expected);
                    }
                    if (g.oh() * g.ow() == 1) {
                        assertThat(floats[i * outs + o]).isEqualTo((float) sum * (in.scale() * scales[o]));
                    }
                }
            }
        }
    }
}
