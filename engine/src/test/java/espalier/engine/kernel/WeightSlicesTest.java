package espalier.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WeightSlicesTest {
    private static final GemmKernels KERNELS = Kernels.active().gemm();
    private static final int LANES = KERNELS.lanes();
    private static final int IMAGES = 3;

    static Stream<ConvShape> shapes() {
        // Rows for more positions than outer products take.
        int many = 512 / LANES + 1;
        return Stream.of(
                // Dot products, where image and gradient have changed places and where not, and no tile is whole.
                new ConvShape(7, many, LANES, 13, 1, 1, 1, 0, 1),
                new ConvShape(13, many, LANES, 7, 1, 1, 1, 0, 1),
                new ConvShape(5, many, LANES, 9, 3, 3, 1, 1, 2),
                // Outer products of one image, likewise.
                new ConvShape(19, LANES, LANES, 35, 1, 1, 1, 0, 1),
                new ConvShape(33, LANES, LANES, 5, 1, 1, 1, 0, 1),
                new ConvShape(3, many, LANES + 1, 35, 1, 1, 1, 0, 1),
                // Of several.
                new ConvShape(9, 2, 3, 21, 1, 1, 1, 0, 1),
                // Strided: rows of whole vectors, of halves, and of neither.
                new ConvShape(6, 8, 2 * LANES, 19, 3, 3, 2, 1, 1),
                new ConvShape(6, LANES, LANES, 19, 3, 3, 2, 1, 1),
                new ConvShape(4, 9, 9, 8, 1, 1, 2, 0, 1));
    }

    /** Against the definition in double, from scratch of NaN: nothing that was not written may reach a sum. */
    @ParameterizedTest
    @MethodSource("shapes")
    void sumsOfAllPositionsAndImages(ConvShape g) {
        for (int groups : new int[] {1, 2}) {
            int size = g.c() * g.h() * g.w();
            int outputs = g.o() * g.positions();
            var values = new Values(groups);
            float[] x = values.of(5 + IMAGES * groups * size);
            float[] gy = values.of(3 + IMAGES * groups * outputs);
            WeightSlices weights = Convolution.of(KERNELS, g, groups).weights();
            float[] gw = new float[groups * g.o() * g.taps()];
            Arrays.fill(gw, Float.NaN);
            for (int slice = 0; slice < weights.count(); slice++) {
                float[] sum = new float[weights.sumSize()];
                float[] scratch = new float[weights.scratch()];
                Arrays.fill(scratch, Float.NaN);
                weights.accumulate(slice, IMAGES, x, 5, gy, 3, sum, scratch, 0);
                weights.finish(slice, sum, 0, weights.outputs() / 2, gw);
                weights.finish(slice, sum, weights.outputs() / 2, weights.outputs(), gw);
            }
            for (int o = 0; o < groups * g.o(); o++) {
                for (int k = 0; k < g.taps(); k++) {
                    double expected = 0;
                    for (int i = 0; i < IMAGES; i++) {
                        int plane = 5 + (i * groups + o / g.o()) * size + k / (g.kh() * g.kw()) * g.h() * g.w();
                        expected += dot(g, k % (g.kh() * g.kw()), x, plane, gy, 3 + i * groups * outputs + o * g.positions());
                    }
                    int terms = IMAGES * g.positions();
                    double error = Values.bound(terms, terms);
                    assertThat((double) gw[o * g.taps() + k]).as("weight %d of output %d, %d groups", k, o, groups)
                            .isBetween(expected - error, expected + error);
                }
            }
        }
    }

    private static double dot(ConvShape g, int tap, float[] x, int plane, float[] gy, int gradient) {
        double sum = 0;
        for (int p = 0; p < g.positions(); p++) {
            int row = p / g.ow() * g.stride() - g.padding() + tap / g.kw() * g.dilation();
            int column = p % g.ow() * g.stride() - g.padding() + tap % g.kw() * g.dilation();
            if (row >= 0 && row < g.h() && column >= 0 && column < g.w()) {
                sum += (double) x[plane + row * g.w() + column] * gy[gradient + p];
            }
        }
        return sum;
    }
}
