package espalier.compress.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import espalier.attacks.AttackSpace;
import espalier.attacks.LabelSource;
import espalier.attacks.LabelledImages;
import espalier.attacks.Norm;
import espalier.attacks.ThreatModel;
import espalier.compress.Reading;
import espalier.compress.Reading.Switch;
import espalier.compress.prune.Evidence.Kind;
import espalier.datasets.Split;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.nn.Seeds;
import espalier.nn.model.Model;
import espalier.nn.model.Models;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What each switch of a reading does to the evidence of GAP and of the baselines, against {@link SmallNetwork}. */
class ReadingOracleTest {
    private static final int N = 10;
    private static final int BATCH = 4;
    private static final long SEED = 11;
    private static final double EPSILON = 0.1;
    private static final double STEP = 0.04;
    private static final int STEPS = 4;
    private static final double[] MEAN = {0.4f, 0.5f};
    private static final double[] STD = {0.2f, 0.25f};
    private static final ThreatModel PGD = ThreatModel.pgd(Norm.LINF, EPSILON, STEP, STEPS);

    private final Split split = images();
    private final Model model = SmallNetwork.model(3);

    private static Split images() {
        var random = new SplittableRandom(8);
        byte[] pixels = new byte[N * SmallNetwork.PIXELS];
        random.nextBytes(pixels);
        byte[] labels = new byte[N];
        for (int i = 0; i < N; i++) {
            labels[i] = (byte) random.nextInt(SmallNetwork.CLASSES);
        }
        return new Split(pixels, labels, Shape.of(SmallNetwork.CHANNELS, SmallNetwork.SIDE, SmallNetwork.SIDE));
    }

    private Evidence observe(Reading reading, Kind kind) {
        return new Observation(model, LabelledImages.of(N, split::images, split::labels), BATCH, PGD, reading, SEED)
                .gather(kind, _ -> {});
    }

    /** GAP's gradient by the table of the two readings, and nothing else. */
    private final class Oracle {
        final SmallNetwork network = new SmallNetwork(model);
        final Map<String, double[]> sums = new LinkedHashMap<>();
        final Reading reading;
        private long passes;

        Oracle(Reading reading) {
            this.reading = reading;
        }

        void gap() {
            for (int from = 0; from < N; from += BATCH) {
                int to = Math.min(N, from + BATCH);
                int[] truth = split.labels(from, to);
                double[] clean = pixels(from, to);
                int[] label = reading.has(Switch.PREDICTED_LABELS) ? predicted(pass(clean, null)) : truth;
                double[] x = clean.clone();
                for (int step = 0; step < STEPS; step++) {
                    var at = pass(x, label);
                    if (reading.has(Switch.GRADIENT_OF_ITERATES)) {
                        add(at);
                    }
                    for (int i = 0; i < x.length; i++) {
                        // Per pixel the gradient has another length, but the same sign.
                        x[i] += STEP * Math.signum(at.images()[i]);
                        x[i] = Math.max(clean[i] - EPSILON, Math.min(clean[i] + EPSILON, x[i]));
                        if (!reading.has(Switch.NORMALIZED_ATTACK)) {
                            x[i] = Math.max(0, Math.min(1, x[i]));
                        }
                    }
                }
                add(pass(x, truth));
            }
        }

        /** In pixels, or normalized already where the attack works there. */
        double[] pixels(int from, int to) {
            float[] pixels = split.images(from, to).data();
            double[] x = new double[pixels.length];
            for (int i = 0; i < x.length; i++) {
                x[i] = reading.has(Switch.NORMALIZED_ATTACK) ? normalized(pixels[i], i) : pixels[i];
            }
            return x;
        }

        private double normalized(double v, int i) {
            int channel = i / (SmallNetwork.SIDE * SmallNetwork.SIDE) % SmallNetwork.CHANNELS;
            return (v - MEAN[channel]) / STD[channel];
        }

        SmallNetwork.Backward pass(double[] x, int[] labels) {
            double[] seen = x.clone();
            if (!reading.has(Switch.NORMALIZED_ATTACK)) {
                for (int i = 0; i < seen.length; i++) {
                    seen[i] = normalized(seen[i], i);
                }
            }
            Long seed = reading.has(Switch.TRAINING_MODE) ? Seeds.derive(SEED, passes) : null;
            passes++;
            return network.pass(seen, labels, seed);
        }

        void add(SmallNetwork.Backward at) {
            at.parameters().forEach((name, g) -> {
                double[] sum = sums.computeIfAbsent(name, _ -> new double[g.length]);
                for (int i = 0; i < g.length; i++) {
                    sum[i] += g[i];
                }
            });
        }

        private static int[] predicted(SmallNetwork.Backward at) {
            int[] labels = new int[at.logits().length / SmallNetwork.CLASSES];
            for (int i = 0; i < labels.length; i++) {
                for (int c = 1; c < SmallNetwork.CLASSES; c++) {
                    labels[i] = at.logits()[i * SmallNetwork.CLASSES + c]
                            > at.logits()[i * SmallNetwork.CLASSES + labels[i]] ? c : labels[i];
                }
            }
            return labels;
        }
    }

    /** All combinations of the four switches that GAP's gradient depends on. */
    static List<Reading> readings() {
        Switch[] switches = {Switch.GRADIENT_OF_ITERATES, Switch.TRAINING_MODE, Switch.NORMALIZED_ATTACK,
                Switch.PREDICTED_LABELS};
        List<Reading> readings = new ArrayList<>();
        for (int bits = 0; bits < 16; bits++) {
            EnumSet<Switch> on = EnumSet.noneOf(Switch.class);
            for (int s = 0; s < 4; s++) {
                if ((bits >> s & 1) == 1) {
                    on.add(switches[s]);
                }
            }
            readings.add(new Reading(on));
        }
        readings.add(Reading.PAPER);
        return readings;
    }

    @ParameterizedTest
    @MethodSource("readings")
    void gapSumsWhatTheTableSays(Reading reading) {
        Oracle oracle = new Oracle(reading);
        oracle.gap();
        Evidence seen = observe(reading, Kind.ADVERSARIAL_GRADIENT);
        assertThat(seen.images()).isEqualTo(N);
        assertThat(seen.threat().space()).isEqualTo(
                reading.has(Switch.NORMALIZED_ATTACK) ? AttackSpace.NORMALIZED : AttackSpace.PIXELS);
        assertThat(seen.threat().labels()).isEqualTo(
                reading.has(Switch.PREDICTED_LABELS) ? LabelSource.PREDICTED : LabelSource.TRUE);
        assertThat(seen.values()).hasSize(4);
        assertSame(seen, oracle, reading);
        // The running statistics stay as they are, or move with each pass, and stay moved.
        for (String name : new String[] {"1.running_mean", "1.running_var"}) {
            assertThat(distance(model.stateDict().tensor(name).data(), oracle.network.parameter(name))).as(name)
                    .isLessThan(1e-5);
        }
        int passes = reading.has(Switch.TRAINING_MODE)
                ? 3 * (STEPS + 1 + (reading.has(Switch.PREDICTED_LABELS) ? 1 : 0)) : 0;
        assertThat(model.stateDict().tensors().get("1.num_batches_tracked").longs()).containsExactly(passes);
        assertThat(model.network().training()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = {"GRADIENT_OF_ITERATES", "TRAINING_MODE", "NORMALIZED_ATTACK", "PREDICTED_LABELS"})
    void everySwitchMattersByItself(Switch s) {
        Oracle corrected = new Oracle(Reading.CORRECTED);
        corrected.gap();
        Oracle paper = new Oracle(Reading.PAPER);
        paper.gap();
        assertThat(distance(observe(Reading.CORRECTED.with(s), Kind.ADVERSARIAL_GRADIENT).values().get("5.weight").data(),
                corrected.sums.get("5.weight"))).isGreaterThan(0.02);
        assertThat(distance(observe(Reading.PAPER.without(s), Kind.ADVERSARIAL_GRADIENT).values().get("5.weight").data(),
                paper.sums.get("5.weight"))).isGreaterThan(0.02);
    }

    @Test
    void baselinesSeeOneBatchOrAll() {
        for (Reading reading : new Reading[] {Reading.CORRECTED, Reading.CORRECTED.with(Switch.ONE_BATCH),
                Reading.CORRECTED.with(Switch.TRAINING_MODE), Reading.PAPER}) {
            Model before = model.copy();
            Oracle oracle = new Oracle(reading.without(Switch.NORMALIZED_ATTACK));
            int images = reading.has(Switch.ONE_BATCH) ? BATCH : N;
            for (int from = 0; from < images; from += BATCH) {
                int to = Math.min(N, from + BATCH);
                oracle.add(oracle.pass(oracle.pixels(from, to), split.labels(from, to)));
            }
            Evidence seen = observe(reading, Kind.GRADIENT);
            assertThat(seen.images()).isEqualTo(images);
            assertThat(seen.threat()).isNull();
            assertSame(seen, oracle, reading);
            assertThat(observe(reading, Kind.ACTIVATION).images()).isEqualTo(images);
            model.loadStateDict(before.stateDict(), "before");
        }
    }

    private static void assertSame(Evidence seen, Oracle oracle, Reading reading) {
        // In training mode, the gradient by a bias before batch norm is 0 but for rounding.
        double scale = length(oracle.sums.get("0.weight"));
        seen.values().forEach((name, g) -> {
            double[] expected = oracle.sums.get(name);
            double relative = length(expected) / scale;
            assertThat(relative < 1e-9 ? length(doubles(g.data())) / scale : distance(g.data(), expected) * relative)
                    .as("%s, %s", reading, name).isLessThan(1e-4);
        });
    }

    private static double length(double[] a) {
        double squares = 0;
        for (double v : a) {
            squares += v * v;
        }
        return Math.sqrt(squares);
    }

    private static double[] doubles(float[] a) {
        double[] copy = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            copy[i] = a[i];
        }
        return copy;
    }

    /** |a − b| / |b|. */
    private static double distance(float[] a, double[] b) {
        assertThat(a).hasSameSizeAs(b);
        double difference = 0;
        double length = 0;
        for (int i = 0; i < a.length; i++) {
            difference += Math.pow(a[i] - b[i], 2);
            length += b[i] * b[i];
        }
        return Math.sqrt(difference / length);
    }

    private static final PruningStrategy GAP = PruningStrategy.GLOBAL_GAP;
    private final Model lenet = Models.create("lenet", Shape.of(1, 12, 12), 10, new float[1], new float[] {1}, 1);

    /** Sixteen levels, so that many are equal, from {@code lowest} on in steps of 1. */
    private Evidence levels(float lowest) {
        var random = new SplittableRandom(2);
        var values = new LinkedHashMap<String, Tensor>();
        Prunable.of(lenet).forEach((name, p) -> {
            Tensor g = Tensor.zeros(p.data().shape());
            for (int i = 0; i < g.size(); i++) {
                g.data()[i] = lowest + random.nextInt(16);
            }
            values.put(name, g);
        });
        return new Evidence(Kind.ADVERSARIAL_GRADIENT, values, 1, PGD);
    }

    /** {@return how many stay at each of the sixteen levels, and how many go} */
    private static int[][] counts(Pruning pruning, Evidence evidence, float lowest) {
        int[][] counts = new int[16][2];
        evidence.values().forEach((name, g) -> {
            for (int i = 0; i < g.size(); i++) {
                counts[(int) (g.data()[i] - lowest)][(int) pruning.masks().get(name).data()[i]]++;
            }
        });
        return counts;
    }

    @Test
    void equalsOnTheQuantileStayTogether() {
        Evidence evidence = levels(0.5f);
        int[][] exact = counts(Pruner.prune(lenet, GAP, 2, evidence, 1), evidence, 0.5f);
        int[][] quantile = counts(Pruner.prune(lenet, GAP, 2, evidence, 1, Reading.CORRECTED.with(Switch.QUANTILE)),
                evidence, 0.5f);
        // A little less than half stays, the smallest: of the eighth level, some stay by the one and all by the other.
        for (int level = 0; level < 16; level++) {
            assertThat(quantile[level][level <= 7 ? 0 : 1]).as("level %d", level).isZero();
            if (level != 7) {
                assertThat(exact[level]).as("level %d", level).isEqualTo(quantile[level]);
            }
        }
        assertThat(exact[7][0]).isPositive();
        assertThat(exact[7][1]).isPositive();
    }

    @Test
    void zerosAreToldApartAtRandomWhereTheyAreTheQuantile() {
        Evidence evidence = levels(-7);
        Reading reading = Reading.CORRECTED.with(Switch.QUANTILE);
        Pruning one = Pruner.prune(lenet, GAP, 2, evidence, 1, reading);
        int[][] counts = counts(one, evidence, -7);
        for (int level = 0; level < 16; level++) {
            if (level != 7) {
                assertThat(counts[level][level < 7 ? 0 : 1]).as("level %d", level).isZero();
            }
        }
        // As many as should: a quantile of random numbers is exact but for the one that it lies on.
        assertThat(one.remaining()).isCloseTo(Pruner.prune(lenet, GAP, 2, evidence, 1).remaining(), within(1));
        Pruning other = Pruner.prune(lenet, GAP, 2, evidence, 2, reading);
        assertThat(other.masks().get("fc1.weight").data()).isNotEqualTo(one.masks().get("fc1.weight").data());
    }

    @Test
    void byChanceAboutAsManyStay() {
        Reading reading = Reading.CORRECTED.with(Switch.BERNOULLI);
        int exact = Pruner.prune(lenet, PruningStrategy.RANDOM, 3, Evidence.NONE, 1).remaining();
        int n = lenet.parameters().values().stream().mapToInt(p -> p.data().size()).sum();
        double sum = 0;
        int different = 0;
        for (int seed = 0; seed < 20; seed++) {
            int remaining = Pruner.prune(lenet, PruningStrategy.RANDOM, 3, Evidence.NONE, seed, reading).remaining();
            sum += remaining;
            different += remaining == exact ? 0 : 1;
        }
        // Four standard deviations of the mean of twenty.
        assertThat(sum / 20).isCloseTo(exact, within(4 * Math.sqrt(n * 2 / 9.0 / 20)));
        assertThat(different).isGreaterThan(15);
        // Other strategies do not look at this switch.
        assertThat(Pruner.prune(lenet, PruningStrategy.GLOBAL_MAGNITUDE, 3, Evidence.NONE, 1, reading).remaining())
                .isEqualTo(exact);
    }

    @Test
    void quantilesAreNumPys() {
        // numpy.quantile([1, 2, 4, 8], q)
        float[] sorted = {1, 2, 4, 8};
        assertThat(Keep.quantile(sorted, 0)).isEqualTo(1);
        assertThat(Keep.quantile(sorted, 0.25)).isCloseTo(1.75, within(1e-12));
        assertThat(Keep.quantile(sorted, 0.5)).isCloseTo(3, within(1e-12));
        assertThat(Keep.quantile(sorted, 0.9)).isCloseTo(6.8, within(1e-12));
        assertThat(Keep.quantile(sorted, 1)).isEqualTo(8);
    }
}
