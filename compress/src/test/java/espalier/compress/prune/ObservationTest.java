package espalier.compress.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import espalier.attacks.LabelledImages;
import espalier.attacks.Norm;
import espalier.attacks.Pgd;
import espalier.attacks.ThreatModel;
import espalier.compress.Reading;
import espalier.compress.prune.Evidence.Kind;
import espalier.datasets.Split;
import espalier.engine.autograd.Tape;
import espalier.engine.op.CrossEntropy;
import espalier.engine.op.Reduction;
import espalier.engine.parallel.Parallel;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.nn.model.Model;
import espalier.nn.model.Models;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ObservationTest {
    private static final ThreatModel PGD = ThreatModel.pgd(Norm.LINF, 0.1, 0.04, 3);
    private final Model model = Models.create("lenet", Shape.of(1, 12, 12), 10, new float[] {0.4f}, new float[] {0.3f}, 1);
    private final LabelledImages images = images(11, 1, 12);

    private static LabelledImages images(int n, int channels, int side) {
        var random = new SplittableRandom(4);
        byte[] pixels = new byte[n * channels * side * side];
        random.nextBytes(pixels);
        byte[] labels = new byte[n];
        for (int i = 0; i < n; i++) {
            labels[i] = (byte) random.nextInt(10);
        }
        Split split = new Split(pixels, labels, Shape.of(channels, side, side));
        return LabelledImages.of(n, split::images, split::labels);
    }

    private Observation observation(int batchSize, ThreatModel threat) {
        return new Observation(model, images, batchSize, threat, Reading.CORRECTED, 0);
    }

    /** Of clean images for no threat. */
    private Evidence gradient(int batchSize, ThreatModel threat) {
        return observation(batchSize, threat).gather(threat == null ? Kind.GRADIENT : Kind.ADVERSARIAL_GRADIENT, _ -> {});
    }

    @Test
    void sumsTheGradientOfEachBatchsMeanLoss() {
        for (ThreatModel threat : new ThreatModel[] {null, PGD}) {
            Evidence scores = gradient(4, threat);
            double[] expected = new double[scores.values().get("conv2.weight").size()];
            // Batches of 4, 4 and 3 images, each a mean.
            for (int[] batch : new int[][] {{0, 4}, {4, 8}, {8, 11}}) {
                Tensor x = images.images(batch[0], batch[1]);
                int[] labels = images.labels(batch[0], batch[1]);
                Tensor a = threat == null ? x : new Pgd(threat).perturb(model::logits, x, labels, 0, batch[0]);
                Tensor w = model.parameters().get("conv2.weight").data();
                var loss = new CrossEntropy(labels, 0, Reduction.MEAN);
                float[] g = Tape.record(List.of(w), () -> loss.apply(model.logits(a))).of(w).data();
                for (int i = 0; i < expected.length; i++) {
                    expected[i] += g[i];
                }
            }
            for (int i = 0; i < expected.length; i++) {
                assertThat(scores.values().get("conv2.weight").data()[i]).isCloseTo((float) expected[i], within(1e-6f));
            }
            assertThat(scores.images()).isEqualTo(11);
            assertThat(scores.threat()).isEqualTo(threat);
            assertThat(scores.values().keySet()).isEqualTo(Prunable.of(model).keySet());
        }
    }

    @Test
    void squaresBeforeItSumsBatches() {
        Tensor w = model.parameters().get("fc2.weight").data();
        double[] expected = new double[w.size()];
        for (int[] batch : new int[][] {{0, 4}, {4, 8}, {8, 11}}) {
            var loss = new CrossEntropy(images.labels(batch[0], batch[1]), 0, Reduction.MEAN);
            Tensor x = images.images(batch[0], batch[1]);
            float[] g = Tape.record(List.of(w), () -> loss.apply(model.logits(x))).of(w).data();
            for (int i = 0; i < expected.length; i++) {
                expected[i] += (double) g[i] * g[i];
            }
        }
        Evidence squares = observation(4, null).gather(Kind.SQUARED_GRADIENT, _ -> {});
        for (int i = 0; i < expected.length; i++) {
            assertThat(squares.values().get("fc2.weight").data()[i]).isCloseTo((float) expected[i], within(1e-9f));
        }
        assertThat(observation(4, null).gather(Kind.NONE, _ -> {})).isEqualTo(Evidence.NONE);
    }

    @Test
    void anAttackOfNoStrengthGivesTheCleanGradient() {
        assertSame(gradient(4, ThreatModel.pgd(Norm.LINF, 0, 0.1, 2)), gradient(4, null));
        assertThat(gradient(4, PGD).values().get("fc1.weight").data())
                .isNotEqualTo(gradient(4, null).values().get("fc1.weight").data());
    }

    @Test
    void doesNotDependOnThreads() {
        int threads = Parallel.threads();
        try {
            Parallel.setThreads(1);
            Evidence one = gradient(4, PGD);
            Parallel.setThreads(3);
            assertSame(gradient(4, PGD), one);
        } finally {
            Parallel.setThreads(threads);
        }
    }

    @Test
    void evaluatesAndLeavesTheModelAsItWas() {
        Model resnet = Models.create("resnet20", Shape.of(3, 8, 8), 10, new float[3], new float[] {1, 1, 1}, 1);
        LabelledImages small = images(6, 3, 8);
        var observation = new Observation(resnet, small, 3, PGD, Reading.CORRECTED, 0);
        Evidence evaluation = observation.gather(Kind.ADVERSARIAL_GRADIENT, _ -> {});
        resnet.setTraining(true);
        List<byte[]> before = state(resnet);
        List<Integer> done = new ArrayList<>();
        assertSame(observation.gather(Kind.ADVERSARIAL_GRADIENT, done::add), evaluation);
        assertThat(resnet.network().training()).isTrue();
        assertThat(done).containsExactly(3, 6);
        List<byte[]> after = state(resnet);
        for (int i = 0; i < before.size(); i++) {
            assertThat(after.get(i)).isEqualTo(before.get(i));
        }
    }

    @Test
    void refusesToSumNothing() {
        assertThatThrownBy(() -> observation(0, null)).hasMessageContaining("batch size");
        assertThatThrownBy(() -> new Observation(model, images(0, 1, 12), 4, null, Reading.CORRECTED, 0))
                .hasMessageContaining("no images");
    }

    private static List<byte[]> state(Model model) {
        return model.stateDict().tensors().values().stream().map(t -> t.bytes().clone()).toList();
    }

    private static void assertSame(Evidence a, Evidence b) {
        b.values().forEach((name, g) -> assertThat(a.values().get(name).data()).as(name).isEqualTo(g.data()));
    }
}
