package espalier.engine.sparse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import espalier.engine.kernel.ConvShape;
import espalier.engine.kernel.Kernels;
import espalier.engine.kernel.Simd;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.engine.weight.CsrWeight;
import espalier.engine.weight.DenseWeight;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sparse and dense convolutions against six nested loops in double: strides, borders, groups, any number of images. */
@Simd
class PlaneConv2dTest {
    /** One convolution: its group's shape, groups, the borders of input and output, and how many images. */
    record Case(ConvShape g, int groups, int inBorder, int outBorder, int n) {}

    static Stream<Case> cases() {
        ConvShape same = new ConvShape(3, 8, 8, 5, 3, 3, 1, 1, 1);
        Stream<Case> any = Stream.of(
                        new Case(same, 1, 1, 1, 0),
                        new Case(same, 1, 0, 1, 0),
                        new Case(same, 1, 2, 0, 0),
                        new Case(new ConvShape(4, 16, 16, 6, 3, 3, 1, 1, 1), 1, 1, 1, 0),
                        new Case(new ConvShape(4, 9, 7, 8, 3, 3, 2, 1, 1), 1, 1, 1, 0),
                        new Case(new ConvShape(2, 8, 8, 3, 1, 1, 2, 0, 1), 1, 1, 1, 0),
                        new Case(new ConvShape(1, 11, 13, 1, 5, 3, 3, 2, 1), 6, 2, 2, 0),
                        new Case(new ConvShape(3, 12, 10, 2, 3, 3, 2, 3, 2), 2, 3, 3, 0),
                        new Case(new ConvShape(5, 12, 12, 7, 1, 1, 1, 0, 1), 1, 1, 1, 0),
                        new Case(new ConvShape(1, 28, 28, 6, 5, 5, 1, 0, 1), 1, 2, 2, 0),
                        new Case(new ConvShape(2, 1, 1, 2, 3, 3, 1, 1, 1), 1, 1, 1, 0),
                        new Case(new ConvShape(7, 2, 2, 9, 3, 3, 1, 1, 1), 1, 1, 1, 0),
                        new Case(new ConvShape(37, 1, 1, 10, 1, 1, 1, 0, 1), 1, 0, 0, 0),
                        // Winograd's, of images whose rows hold vectors of one and of several pairs of pixels.
                        new Case(new ConvShape(16, 8, 8, 17, 3, 3, 1, 1, 1), 1, 1, 2, 0),
                        new Case(new ConvShape(18, 4, 12, 16, 3, 3, 1, 0, 1), 1, 1, 1, 0),
                        new Case(new ConvShape(16, 2, 2, 16, 3, 3, 1, 1, 1), 1, 1, 1, 0),
                        new Case(new ConvShape(16, 7, 8, 16, 3, 3, 1, 1, 1), 1, 1, 1, 0),
                        // Sparse, in blocks of channels of which the last is smaller, and of two groups.
                        new Case(new ConvShape(67, 4, 4, 5, 3, 3, 1, 1, 1), 1, 1, 0, 0),
                        new Case(new ConvShape(50, 6, 10, 3, 3, 3, 1, 1, 1), 2, 1, 1, 0),
                        // As many, but of every second pixel: no blocks.
                        new Case(new ConvShape(67, 8, 8, 5, 3, 3, 2, 1, 1), 1, 1, 0, 0))
                .flatMap(c -> Stream.of(1, 3, 16, 32).map(n -> new Case(c.g, c.groups, c.inBorder, c.outBorder, n)));
        Stream<Case> one = Stream.of(
                // By Winograd: rows of 2×2 outputs that fill a vector, half of one and a quarter.
                new Case(new ConvShape(32, 32, 32, 34, 3, 3, 1, 1, 1), 1, 0, 1, 1),
                new Case(new ConvShape(33, 18, 18, 35, 3, 3, 1, 0, 1), 1, 1, 0, 1),
                new Case(new ConvShape(130, 8, 8, 128, 3, 3, 1, 1, 1), 1, 1, 1, 1),
                // Planes below a vector: several panels of channels, shared among threads, and a stride.
                new Case(new ConvShape(64, 4, 4, 70, 3, 3, 1, 1, 1), 1, 1, 1, 1),
                new Case(new ConvShape(6, 7, 7, 67, 3, 3, 2, 1, 1), 1, 0, 0, 1));
        return Stream.concat(any, one);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void equalsTheLoops(Case c) {
        for (Kernels kernels : List.of(Kernels.scalar(), Kernels.active())) {
            check(kernels, c);
        }
    }

    private static void check(Kernels kernels, Case c) {
        SplittableRandom random = new SplittableRandom(c.hashCode());
        ConvShape g = c.g;
        Planes in = new Planes(g.c() * c.groups, g.h(), g.w(), c.inBorder);
        Planes out = new Planes(g.o() * c.groups, g.oh(), g.ow(), c.outBorder);
        Tensor w = Tensor.zeros(Shape.of(out.channels(), g.c(), g.kh(), g.kw()));
        for (int i = 0; i < w.size(); i++) {
            w.data()[i] = random.nextInt(3) == 0 ? (float) random.nextDouble(-1, 1) : 0;
        }
        float[] bias = new float[out.channels()];
        for (int o = 0; o < bias.length; o++) {
            bias[o] = (float) random.nextDouble(-1, 1);
        }
        int slack = SparseConv2d.slack(kernels.sparse());
        float[] x = new float[3 + in.size() * c.n + slack];
        for (int ch = 0; ch < in.channels(); ch++) {
            for (int row = 0; row < in.height(); row++) {
                for (int i = 0; i < in.width() * c.n; i++) {
                    x[3 + in.at(ch, row, 0) * c.n + i] = (float) random.nextDouble(-1, 1);
                }
            }
        }
        float[] sparse = null;
        if (in.border() >= g.padding()) {
            var conv = new SparseConv2d(kernels, g, c.groups, CsrWeight.of(w), bias, 0, in, out, c.n);
            sparse = twice(conv::run, x, out.size() * c.n, conv.scratchSize());
        }
        float[] dense = null;
        if (c.n == 1 || c.n % kernels.gemm().lanes() == 0 && in.border() >= g.padding()) {
            var denseConv = DenseConv2d.of(kernels, g, c.groups, new DenseWeight(w), bias, 0, in, out, c.n);
            dense = twice(denseConv::run, x, out.size() * c.n, denseConv.scratchSize());
        }
        float[] expected = new float[5 + out.size() * c.n];
        for (int o = 0; o < out.channels(); o++) {
            for (int row = 0; row < out.height(); row++) {
                for (int column = 0; column < out.width(); column++) {
                    for (int i = 0; i < c.n; i++) {
                        double sum = bias[o] + sum(c, in, w, x, o, row, column, i);
                        expected[5 + out.at(o, row, column) * c.n + i] = (float) Math.max(sum, 0);
                    }
                }
            }
        }
        if (sparse != null) {
            same(sparse, expected, g.taps(), "sparse, " + kernels.name());
        }
        if (dense != null) {
            same(dense, expected, g.taps(), "dense, " + kernels.name());
        }
    }

    @Test
    void saysWhenItCannotAdd() {
        Planes in = new Planes(3, 8, 8, 1);
        Planes out = new Planes(5, 4, 4, 1);
        CsrWeight w = CsrWeight.of(Tensor.zeros(Shape.of(5, 3, 3, 3)));
        var conv = new SparseConv2d(Kernels.active(), new ConvShape(3, 8, 8, 5, 3, 3, 2, 1, 1), 1, w, new float[5], 0, in, out, 1);
        assertThat(conv.addable()).isFalse();
        assertThatThrownBy(() -> conv.add(new float[in.size()], 0, new float[out.size()], 0))
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("cannot add");
    }

    /** Not by {@code containsExactly}, which takes seconds for the largest. */
    private static void same(float[] actual, float[] expected, int terms, String what) {
        float rounding = Math.max(1e-5f, terms * 0x1p-24f);
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            if (!(Math.abs(actual[i] - expected[i]) <= rounding)) {
                assertThat(actual[i]).as("%s, element %d", what, i).isEqualTo(expected[i], Offset.offset(rounding));
            }
        }
    }

    private interface Convolution {
        void run(float[] x, int xAt, float[] y, int yAt, float[] scratch, int scratchAt);
    }

    /** {@return what is computed at 5, from x at 3: twice, since what the first run leaves behind must not matter} */
    private static float[] twice(Convolution convolution, float[] x, int size, int scratchSize) {
        float[] y = new float[5 + size];
        float[] scratch = new float[7 + scratchSize];
        convolution.run(x, 3, y, 5, scratch, 7);
        convolution.run(x, 3, y, 5, scratch, 7);
        return y;
    }

    private static double sum(Case c, Planes in, Tensor w, float[] x, int o, int row, int column, int image) {
        ConvShape g = c.g;
        double sum = 0;
        for (int ch = 0; ch < g.c(); ch++) {
            for (int ky = 0; ky < g.kh(); ky++) {
                for (int kx = 0; kx < g.kw(); kx++) {
                    int y = row * g.stride() - g.padding() + ky * g.dilation();
                    int z = column * g.stride() - g.padding() + kx * g.dilation();
                    if (y >= 0 && y < g.h() && z >= 0 && z < g.w()) {
                        sum += (double) w.data()[((o * g.c() + ch) * g.kh() + ky) * g.kw() + kx]
                                * x[3 + in.at(o / g.o() * g.c() + ch, y, z) * c.n + image];
                    }
                }
            }
        }
        return sum;
    }
}
