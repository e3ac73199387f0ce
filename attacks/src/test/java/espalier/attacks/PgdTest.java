package espalier.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import espalier.engine.UserError;
import espalier.engine.autograd.Call;
import espalier.engine.autograd.Gradients;
import espalier.engine.autograd.Op;
import espalier.engine.autograd.Tape;
import espalier.engine.op.CrossEntropy;
import espalier.engine.op.Linear;
import espalier.engine.op.Reduction;
import espalier.engine.parallel.Parallel;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Laws of the attack, on a small network with random weights. */
class PgdTest {
    private static final int N = 13;
    private static final int PIXELS = 64;
    private final DifferentiableModel model = TestModels.convNet(5);
    private final Tensor x = TestModels.images(1, N, 1, 8, 8);
    private final int[] labels = new SplittableRandom(2).ints(N, 0, 10).toArray();

    static Stream<ThreatModel> threats() {
        return Stream.of(Norm.values()).flatMap(norm ->
                Stream.of(1e-7, 1e-4, 1 / 255.0, 8 / 255.0, 0.3, 2.0).flatMap(epsilon -> {
            ThreatModel t = ThreatModel.pgd(norm, epsilon, epsilon / 3, 5);
            return Stream.of(t, ThreatModel.fgsm(norm, epsilon), t.withRandomStart(1), t.withRandomStart(3),
                    t.withTarget(Target.NEXT_CLASS, null).withRandomStart(2));
        }));
    }

    @ParameterizedTest
    @MethodSource("threats")
    void staysInBallAndRange(ThreatModel threat) {
        Tensor a = new Pgd(threat).perturb(model, x, labels, 7, 0);
        for (int i = 0; i < N; i++) {
            double squares = 0;
            for (int k = i * PIXELS; k < (i + 1) * PIXELS; k++) {
                float pixel = a.data()[k];
                assertThat(pixel).isBetween(0f, 1f);
                float delta = pixel - x.data()[k];
                squares += (double) delta * delta;
                if (threat.norm() == Norm.LINF) {
                    assertThat(Math.abs(delta)).isLessThanOrEqualTo((float) threat.epsilon());
                }
            }
            if (threat.norm() == Norm.L2) {
                assertThat(Math.sqrt(squares)).isLessThanOrEqualTo(threat.epsilon() * (1 + 1e-6));
            }
        }
        if (threat.epsilon() > 1e-6) {
            assertThat(a.data()).isNotEqualTo(x.data());
        }
    }

    @ParameterizedTest
    @EnumSource(Norm.class)
    void epsilonZeroGivesTheInputBitForBit(Norm norm) {
        for (ThreatModel t : List.of(ThreatModel.pgd(norm, 0, 0.1, 3),
                ThreatModel.pgd(norm, 0, 0.1, 3).withRandomStart(2))) {
            assertThat(new Pgd(t).perturb(model, x, labels, 7, 0).data()).isEqualTo(x.data());
        }
    }

    @ParameterizedTest
    @EnumSource(Norm.class)
    void dependsNeitherOnBatchesNorOnThreads(Norm norm) {
        var attack = new Pgd(ThreatModel.pgd(norm, 0.05, 0.02, 4).withRandomStart(3));
        float[] whole = attack.perturb(model, x, labels, 7, 100).data();
        int threads = Parallel.threads();
        for (int batch : new int[] {1, 4, N}) {
            Parallel.setThreads(batch);
            try {
                float[] pieces = new float[whole.length];
                for (int from = 0; from < N; from += batch) {
                    int to = Math.min(N, from + batch);
                    Tensor part = Tensor.of(Shape.of(to - from, 1, 8, 8),
                            Arrays.copyOfRange(x.data(), from * PIXELS, to * PIXELS));
                    float[] a = attack.perturb(model, part, Arrays.copyOfRange(labels, from, to), 7, 100 + from).data();
                    System.arraycopy(a, 0, pieces, from * PIXELS, a.length);
                }
                assertThat(pieces).as("batch %d", batch).isEqualTo(whole);
            } finally {
                Parallel.setThreads(threads);
            }
        }
        assertThat(attack.perturb(model, x, labels, 8, 100).data()).as("another seed").isNotEqualTo(whole);
        assertThat(attack.perturb(model, x, labels, 7, 101).data()).as("other positions").isNotEqualTo(whole);
    }

    @ParameterizedTest
    @EnumSource(Norm.class)
    void randomStartFillsTheBallAndDiffersByImageAndRestart(Norm norm) {
        float[] grey = new float[1000];
        Arrays.fill(grey, 0.5f);
        float[] a = new float[1000];
        float[] b = new float[1000];
        norm.randomStart(a, grey, 0, 1000, 0.25, AttackSpace.PIXELS, new SplittableRandom(1));
        norm.randomStart(b, grey, 0, 1000, 0.25, AttackSpace.PIXELS, new SplittableRandom(2));
        assertThat(a).isNotEqualTo(b);
        double squares = 0;
        float max = 0;
        for (float v : a) {
            squares += (v - 0.5) * (v - 0.5);
            max = Math.max(max, Math.abs(v - 0.5f));
        }
        // Nearly all of a ball in 1000 dimensions is close to its surface.
        assertThat(norm == Norm.LINF ? max : Math.sqrt(squares)).isBetween(0.245, 0.25);
    }

    @ParameterizedTest
    @EnumSource(Norm.class)
    void restartsNeverHurtTheAttacker(Norm norm) {
        int[] predicted = Logits.classes(model, x);
        double[] losses = null;
        int before = -1;
        for (int restarts : new int[] {1, 2, 4, 8}) {
            var attack = new Pgd(ThreatModel.pgd(norm, norm == Norm.LINF ? 0.02 : 0.08, 0.01, 3).withRandomStart(restarts));
            float[][] logits = Logits.of(model, attack.perturb(model, x, predicted, 3, 0));
            int fooled = 0;
            double[] now = new double[N];
            for (int i = 0; i < N; i++) {
                boolean success = Logits.mostLikely(logits[i]) != predicted[i];
                fooled += success ? 1 : 0;
                now[i] = success ? Double.POSITIVE_INFINITY : Logits.loss(logits[i], predicted[i]);
                if (losses != null) {
                    assertThat(now[i]).isGreaterThanOrEqualTo(losses[i]);
                }
            }
            assertThat(fooled).isGreaterThanOrEqualTo(before);
            if (restarts == 8) {
                assertThat(now).as("restarts have some effect").isNotEqualTo(losses);
            }
            losses = now;
            before = fooled;
        }
        assertThat(before).as("some images resist, or the test is idle").isLessThan(N);
    }

    @ParameterizedTest
    @EnumSource(value = Target.class, names = "UNTARGETED", mode = EnumSource.Mode.EXCLUDE)
    void targetedDescendsTowardsItsClass(Target target) {
        float[][] clean = Logits.of(model, x);
        var threat = ThreatModel.pgd(Norm.LINF, 0.5, 0.05, 20).withTarget(target, target == Target.FIXED ? 3 : null);
        float[][] adversarial = Logits.of(model, new Pgd(threat).perturb(model, x, labels, 0, 0));
        int reached = 0;
        for (int i = 0; i < N; i++) {
            int goal = switch (target) {
                case NEXT_CLASS -> (labels[i] + 1) % 10;
                case LEAST_LIKELY -> Logits.leastLikely(clean[i]);
                default -> 3;
            };
            assertThat(Logits.loss(adversarial[i], goal)).isLessThan(Logits.loss(clean[i], goal));
            reached += Logits.mostLikely(adversarial[i]) == goal ? 1 : 0;
        }
        assertThat(reached).isPositive();
    }

    @Test
    void predictedLabelsReplaceTheTrueOnes() {
        int[] predicted = Logits.classes(model, x);
        var threat = ThreatModel.pgd(Norm.LINF, 0.05, 0.02, 4);
        assertThat(labels).isNotEqualTo(predicted);
        assertThat(new Pgd(threat.withLabels(LabelSource.PREDICTED)).perturb(model, x, labels, 0, 0).data())
                .isEqualTo(new Pgd(threat).perturb(model, x, predicted, 0, 0).data());
    }

    @Test
    void fgsmIsOneStepOfLengthEpsilonAlongTheSign() {
        DifferentiableModel above = TestModels.threshold(0.5f);
        Tensor pixels = Tensor.of(Shape.of(4, 1), 0f, 0.3f, 0.8f, 1f);
        Tensor a = new Pgd(ThreatModel.fgsm(Norm.LINF, 0.25)).perturb(above, pixels, new int[] {0, 0, 1, 1}, 0, 0);
        assertThat(a.data()).containsExactly(0.25f, 0.55f, 0.55f, 0.75f);
    }

    @ParameterizedTest
    @EnumSource(Norm.class)
    void withoutGradientTheImageStays(Norm norm) {
        Tensor constant = TestModels.uniform(9, -1, 1, N, 10);
        float[] a = new Pgd(ThreatModel.pgd(norm, 0.1, 0.1, 3)).perturb(_ -> constant, x, labels, 0, 0).data();
        assertThat(a).isEqualTo(x.data());
        float[] y = x.data().clone();
        norm.step(y, x.data(), new float[] {Float.NaN, 0f, -0f}, 0, 3, 0.1, 0.1, AttackSpace.PIXELS);
        assertThat(y).isEqualTo(x.data());
    }

    @Test
    void noParameterGradientIsComputedAndNothingLeaks() {
        Tensor weight = TestModels.uniform(4, -1, 1, 10, PIXELS);
        float[] weightBefore = weight.data().clone();
        Tensor flat = x.reshape(Shape.of(N, PIXELS));
        Tensor a;
        try (Workspace w = Workspace.open()) {
            a = w.keep(new Pgd(ThreatModel.pgd(Norm.L2, 0.5, 0.1, 3))
                    .perturb(pixels -> new WatchedLinear().apply(pixels, weight), flat, labels, 0, 0));
        }
        assertThat(a.data()).doesNotContain(Float.NaN);
        assertThat(weight.data()).isEqualTo(weightBefore);
    }

    /** A linear op that fails if its weight's gradient is asked for. */
    private record WatchedLinear() implements Op {
        @Override
        public Tensor forward(Call call) {
            assertThat(call.needs(1)).as("the weight's gradient is needed").isFalse();
            return new Linear().forward(call);
        }

        @Override
        public Tensor[] vjp(Call call, Tensor gradOutput) {
            return new Linear().vjp(call, gradOutput);
        }
    }

    @Test
    void refusesWhatCannotBeAttacked() {
        var predicted = new Pgd(ThreatModel.fgsm(Norm.LINF, 0.1).withLabels(LabelSource.PREDICTED));
        assertThatThrownBy(() -> predicted.perturb(_ -> Tensor.full(Shape.of(N, 10), Float.NaN), x, labels, 0, 0))
                .isInstanceOf(UserError.class).hasMessageContaining("not numbers");
        var attack = new Pgd(ThreatModel.fgsm(Norm.LINF, 0.1));
        assertThatThrownBy(() -> attack.perturb(model, x, new int[3], 0, 0)).hasMessageContaining("[13,1,8,8]")
                .hasMessageContaining("3 labels");
        Tensor outside = x.copy();
        outside.data()[70] = 1.5f;
        assertThatThrownBy(() -> attack.perturb(model, outside, labels, 0, 0)).hasMessageContaining("element 70 is 1.5");
        outside.data()[70] = Float.NaN;
        assertThatThrownBy(() -> attack.perturb(model, outside, labels, 0, 0)).hasMessageContaining("NaN");
        var fixed = new Pgd(ThreatModel.fgsm(Norm.LINF, 0.1).withTarget(Target.FIXED, 10));
        assertThatThrownBy(() -> fixed.perturb(model, x, labels, 0, 0)).isInstanceOf(UserError.class)
                .hasMessageContaining("target class 10");
    }

    @ParameterizedTest
    @EnumSource(Norm.class)
    void normalizedImagesAreKeptInTheBallButNotClipped(Norm norm) {
        DifferentiableModel model = TestModels.convNet(3);
        Tensor x = TestModels.uniform(5, -2, 2, 6, 1, 8, 8);
        ThreatModel threat = ThreatModel.pgd(norm, 0.3, 0.1, 4).withRandomStart(1);
        int[] labels = Logits.classes(model, x);
        assertThatThrownBy(() -> new Pgd(threat).perturb(model, x, labels, 0, 0)).hasMessageContaining("[0, 1]");
        float[] a = new Pgd(threat.withSpace(AttackSpace.NORMALIZED)).perturb(model, x, labels, 0, 0).data();
        int outside = 0;
        for (int i = 0; i < 6; i++) {
            double max = 0;
            double squares = 0;
            for (int k = i * 64; k < (i + 1) * 64; k++) {
                double delta = a[k] - x.data()[k];
                max = Math.max(max, Math.abs(delta));
                squares += delta * delta;
                outside += a[k] < -0.1 || a[k] > 1.1 ? 1 : 0;
            }
            assertThat(norm == Norm.LINF ? max : Math.sqrt(squares)).as("image %d", i).isBetween(0.2, 0.3 + 1e-6);
        }
        assertThat(outside).isGreaterThan(100);
    }

    @Test
    void aTapSeesTheGradientsOfEveryStepAndChangesNothing() {
        Tensor weight = TestModels.uniform(9, -1, 1, 10, 64);
        DifferentiableModel model = TestModels.convNet(TestModels.uniform(6, -1, 1, 4, 1, 3, 3),
                TestModels.uniform(7, -1, 1, 4), weight, TestModels.uniform(8, -1, 1, 10));
        Tensor x = TestModels.images(5, 3, 1, 8, 8);
        int[] labels = {1, 2, 3};
        Pgd attack = new Pgd(ThreatModel.pgd(Norm.LINF, 0.1, 0.03, 3));
        List<float[]> seen = new ArrayList<>();
        float[] tapped = attack.perturb(model, x, labels, 0, 0, new Pgd.Tap() {
            @Override
            public List<Tensor> watched() {
                return List.of(weight);
            }

            @Override
            public void step(Gradients gradients, int images) {
                assertThat(images).isEqualTo(3);
                seen.add(gradients.of(weight).data().clone());
            }
        }).data();
        assertThat(tapped).isEqualTo(attack.perturb(model, x, labels, 0, 0).data());
        assertThat(seen).hasSize(3);
        for (int steps = 0; steps < 3; steps++) {
            Tensor at = steps == 0 ? x
                    : new Pgd(ThreatModel.pgd(Norm.LINF, 0.1, 0.03, steps)).perturb(model, x, labels, 0, 0);
            var loss = new CrossEntropy(labels, 0, Reduction.SUM);
            assertThat(Tape.record(List.of(weight), () -> loss.apply(model.logits(at))).of(weight).data())
                    .isEqualTo(seen.get(steps));
        }
    }
}
