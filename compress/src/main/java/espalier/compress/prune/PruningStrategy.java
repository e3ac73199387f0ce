package espalier.compress.prune;

import espalier.compress.Reading;
import espalier.compress.Reading.Switch;
import espalier.compress.prune.Evidence.Kind;
import espalier.engine.UserError;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A way to prune: a score of each parameter, how what stays is spread over the tensors, which end of the scores goes, and in
 * which steps.
 *
 * <p>w is a parameter, g the gradient of the loss by it, summed over batches of training images; in GAP's strategies over
 * adversarial ones. Anybody may make another; those here go by name.
 *
 * @param name as it is written everywhere: {@code global-gap}
 */
public record PruningStrategy(String name, Score score, Scope scope, Removed removed, Schedule schedule) {
    /** Which end of the scores is removed. */
    public enum Removed { SMALLEST, LARGEST }

    /** Any, seeded. */
    public static final PruningStrategy RANDOM = smallest("random", Score.RANDOM, Scope.GLOBAL);

    /** The smallest |w| of all. Source: ShrinkBench's {@code GlobalMagWeight} (Blalock et al. 2020, arXiv 2003.03033). */
    public static final PruningStrategy GLOBAL_MAGNITUDE = smallest("global-magnitude", Score.MAGNITUDE, Scope.GLOBAL);

    /** The smallest |w| of each tensor. Source: Han et al. 2015 (arXiv 1506.02626); ShrinkBench's {@code LayerMagWeight}. */
    public static final PruningStrategy LAYER_MAGNITUDE = smallest("layer-magnitude", Score.MAGNITUDE, Scope.LAYER);

    /** The smallest |w·g| of all. Source: ShrinkBench's {@code GlobalMagGrad}. */
    public static final PruningStrategy GLOBAL_GRADIENT = smallest("global-gradient", Score.SALIENCY, Scope.GLOBAL);

    /** The smallest |w·g| of each tensor. Source: ShrinkBench's {@code LayerMagGrad}. */
    public static final PruningStrategy LAYER_GRADIENT = smallest("layer-gradient", Score.SALIENCY, Scope.LAYER);

    /**
     * Greedy adversarial pruning: the largest signed g of all. Source: Weiss et al. 2022 (10.1109/AICAS54282.2022.9869910).
     */
    public static final PruningStrategy GLOBAL_GAP =
            largest("global-gap", Score.each(Kind.ADVERSARIAL_GRADIENT, (_, g) -> g), Scope.GLOBAL);

    /** The largest |g| of each tensor. Source: {@code GreedyPGDLayerMagGrad} in the code of Weiss et al. */
    public static final PruningStrategy LAYER_GAP =
            largest("layer-gap", Score.each(Kind.ADVERSARIAL_GRADIENT, (_, g) -> Math.abs(g)), Scope.LAYER);

    /** The largest signed w·g of all. Source: {@code GreedyPGDGlobalMagGrad_param} in the code of Weiss et al. */
    public static final PruningStrategy GLOBAL_GAP_PARAMETER =
            largest("global-gap-parameter", Score.each(Kind.ADVERSARIAL_GRADIENT, (w, g) -> w * g), Scope.GLOBAL);

    /**
     * The smallest |w|·a of all, a being how active its input is ({@link Activations}). Source: ShrinkBench's
     * {@code GlobalMagAct}.
     */
    public static final PruningStrategy GLOBAL_ACTIVATION = smallest("global-activation", Score.ACTIVATION, Scope.GLOBAL);

    /** The smallest |w|·a of each tensor. Source: ShrinkBench's {@code LayerMagAct}. */
    public static final PruningStrategy LAYER_ACTIVATION = smallest("layer-activation", Score.ACTIVATION, Scope.LAYER);

    /** The smallest |w·g| of all before the first training. Source: SNIP, Lee et al. 2019 (arXiv 1810.02340). */
    public static final PruningStrategy SNIP = smallest("snip", Score.SALIENCY, Scope.GLOBAL).with(Schedule.BEFORE_TRAINING);

    /**
     * The smallest Σ (w·g)² of all, the sum over batches, in which signs do not cancel. Source: first-order Taylor,
     * Molchanov et al. 2019 (arXiv 1906.10771).
     */
    public static final PruningStrategy TAYLOR = smallest("taylor", Score.TAYLOR, Scope.GLOBAL);

    /**
     * The smallest w²/Σv² of all, v being those of the same tensor that are no smaller: each tensor keeps its largest.
     * Source: LAMP, Lee et al. 2021 (arXiv 2010.07611).
     */
    public static final PruningStrategy LAMP = smallest("lamp", Score.LAMP, Scope.GLOBAL);

    /** The smallest |w| of each tensor, as many as Erdős–Rényi-Kernel says. Source: Evci et al. 2020 (arXiv 1911.11134). */
    public static final PruningStrategy ERK_MAGNITUDE = smallest("erk-magnitude", Score.MAGNITUDE, Scope.ERDOS_RENYI);

    /**
     * The smallest |w| of all, in ten equal steps with fine-tuning after each. Source: Han et al. 2015 (arXiv 1506.02626).
     */
    public static final PruningStrategy LINEAR_MAGNITUDE =
            smallest("linear-magnitude", Score.MAGNITUDE, Scope.GLOBAL).with(Schedule.linear(10));

    /** The smallest |w| of each tensor, in ten steps that get smaller. Source: Zhu and Gupta 2017 (arXiv 1710.01878). */
    public static final PruningStrategy AGP = smallest("agp", Score.MAGNITUDE, Scope.LAYER).with(Schedule.cubic(10));

    /**
     * The smallest |w| of all, in five rounds, after each of which the network starts again from its first weights. Source:
     * Frankle and Carbin 2019 (arXiv 1803.03635), section 4 for the competition of all layers.
     */
    public static final PruningStrategy LOTTERY_TICKET =
            smallest("lottery-ticket", Score.MAGNITUDE, Scope.GLOBAL).with(Schedule.lotteryTicket(5));

    private static final PruningStrategy[] KNOWN = {
        RANDOM, GLOBAL_MAGNITUDE, LAYER_MAGNITUDE, GLOBAL_GRADIENT, LAYER_GRADIENT, GLOBAL_GAP, LAYER_GAP,
        GLOBAL_GAP_PARAMETER, GLOBAL_ACTIVATION, LAYER_ACTIVATION, SNIP, TAYLOR, LAMP, ERK_MAGNITUDE, LINEAR_MAGNITUDE,
        AGP, LOTTERY_TICKET
    };

    private static PruningStrategy smallest(String name, Score score, Scope scope) {
        return new PruningStrategy(name, score, scope, Removed.SMALLEST, Schedule.ONE_SHOT);
    }

    private static PruningStrategy largest(String name, Score score, Scope scope) {
        return new PruningStrategy(name, score, scope, Removed.LARGEST, Schedule.ONE_SHOT);
    }

    /** {@return this, in other steps} */
    public PruningStrategy with(Schedule schedule) {
        return new PruningStrategy(name, score, scope, removed, schedule);
    }

    /** {@return what has to be {@linkplain Observation#gather observed} for it} */
    public Kind evidence() {
        return score.evidence();
    }

    /** {@return of the choices of {@code reading} those that make a difference to what this prunes} */
    public Reading relevant(Reading reading) {
        if (score == Score.RANDOM) {
            return reading.only(Set.of(Switch.BERNOULLI));
        }
        return reading.only(switch (evidence()) {
            case NONE -> Set.of(Switch.QUANTILE);
            case ACTIVATION -> Set.of(Switch.QUANTILE, Switch.ONE_BATCH);
            case GRADIENT, SQUARED_GRADIENT -> Set.of(Switch.QUANTILE, Switch.ONE_BATCH, Switch.TRAINING_MODE);
            case ADVERSARIAL_GRADIENT -> Set.of(Switch.QUANTILE, Switch.TRAINING_MODE, Switch.GRADIENT_OF_ITERATES,
                    Switch.NORMALIZED_ATTACK, Switch.PREDICTED_LABELS);
        });
    }

    /** {@return those that go by name} */
    public static PruningStrategy[] values() {
        return KNOWN.clone();
    }

    /** {@return the strategy called {@code global-gap} or the like} */
    public static PruningStrategy byName(String name) {
        return Arrays.stream(KNOWN).filter(s -> s.name.equals(name)).findFirst()
                .orElseThrow(() -> new UserError("unknown pruning strategy '" + name + "'; there are "
                        + Arrays.stream(KNOWN).map(PruningStrategy::name).collect(Collectors.joining(", "))));
    }

    /** {@return the name} */
    @Override
    public String toString() {
        return name;
    }
}
