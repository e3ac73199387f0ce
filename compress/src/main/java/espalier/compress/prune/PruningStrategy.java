package espalier.compress.prune;

import espalier.engine.UserError;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What is removed first: a score of each parameter, the scope in which scores compete, and which end of them goes. */
public enum PruningStrategy {
    /** Any, seeded. */
    RANDOM(Scope.GLOBAL, Gradient.NONE, Removed.SMALLEST, (_, _, random) -> random),
    /** The smallest |w| of all. */
    GLOBAL_MAGNITUDE(Scope.GLOBAL, Gradient.NONE, Removed.SMALLEST, (w, _, _) -> Math.abs(w)),
    /** The smallest |w| of each tensor. */
    LAYER_MAGNITUDE(Scope.LAYER, Gradient.NONE, Removed.SMALLEST, (w, _, _) -> Math.abs(w)),
    /** The smallest |w·g| of all, g the loss gradient on clean training images. */
    GLOBAL_GRADIENT(Scope.GLOBAL, Gradient.CLEAN, Removed.SMALLEST, (w, g, _) -> Math.abs(w * g)),
    /** The smallest |w·g| of each tensor, g the loss gradient on clean training images. */
    LAYER_GRADIENT(Scope.LAYER, Gradient.CLEAN, Removed.SMALLEST, (w, g, _) -> Math.abs(w * g)),
    /** The largest signed g of all, g the loss gradient on adversarial training images. */
    GLOBAL_GAP(Scope.GLOBAL, Gradient.ADVERSARIAL, Removed.LARGEST, (_, g, _) -> g),
    /** The largest |g| of each tensor, g the loss gradient on adversarial training images. */
    LAYER_GAP(Scope.LAYER, Gradient.ADVERSARIAL, Removed.LARGEST, (_, g, _) -> Math.abs(g));

    /** Where scores compete. */
    public enum Scope {
        /** Over all prunable parameters together. */
        GLOBAL,
        /** Within each tensor, which keeps the same fraction. */
        LAYER
    }

    /** Which gradient a score needs. */
    public enum Gradient {
        /** None at all. */
        NONE,
        /** Of the loss on clean training images. */
        CLEAN,
        /** Of the loss on adversarial training images. */
        ADVERSARIAL
    }

    /** Which end of the scores is removed. */
    public enum Removed { SMALLEST, LARGEST }

    /** The importance of one parameter. */
    @FunctionalInterface
    interface Score {
        /** {@return the score of weight {@code w} with gradient {@code g}; {@code random} is uniform in [0, 1)} */
        float of(float w, float g, float random);
    }

    private final Scope scope;
    private final Gradient gradient;
    private final Removed removed;
    private final Score score;

    PruningStrategy(Scope scope, Gradient gradient, Removed removed, Score score) {
        this.scope = scope;
        this.gradient = gradient;
        this.removed = removed;
        this.score = score;
    }

    /** {@return where scores compete} */
    public Scope scope() {
        return scope;
    }

    /** {@return the gradient that has to be {@linkplain GradientScores#accumulate accumulated} for it} */
    public Gradient gradient() {
        return gradient;
    }

    /** {@return which end of the scores is removed} */
    public Removed removed() {
        return removed;
    }

    Score score() {
        return score;
    }

    /** {@return the strategy called {@code global-gap} or the like} */
    public static PruningStrategy byName(String name) {
        return Arrays.stream(values()).filter(s -> s.toString().equals(name)).findFirst()
                .orElseThrow(() -> new UserError("unknown pruning strategy '" + name + "'; there are "
                        + Arrays.stream(values()).map(PruningStrategy::toString).collect(Collectors.joining(", "))));
    }

    /** {@return the name as it is written everywhere: {@code global-gap}} */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
