package espalier.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import espalier.engine.tensor.Shape;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class AugmentationTest {
    private static final Shape SHAPE = Shape.of(2, 6, 7);

    private static byte[] image() {
        byte[] image = new byte[SHAPE.size()];
        for (int i = 0; i < image.length; i++) {
            image[i] = (byte) (i + 1);
        }
        return image;
    }

    private static byte[] augmented(Augmentation augmentation, long seed) {
        byte[] target = new byte[SHAPE.size() + 3];
        augmentation.apply(image(), 0, SHAPE, new Rng(seed), target, 3);
        return Arrays.copyOfRange(target, 3, target.length);
    }

    /** Pads, crops and mirrors by the book. */
    private static byte[] naive(int dy, int dx, boolean mirrored) {
        byte[] image = image();
        byte[] result = new byte[image.length];
        for (int c = 0; c < 2; c++) {
            for (int y = 0; y < 6; y++) {
                for (int x = 0; x < 7; x++) {
                    int sy = y + dy;
                    int sx = (mirrored ? 6 - x : x) + dx;
                    boolean inside = sy >= 0 && sy < 6 && sx >= 0 && sx < 7;
                    result[(c * 6 + y) * 7 + x] = inside ? image[(c * 6 + sy) * 7 + sx] : 0;
                }
            }
        }
        return result;
    }

    @Test
    void everyCropAndFlipComesAboutEquallyOften() {
        Augmentation augmentation = new Augmentation(2, true);
        Map<String, Integer> seen = new TreeMap<>();
        for (int seed = 0; seed < 5000; seed++) {
            seen.merge(Arrays.toString(augmented(augmentation, seed)), 1, Integer::sum);
        }
        assertThat(seen).hasSize(50);
        for (int dy = -2; dy <= 2; dy++) {
            for (int dx = -2; dx <= 2; dx++) {
                // 100 each; five deviations of a binomial.
                assertThat(seen.get(Arrays.toString(naive(dy, dx, false)))).isBetween(50, 150);
                assertThat(seen.get(Arrays.toString(naive(dy, dx, true)))).isBetween(50, 150);
            }
        }
    }

    @Test
    void cropAndFlipCanBeHadApart() {
        for (int seed = 0; seed < 200; seed++) {
            byte[] flipped = augmented(new Augmentation(0, true), seed);
            assertThat(Arrays.equals(flipped, naive(0, 0, false)) || Arrays.equals(flipped, naive(0, 0, true))).isTrue();
            assertThat(augmented(Augmentation.NONE, seed)).containsExactly(image());
        }
        assertThatThrownBy(() -> new Augmentation(-1, false)).hasMessageContaining("-1");
    }

    @Test
    void aPaddingBeyondTheImageIsBlackAtWorst() {
        assertThat(augmented(new Augmentation(40, true), 2)).hasSize(SHAPE.size()).containsOnly(0);
    }
}
