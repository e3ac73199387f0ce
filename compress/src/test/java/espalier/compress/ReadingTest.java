package espalier.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import espalier.compress.Reading.Switch;
import espalier.compress.prune.PruningStrategy;
import espalier.engine.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadingTest {
    @Test
    void namesAreShortAndComeBack() {
        assertThat(Reading.CORRECTED).hasToString("corrected");
        assertThat(Reading.PAPER).hasToString("paper");
        assertThat(Reading.PAPER.without(Switch.QUANTILE)).hasToString("paper-without-quantile");
        assertThat(Reading.CORRECTED.with(Switch.ONE_BATCH).with(Switch.TRAINING_MODE))
                .hasToString("training-mode+one-batch");
        for (Reading r : Reading.ablation()) {
            assertThat(Reading.byName(r.toString())).isEqualTo(r);
            for (Switch s : Switch.values()) {
                Reading less = Reading.PAPER.without(s).without(Switch.BERNOULLI);
                assertThat(Reading.byName(less.toString())).isEqualTo(less);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "original", "training-mode+", "paper-without-", "paper-without-paper", "TRAINING_MODE"})
    void otherNamesAreRefused(String name) {
        assertThatThrownBy(() -> Reading.byName(name)).isInstanceOf(UserError.class).hasMessageContaining("corrected, paper")
                .hasMessageContaining("gradient-of-iterates, training-mode");
    }

    @Test
    void anAblationMakesEachChoiceAlone() {
        assertThat(Reading.ablation()).hasSize(Switch.values().length + 2)
                .startsWith(Reading.CORRECTED).endsWith(Reading.PAPER);
        for (Switch s : Switch.values()) {
            assertThat(Reading.ablation()).contains(Reading.CORRECTED.with(s));
        }
    }

    @Test
    void onlySomeChoicesMatter() {
        assertThat(Reading.PAPER.ofResult())
                .hasToString("normalized-attack+predicted-labels+training-images+full-last-batch");
        assertThat(PruningStrategy.RANDOM.relevant(Reading.PAPER)).hasToString("bernoulli");
        assertThat(PruningStrategy.LAMP.relevant(Reading.PAPER)).hasToString("quantile");
        assertThat(PruningStrategy.GLOBAL_ACTIVATION.relevant(Reading.PAPER)).hasToString("one-batch+quantile");
        assertThat(PruningStrategy.TAYLOR.relevant(Reading.PAPER)).hasToString("training-mode+one-batch+quantile");
        assertThat(PruningStrategy.LAYER_GAP.relevant(Reading.PAPER)).hasToString(
                "paper-without-training-images+one-batch+full-last-batch+bernoulli");
        for (PruningStrategy s : PruningStrategy.values()) {
            assertThat(s.relevant(Reading.CORRECTED)).isEqualTo(Reading.CORRECTED);
        }
    }

    @Test
    void aSmallerLastBatchCountsAsAFullOne() {
        // 10 images in batches of 4: three of them.
        assertThat(Reading.CORRECTED.accuracy(0.9, 10, 4)).isEqualTo(0.9);
        assertThat(Reading.PAPER.accuracy(0.9, 10, 4)).isEqualTo(0.75);
        assertThat(Reading.PAPER.accuracy(0.75, 8, 4)).isEqualTo(0.75);
    }
}
