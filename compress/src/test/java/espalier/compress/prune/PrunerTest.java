package espalier.compress.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import espalier.attacks.Norm;
import espalier.attacks.ThreatModel;
import espalier.compress.prune.Evidence.Kind;
import espalier.compress.prune.PruningStrategy.Removed;
import espalier.engine.UserError;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.nn.model.Model;
import espalier.nn.model.Models;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Masks against a plain sort of (score, position), on a LeNet whose weights and gradients are full of ties. */
class PrunerTest {
    private static final int PARAMETERS = 61_706;
    private static final int FIXED = 84 * 10 + 10;
    private final Model model = tied(Models.create("lenet", Shape.of(1, 28, 28), 10, new float[] {0}, new float[] {1}, 3));

    private static Model tied(Model model) {
        var random = new SplittableRandom(1);
        model.parameters().values().forEach(p -> fill(p.data(), random));
        return model;
    }

    /** Multiples of 1/4 in [−2, 2], among them both zeros. */
    private static void fill(Tensor t, SplittableRandom random) {
        for (int i = 0; i < t.size(); i++) {
            t.data()[i] = random.nextInt(-8, 9) / 4f * (random.nextBoolean() ? 1 : -1);
        }
    }

    static PruningStrategy[] strategies() {
        return PruningStrategy.values();
    }

    private Evidence evidence(PruningStrategy strategy) {
        Kind kind = strategy.evidence();
        if (kind == Kind.NONE) {
            return Evidence.NONE;
        }
        var random = new SplittableRandom(2);
        SequencedMap<String, Tensor> values = new LinkedHashMap<>();
        Prunable.of(model).forEach((name, p) -> {
            Tensor e = Tensor.zeros(p.data().shape());
            fill(e, random);
            values.put(name, e);
        });
        return new Evidence(kind, values, 1, kind == Kind.ADVERSARIAL_GRADIENT ? ThreatModel.fgsm(Norm.LINF, 0.1) : null);
    }

    private Pruning prune(PruningStrategy strategy, double compression) {
        return Pruner.prune(model, strategy, compression, evidence(strategy), 5);
    }

    @Test
    void prunableIsAllButTheClassifier() {
        assertThat(Prunable.of(model).keySet()).containsExactly("conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias",
                "fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias");
        Model resnet = Models.create("resnet20", Shape.of(3, 32, 32), 10, new float[3], new float[] {1, 1, 1}, 0);
        assertThat(Prunable.of(resnet).keySet()).hasSize(19)
                .allMatch(name -> name.contains("conv") && name.endsWith(".weight"));
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void keepsWhatAPlainStableSortKeeps(PruningStrategy strategy) {
        if (strategy == PruningStrategy.RANDOM) {
            return;
        }
        Pruning pruning = prune(strategy, 3);
        double f = (PARAMETERS / 3.0 - FIXED) / (PARAMETERS - FIXED);
        double epsilon = erdosRenyi(f);
        Evidence evidence = evidence(strategy);
        List<double[]> group = new ArrayList<>();
        List<Float> expected = new ArrayList<>();
        List<Float> actual = new ArrayList<>();
        Prunable.of(model).forEach((name, p) -> {
            double[] lamp = lamp(p.data().data());
            for (int i = 0; i < p.data().size(); i++) {
                double w = p.data().data()[i];
                double e = evidence == Evidence.NONE ? 0 : evidence.values().get(name).data()[i];
                double key = switch (strategy.name()) {
                    case "global-magnitude", "layer-magnitude", "erk-magnitude", "linear-magnitude", "agp",
                            "lottery-ticket" ->
                            -Math.abs(w);
                    case "global-gradient", "layer-gradient", "global-activation", "layer-activation", "snip" ->
                            -Math.abs(w * e);
                    case "global-gap" -> e;
                    case "layer-gap" -> Math.abs(e);
                    case "global-gap-parameter" -> w * e;
                    case "taylor" -> -w * w * e;
                    case "lamp" -> -lamp[i];
                    default -> throw new AssertionError(strategy);
                };
                // Adding 0.0: the two zeros tie.
                group.add(new double[] {key + 0.0, 0});
                actual.add(pruning.masks().get(name).data()[i]);
            }
            if (strategy.scope() != Scope.GLOBAL) {
                expected.addAll(sortAndKeep(group, strategy.scope() == Scope.LAYER
                        ? f : Math.min(1, epsilon * density(p.data()))));
                group.clear();
            }
        });
        expected.addAll(sortAndKeep(group, f));
        assertThat(actual.equals(expected)).isTrue();
        assertThat(pruning.compression()).isCloseTo(3, within(3e-3));
    }

    /** The factor with which Σ min(1, factor·density)·size is the fraction f of all, by bisection. */
    private double erdosRenyi(double f) {
        double low = 0;
        double high = 1e6;
        for (int i = 0; i < 200; i++) {
            double middle = (low + high) / 2;
            double kept = Prunable.of(model).values().stream()
                    .mapToDouble(p -> Math.min(1, middle * density(p.data())) * p.data().size()).sum();
            if (kept < f * (PARAMETERS - FIXED)) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static double density(Tensor t) {
        double sum = 0;
        for (int d : t.shape().dims()) {
            sum += d;
        }
        return sum / t.size();
    }

    private static double[] lamp(float[] w) {
        List<Integer> order = new ArrayList<>(IntStream.range(0, w.length).boxed().toList());
        order.sort(Comparator.comparingDouble(i -> -Math.abs(w[i])));
        double[] lamp = new double[w.length];
        double sum = 0;
        for (int i : order) {
            sum += (double) w[i] * w[i];
            lamp[i] = w[i] == 0 ? 0 : (float) (w[i] * w[i] / sum);
        }
        return lamp;
    }

    @Test
    void lampByItsDefinition() {
        float[] scores = new float[6];
        Score.LAMP.of(new float[] {1, -3, 0, 2, -1}, null, new SplittableRandom(0), scores, 1);
        assertThat(scores).containsExactly(0, 1 / 14f, 1, 0, 4 / 13f, 1 / 15f);
    }

    @Test
    void erdosRenyiKeepsSmallTensorsDense() {
        // The first would keep more than it has: 0.05·48,154/(13 + 520 + 20)·13/54 = 1.05.
        List<Shape> shapes = List.of(Shape.of(6, 1, 3, 3), Shape.of(400, 120), Shape.of(10, 10));
        double[] fractions = Scope.ERDOS_RENYI.fractions(shapes, 0.05);
        double all = 54 + 48_000 + 100;
        assertThat(fractions[0]).isEqualTo(1);
        assertThat(fractions[1] / fractions[2]).isCloseTo(520 / 48_000.0 / (20 / 100.0), within(1e-12));
        assertThat(54 + 48_000 * fractions[1] + 100 * fractions[2]).isCloseTo(0.05 * all, within(1e-9));
        assertThat(Scope.ERDOS_RENYI.fractions(shapes, 1)).containsExactly(1, 1, 1);
        assertThat(Scope.ERDOS_RENYI.fractions(shapes, 0)).containsExactly(0, 0, 0);
    }

    private static List<Float> sortAndKeep(List<double[]> group, double f) {
        List<double[]> sorted = new ArrayList<>(group);
        sorted.sort(Comparator.comparingDouble(e -> e[0]));
        sorted.subList(0, group.isEmpty() ? 0 : (int) Math.rint(f * group.size())).forEach(e -> e[1] = 1);
        return group.stream().map(e -> (float) e[1]).toList();
    }

    @ParameterizedTest
    @CsvSource({"2, 30003", "4, 14576", "8, 6863", "1, 60856", "72.595, 0"})
    void globalStrategiesKeepAnExactNumber(double compression, int kept) {
        for (PruningStrategy strategy : PruningStrategy.values()) {
            if (strategy.scope() == Scope.GLOBAL) {
                Pruning p = prune(strategy, compression);
                assertThat(count(p)).as("%s", strategy).isEqualTo(kept).isEqualTo(p.remaining() - FIXED);
                assertThat(p.compression()).isCloseTo(compression, within(compression * 1e-3));
            }
        }
    }

    @Test
    void layerStrategiesKeepTheSameFractionOfEachTensor() {
        Pruning p = prune(PruningStrategy.LAYER_MAGNITUDE, 4);
        double f = (PARAMETERS / 4.0 - FIXED) / (PARAMETERS - FIXED);
        p.masks().forEach((name, mask) -> assertThat(count(mask)).as(name).isEqualTo((int) Math.rint(f * mask.size())));
        assertThat(p.remaining()).isEqualTo(FIXED + count(p));
        assertThat(p.compression()).isCloseTo(4, within(0.001));
    }

    @Test
    void halvesAreRoundedToEven() {
        assertThat(new KeepBudget(10, 10, 0.5).of(5)).isEqualTo(2);
        assertThat(new KeepBudget(10, 10, 0.5).of(7)).isEqualTo(4);
        assertThat(new KeepBudget(10, 10, 0.25).of(10)).isEqualTo(2);
    }

    @Test
    void randomDependsOnTheSeedAlone() {
        float[] masks = flat(Pruner.prune(model, PruningStrategy.RANDOM, 2, Evidence.NONE, 7));
        Model other = Models.create("lenet", Shape.of(1, 28, 28), 10, new float[] {0}, new float[] {1}, 4);
        assertThat(flat(Pruner.prune(other, PruningStrategy.RANDOM, 2, Evidence.NONE, 7))).isEqualTo(masks);
        float[] otherSeed = flat(Pruner.prune(model, PruningStrategy.RANDOM, 2, Evidence.NONE, 8));
        int agree = 0;
        int inFirstHalf = 0;
        for (int i = 0; i < masks.length; i++) {
            agree += masks[i] == otherSeed[i] ? 1 : 0;
            inFirstHalf += i < masks.length / 2 && masks[i] == 1 ? 1 : 0;
        }
        // Independent masks of density 0.493 agree in half of the positions, and every part is equally dense.
        assertThat(agree / (double) masks.length).isBetween(0.49, 0.51);
        assertThat(inFirstHalf / (masks.length / 2.0)).isBetween(0.48, 0.506);
    }

    @Test
    void masksPruneTheModelThatTheyArePutOn() {
        float[] before = model.parameters().get("fc1.weight").data().data().clone();
        Pruning p = prune(PruningStrategy.GLOBAL_GAP, 4);
        assertThat(model.parameters().get("fc1.weight").data().data()).as("choosing changes nothing").isEqualTo(before);
        model.setMasks(p.masks());
        float[] mask = p.masks().get("fc1.weight").data();
        float[] value = model.parameters().get("fc1.weight").value().data();
        for (int i = 0; i < mask.length; i++) {
            assertThat(value[i]).isEqualTo(before[i] * mask[i]);
        }
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void prunedStaysPruned(PruningStrategy strategy) {
        Pruning first = prune(strategy, 2);
        model.setMasks(first.masks());
        assertThat(flat(prune(strategy, 2))).as("again").isEqualTo(flat(first));
        Pruning second = prune(PruningStrategy.GLOBAL_MAGNITUDE, 6);
        float[] before = flat(first);
        float[] after = flat(second);
        for (int i = 0; i < after.length; i++) {
            assertThat(after[i]).isLessThanOrEqualTo(before[i]);
        }
        assertThat(second.compression()).isCloseTo(6, within(1e-3));
        model.setMasks(second.masks());
        assertThatThrownBy(() -> prune(strategy, 3)).isInstanceOf(UserError.class)
                .hasMessageContaining("pruned already to 6.000");
    }

    @ParameterizedTest
    @ValueSource(doubles = {72.6, 100, 1e9, Double.POSITIVE_INFINITY})
    void namesTheLargestCompressionThatCanBeReached(double compression) {
        assertThatThrownBy(() -> prune(PruningStrategy.RANDOM, compression)).isInstanceOf(UserError.class)
                .hasMessageContaining("cannot be reached").hasMessageContaining("850 of 61706")
                .hasMessageContaining("72.595");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.99, 0, -2, Double.NaN})
    void refusesCompressionsBelowOne(double compression) {
        assertThatThrownBy(() -> prune(PruningStrategy.RANDOM, compression)).isInstanceOf(UserError.class)
                .hasMessageContaining("at least 1");
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void refusesScoresThatAreNotFinite(float weight) {
        model.parameters().get("conv2.weight").data().data()[17] = weight;
        assertThatThrownBy(() -> prune(PruningStrategy.GLOBAL_MAGNITUDE, 2)).isInstanceOf(UserError.class)
                .hasMessageContaining("conv2.weight").hasMessageContaining("position 17");
    }

    @Test
    void refusesTheWrongEvidence() {
        assertThatThrownBy(() -> Pruner.prune(model, PruningStrategy.GLOBAL_GAP, 2, Evidence.NONE, 0))
                .hasMessageContaining("adversarial-gradient").hasMessageContaining("none");
        Evidence clean = evidence(PruningStrategy.GLOBAL_GRADIENT);
        assertThatThrownBy(() -> Pruner.prune(model, PruningStrategy.LAYER_GAP, 2, clean, 0))
                .hasMessageContaining("got gradient");
    }

    @Test
    void anybodyMayMakeAnother() {
        var mine = new PruningStrategy("smallest-square-gap", Score.each(Kind.ADVERSARIAL_GRADIENT, (w, g) -> w * w * g),
                Scope.LAYER, Removed.LARGEST, Schedule.ONE_SHOT);
        assertThat(prune(mine, 4).compression()).isCloseTo(4, within(1e-3));
    }

    @Test
    void strategiesByName() {
        for (PruningStrategy s : PruningStrategy.values()) {
            assertThat(PruningStrategy.byName(s.toString())).isEqualTo(s);
        }
        assertThatThrownBy(() -> PruningStrategy.byName("gap")).isInstanceOf(UserError.class).hasMessageContaining(
                "random, global-magnitude, layer-magnitude, global-gradient, layer-gradient, global-gap, layer-gap, "
                + "global-gap-parameter, global-activation, layer-activation, snip, taylor, lamp, "
                + "erk-magnitude, linear-magnitude, agp, lottery-ticket");
    }

    private static int count(Pruning pruning) {
        return pruning.masks().values().stream().mapToInt(PrunerTest::count).sum();
    }

    private static int count(Tensor mask) {
        int count = 0;
        for (float m : mask.data()) {
            count += m == 1 ? 1 : 0;
        }
        return count;
    }

    private static float[] flat(Pruning pruning) {
        float[] all = new float[pruning.masks().values().stream().mapToInt(Tensor::size).sum()];
        int offset = 0;
        for (Tensor m : pruning.masks().values()) {
            System.arraycopy(m.data(), 0, all, offset, m.size());
            offset += m.size();
        }
        return all;
    }
}
