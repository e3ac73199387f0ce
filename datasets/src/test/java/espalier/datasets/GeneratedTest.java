package espalier.datasets;

import static org.assertj.core.api.Assertions.assertThat;

import espalier.engine.parallel.Parallel;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The embedded data sets: the same for everybody, balanced, as their constants say, and not too easy. */
class GeneratedTest {
    private static Dataset digits;
    private static Dataset shapes;

    @BeforeAll
    static void generate() {
        digits = Datasets.load("digits", null);
        shapes = Datasets.load("shapes", null);
    }

    private static String digest(Split split) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("MD5");
        digest.update(split.pixels());
        for (int i = 0; i < split.size(); i++) {
            digest.update((byte) split.label(i));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Results are compared across machines and years: a change of these images needs a new name for the data set. */
    @Test
    void theImagesAreTheSameEverywhereAndForEver() throws Exception {
        assertThat(digest(digits.train())).isEqualTo("35c7b2b7e2830b295e1f99f50707e553");
        assertThat(digest(digits.test())).isEqualTo("14b32bf0554107d44f20264a6acdc1fb");
        assertThat(digest(shapes.train())).isEqualTo("5cdbba292d5656b37067b322213e519c");
        assertThat(digest(shapes.test())).isEqualTo("4cf3a62c27412bae34a466360cd3169e");
    }

    @Test
    void theNumberOfThreadsChangesNothing() throws Exception {
        int threads = Parallel.threads();
        try {
            Parallel.setThreads(1);
            String one = digest(Digits.generate(7, 400, 0).train()) + digest(Shapes.generate(7, 300, 0).train());
            Parallel.setThreads(5);
            String five = digest(Digits.generate(7, 400, 0).train()) + digest(Shapes.generate(7, 300, 0).train());
            assertThat(five).isEqualTo(one);
        } finally {
            Parallel.setThreads(threads);
        }
    }

    @Test
    void anotherSeedAndTheOtherSplitGiveOtherImages() throws Exception {
        Dataset some = Digits.generate(7, 100, 100);
        assertThat(digest(some.train())).isNotEqualTo(digest(some.test()));
        assertThat(digest(some.train())).isNotEqualTo(digest(Digits.generate(8, 100, 100).train()));
        assertThat(digest(Digits.generate(7, 60, 0).train())).as("a prefix").isEqualTo(digest(new Split(
                Arrays.copyOf(some.train().pixels(), 60 * 784), labels(some.train(), 60), some.imageShape())));
    }

    private static byte[] labels(Split split, int n) {
        byte[] labels = new byte[n];
        for (int i = 0; i < n; i++) {
            labels[i] = (byte) split.label(i);
        }
        return labels;
    }

    @Test
    void theConstantsAreThoseOfTheImages() {
        Moments.of(digits.train()).check(digits, .0001);
        Moments.of(shapes.train()).check(shapes, .0001);
    }

    @Test
    void everyTenInARowShowEveryClass() {
        for (Split split : new Split[] {digits.train(), digits.test(), shapes.train(), shapes.test()}) {
            for (int i = 0; i + 10 <= split.size(); i += 10) {
                assertThat(split.labels(i, i + 10)).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
            }
        }
    }

    /** Below 90 %, so that there is something to learn; far above chance, so that the regression can be trusted. */
    @Test
    void aLinearModelDoesNotSolveDigits() {
        assertThat(SoftmaxRegression.accuracy(digits, 8)).isBetween(.7, .9);
    }

    @Test
    void aLinearModelLearnsNothingOfShapes() {
        assertThat(SoftmaxRegression.accuracy(shapes.head(3000, 2000), 3)).isLessThan(.3);
    }
}
