package espalier.engine.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import espalier.engine.autograd.Tape;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class DropoutTest {
    private static final int N = 200_003;
    private final Tensor ones = Tensor.full(Shape.of(N), 1f);

    @Test
    void dropsTheShareItIsToldAndKeepsTheMean() {
        for (float p : new float[] {0f, .1f, .5f, .9f}) {
            float[] y = new Dropout(p, 3).apply(ones).data();
            int dropped = 0;
            for (float v : y) {
                assertThat(v == 0f || v == 1f / (1f - p)).isTrue();
                dropped += v == 0f ? 1 : 0;
            }
            // Five standard deviations.
            assertThat((double) dropped / N).isBetween(p - 5 * Math.sqrt(p * (1 - p) / N), p + 5 * Math.sqrt(p * (1 - p) / N));
        }
    }

    @Test
    void seedsGiveIndependentMasksAndTheSameSeedTheSame() {
        float[] a = new Dropout(.5f, 1).apply(ones).data();
        float[] b = new Dropout(.5f, 2).apply(ones).data();
        float[] high = new Dropout(.5f, 1L + (1L << 32)).apply(ones).data();
        assertThat(new Dropout(.5f, 1).apply(ones).data()).isEqualTo(a);
        for (float[] other : new float[][] {b, high}) {
            assertThat(agreement(a, other, 0)).isBetween(.49, .51);
        }
        for (int lag = 1; lag < 40; lag++) {
            assertThat(agreement(a, a, lag)).as("lag %d", lag).isBetween(.49, .51);
            assertThat(agreement(a, b, lag)).as("lag %d", lag).isBetween(.49, .51);
        }
    }

    private static double agreement(float[] a, float[] b, int lag) {
        int same = 0;
        for (int i = lag; i < N; i++) {
            same += a[i - lag] == b[i] ? 1 : 0;
        }
        return (double) same / (N - lag);
    }

    @Test
    void theGradientHasTheMaskOfTheValue() {
        var g = Tape.record(List.of(ones), () -> new Dropout(.4f, 9).apply(ones), ones);
        assertThat(g.of(ones).data()).isEqualTo(g.value().data());
    }

    @Test
    void refusesWhatIsNoProbability() {
        assertThatThrownBy(() -> new Dropout(1f, 0)).hasMessageContaining("1.0");
        assertThatThrownBy(() -> new Dropout(-.1f, 0)).hasMessageContaining("-0.1");
        assertThatThrownBy(() -> new Dropout(Float.NaN, 0)).hasMessageContaining("NaN");
    }
}
