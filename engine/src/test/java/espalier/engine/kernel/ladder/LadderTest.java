package espalier.engine.kernel.ladder;

import static org.assertj.core.api.Assertions.assertThat;

import espalier.engine.kernel.ConvShape;
import espalier.engine.kernel.Kernels;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each rung against the first, which is the definition. */
class LadderTest {
    private static float[] random(int n, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) random.nextDouble(-1, 1);
        }
        return x;
    }

    private static void assertClose(float[] actual, float[] expected, int terms, String name) {
        for (int i = 0; i < expected.length; i++) {
            assertThat(Math.abs(actual[i] - expected[i])).as(name + " at " + i).isLessThanOrEqualTo(terms * 0x1p-22f);
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1,1", "3,5,7", "4,64,16", "17,67,130", "33,129,257", "2,530,300", "64,63,128", "5,16,0"})
    void productsAreThoseOfTheFirstRung(int m, int n, int k) {
        float[] a = random(m * k, 1);
        float[] b = random(k * n, 2);
        float[] expected = new float[m * n];
        GemmLadder.rungs().getFirst().code().multiply(m, n, k, a, b, expected);
        for (Rung<GemmLadder.Product> rung : GemmLadder.rungs()) {
            float[] c = new float[m * n];
            Arrays.fill(c, Float.NaN);
            rung.code().multiply(m, n, k, a, b, c);
            assertClose(c, expected, k, rung.name());
        }
    }

    static Stream<ConvShape> shapes() {
        return Stream.of(new ConvShape(1, 1, 1, 1, 1, 1, 1, 0, 1), new ConvShape(3, 9, 35, 5, 3, 3, 1, 1, 1),
                new ConvShape(16, 8, 8, 6, 3, 3, 1, 1, 1), new ConvShape(4, 16, 16, 7, 3, 3, 2, 1, 1),
                new ConvShape(2, 11, 13, 3, 5, 3, 3, 2, 1), new ConvShape(3, 12, 40, 4, 3, 3, 1, 2, 2),
                new ConvShape(5, 6, 7, 4, 1, 1, 1, 0, 1), new ConvShape(2, 9, 9, 2, 1, 1, 2, 0, 1));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void convolutionsAreThoseOfTheFirstRung(ConvShape s) {
        int images = 3;
        float[] x = random(images * s.c() * s.h() * s.w(), 1);
        float[] weight = random(s.o() * s.taps(), 2);
        float[] expected = new float[images * s.o() * s.positions()];
        ConvLadder.rungs().getFirst().code().apply(s, 0, images, x, weight, expected);
        for (Rung<ConvLadder.Layer> rung : ConvLadder.rungs()) {
            float[] y = new float[expected.length];
            Arrays.fill(y, Float.NaN);
            // In two pieces, as threads do.
            rung.code().apply(s, 1, images, x, weight, y);
            assertThat(y[s.o() * s.positions() - 1]).as(rung.name() + " leaves other images alone").isNaN();
            rung.code().apply(s, 0, 1, x, weight, y);
            assertClose(y, expected, s.taps(), rung.name());
        }
    }

    @Test
    void vectorsAreARungWhereThereAreAny() {
        assertThat(GemmLadder.rungs()).extracting(Rung::name)
                .containsSubsequence("naive", "reordered", "blocked", "packed");
        assertThat(GemmLadder.rungs().stream().anyMatch(r -> r.name().equals("simd")))
                .isEqualTo(Kernels.active().lanes() > 1);
        assertThat(ConvLadder.rungs()).extracting(Rung::name)
                .isEqualTo(GemmLadder.rungs().stream().map(Rung::name).toList());
    }
}
