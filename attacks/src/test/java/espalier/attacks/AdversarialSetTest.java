package espalier.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import espalier.engine.op.Mul;
import espalier.engine.op.Relu6;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdversarialSetTest {
    /** One pixel each; above one half is class 1, and the last label is wrong. */
    private static final float[] PIXELS = {0.1f, 0.3f, 0.45f, 0.52f, 0.62f, 0.7f, 0.9f, 1f};
    private static final int[] LABELS = {0, 0, 0, 1, 1, 1, 1, 0};
    private static final LabelledImages IMAGES = LabelledImages.of(PIXELS.length,
            (from, to) -> Tensor.of(Shape.of(to - from, 1), Arrays.copyOfRange(PIXELS, from, to)),
            (from, to) -> Arrays.copyOfRange(LABELS, from, to));
    private static final ThreatModel THREAT = ThreatModel.pgd(Norm.LINF, 0.1, 0.05, 4);

    private static AdversarialSet craft(int batchSize) {
        return AdversarialSet.craft(TestModels.threshold(0.5f), THREAT, IMAGES, batchSize, 0, _ -> {});
    }

    private static BitSet images(int... right) {
        BitSet set = new BitSet();
        Arrays.stream(right).forEach(set::set);
        return set;
    }

    @Test
    void whiteBoxByHand() {
        // Moved by 0.1 against their label: 0.2 0.4 0.55 0.42 0.52 0.6 0.8 1.0.
        Robustness r = craft(3).judgeSource();
        assertThat(r).isEqualTo(new Robustness(THREAT, 8, 7 / 8.0, 5 / 8.0, 7 / 8.0, 5 / 8.0, 7 / 8.0, 3 / 8.0, 2 / 8.0,
                images(0, 1, 2, 3, 4, 5, 6), images(0, 1, 4, 5, 6)));
        assertThat(r.successRate()).isEqualTo(2 / 7.0);
    }

    @Test
    void transferByHand() {
        // A threshold of 0.61 is wrong about 0.52 and 1.0 when clean, about 0.42, 0.52, 0.6 and 1.0 when attacked.
        Robustness r = craft(3).judge(TestModels.threshold(0.61f), ThreatModel.transferFrom("parent"));
        assertThat(r).isEqualTo(new Robustness(THREAT.withGradientSource("transfer from parent"), 8, 6 / 8.0, 4 / 8.0, 7 / 8.0,
                5 / 8.0, 6 / 8.0, 2 / 8.0, 0 / 8.0, images(0, 1, 2, 4, 5, 6), images(0, 1, 2, 6)));
    }

    @Test
    void sourceJudgedAsTargetGivesItsOwnFigures() {
        AdversarialSet set = craft(4);
        assertThat(set.judge(TestModels.threshold(0.5f), ThreatModel.SELF)).isEqualTo(set.judgeSource());
    }

    @Test
    void batchesDoNotMatterAndProgressIsTold() {
        List<Integer> done = new ArrayList<>();
        AdversarialSet set = AdversarialSet.craft(TestModels.threshold(0.5f), THREAT, IMAGES, 3, 0, done::add);
        assertThat(done).containsExactly(3, 6, 8);
        assertThat(set.batches()).extracting(Tensor::size).containsExactly(3, 3, 2);
        for (int batchSize : new int[] {1, 8, 100}) {
            assertThat(craft(batchSize).judgeSource()).isEqualTo(set.judgeSource());
        }
    }

    @Test
    void epsilonZeroGivesCleanAccuracy() {
        Robustness r = AdversarialSet.craft(TestModels.threshold(0.5f), ThreatModel.pgd(Norm.L2, 0, 0.1, 3), IMAGES, 5, 0,
                _ -> {})
                .judgeSource();
        assertThat(r.adversarialAccuracy()).isEqualTo(r.cleanAccuracy()).isEqualTo(7 / 8.0);
    }

    @Test
    void aModelWithoutNumbersIsNeverRight() {
        Robustness r = craft(3).judge(x -> Tensor.full(Shape.of(x.shape().dim(0), 2), Float.NaN), ThreatModel.SELF);
        assertThat(r.cleanAccuracy()).isZero();
        assertThat(r.adversarialAccuracy()).isZero();
        assertThat(r.successRate()).isZero();
    }

    @Test
    void noiseStaysInTheBallAndAsksNobody() {
        AdversarialSet noise = AdversarialSet.noise(TestModels.threshold(0.5f), THREAT, IMAGES, 3, 5);
        for (int i = 0; i < PIXELS.length; i++) {
            float moved = noise.batches().get(i / 3).data()[i % 3];
            assertThat(Math.abs(moved - PIXELS[i])).isBetween(0f, 0.1f);
            assertThat(moved).isBetween(0f, 1f);
        }
        assertThat(noise.batches().getFirst().data()[0]).isNotEqualTo(PIXELS[0]);
        assertThat(noise.judgeSource().threatModel().withGradientSource("x")).isEqualTo(THREAT.withGradientSource("x"));
        AdversarialSet another = AdversarialSet.noise(TestModels.threshold(0.9f), THREAT, IMAGES, 8, 5);
        assertThat(another.batches().getFirst().data()[4]).isEqualTo(noise.batches().get(1).data()[1]);
    }

    @Test
    void gradientsThatLeadNowhereAreFound() {
        assertThat(InputGradients.useless(TestModels.threshold(0.5f), IMAGES, 3)).isEqualTo(images());
        // Saturates at 0.6: no change of x changes anything beyond.
        DifferentiableModel saturated = x -> TestModels.threshold(0.5f).logits(new Relu6().apply(x.data()[0] > 0.6f
                ? new Mul().apply(x, Tensor.zeros(x.shape())) : x));
        assertThat(InputGradients.useless(saturated, IMAGES, 1)).isEqualTo(images(4, 5, 6, 7));
        assertThat(InputGradients.useless(x -> new Mul().apply(TestModels.threshold(0.5f).logits(x),
                Tensor.full(Shape.of(x.shape().dim(0), 2), Float.NaN)), IMAGES, 5).cardinality()).isEqualTo(8);
    }

    @Test
    void refusesNothingToDo() {
        assertThatThrownBy(() -> craft(0)).hasMessageContaining("batch size");
        LabelledImages none = LabelledImages.of(0, IMAGES::images, IMAGES::labels);
        assertThatThrownBy(() -> AdversarialSet.craft(TestModels.threshold(0.5f), THREAT, none, 1, 0, _ -> {}))
                .hasMessageContaining("no images");
    }
}
