package espalier.compress;

import espalier.attacks.AttackSpace;
import espalier.attacks.LabelSource;
import espalier.attacks.ThreatModel;
import espalier.engine.UserError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How <em>Hardening DNNs against Transfer Attacks during Network Compression using Greedy Adversarial Pruning</em> (Weiss,
 * Alves, Kundu 2022) is read: which of the choices in its original code are made again.
 *
 * @param switches the choices that are made as they were; all others are made as they should have been
 */
public record Reading(Set<Switch> switches) {
    /** Everything as it should have been. */
    public static final Reading CORRECTED = new Reading(Set.of());
    /** Everything as it was. */
    public static final Reading PAPER = new Reading(EnumSet.allOf(Switch.class));

    private static final String WITHOUT = "paper-without-";

    /**
     * A choice of the original code. Source of what it was: github.com/jonahobw/greedy_adversarial_pruning with its fork of
     * ShrinkBench, and CleverHans 4, which it attacks with.
     */
    public enum Switch {
        /**
         * GAP sums the loss gradients of all that the attack passes through too, as its backward passes leave them behind:
         * of ten steps and the end, ten of eleven gradients, those against the label that the attack goes by. Corrected: of
         * the end alone.
         */
        GRADIENT_OF_ITERATES,
        /**
         * Gradients are taken, and GAP's images attacked, in training mode: normalized by the batch, with dropout, and with
         * every pass moving the running statistics, which the network then keeps. Corrected: in evaluation mode.
         */
        TRAINING_MODE,
        /**
         * Attacks move normalized images, epsilon and step being of that size there, and do not clip. Corrected: they move
         * pixels and stay in [0, 1].
         */
        NORMALIZED_ATTACK,
        /**
         * Attacks lead away from what the attacked network predicts. Corrected: from the true label, or as the attack says.
         */
        PREDICTED_LABELS,
        /** Results are of attacked training images, augmented. Corrected: of test images. */
        TRAINING_IMAGES,
        /**
         * Strategies other than GAP look at a single batch, GAP at all training images. Corrected: all look at the same
         * images.
         */
        ONE_BATCH,
        /** An accuracy is the mean over batches of right/batchSize, the last one smaller or not. Corrected: right/images. */
        FULL_LAST_BATCH,
        /**
         * What stays is decided by an interpolated quantile, equals staying together; where it is 0, zeros become random
         * numbers below 1/2, and what is above them moves up by 1. Corrected: exact counts, of equals the first stay.
         */
        QUANTILE,
        /** At random, each parameter stays with the probability that it should. Corrected: exact counts. */
        BERNOULLI;

        /** {@return the name as it is written everywhere: {@code training-mode}} */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    public Reading {
        EnumSet<Switch> sorted = EnumSet.noneOf(Switch.class);
        sorted.addAll(switches);
        switches = Collections.unmodifiableSet(sorted);
    }

    /** {@return whether this choice is made as it was} */
    public boolean has(Switch s) {
        return switches.contains(s);
    }

    /** {@return this with one more choice made as it was} */
    public Reading with(Switch s) {
        EnumSet<Switch> more = EnumSet.of(s);
        more.addAll(switches);
        return new Reading(more);
    }

    /** {@return this with one choice corrected} */
    public Reading without(Switch s) {
        return new Reading(switches.stream().filter(t -> t != s).collect(Collectors.toSet()));
    }

    /** {@return corrected, then each choice alone as it was, then all} */
    public static List<Reading> ablation() {
        List<Reading> readings = new ArrayList<>();
        readings.add(CORRECTED);
        for (Switch s : Switch.values()) {
            readings.add(CORRECTED.with(s));
        }
        readings.add(PAPER);
        return readings;
    }

    /** {@return the attack as it is done in this reading} Normalized images are up to the caller then. */
    public ThreatModel apply(ThreatModel threat) {
        ThreatModel t = has(Switch.PREDICTED_LABELS) ? threat.withLabels(LabelSource.PREDICTED) : threat;
        return has(Switch.NORMALIZED_ATTACK) ? t.withSpace(AttackSpace.NORMALIZED) : t;
    }

    /**
     * {@return the accuracy that is reported of so many images, looked at in batches}
     *
     * @param right the share that is classified rightly
     */
    public double accuracy(double right, int images, int batchSize) {
        return has(Switch.FULL_LAST_BATCH) ? right * images / (Math.ceilDiv(images, batchSize) * (double) batchSize) : right;
    }

    /** {@return this with all but these choices corrected} */
    public Reading only(Set<Switch> choices) {
        return new Reading(switches.stream().filter(choices::contains).collect(Collectors.toSet()));
    }

    /** {@return of these choices those that make a difference to the result of a given network} */
    public Reading ofResult() {
        return only(EnumSet.of(Switch.NORMALIZED_ATTACK, Switch.PREDICTED_LABELS, Switch.TRAINING_IMAGES,
                Switch.FULL_LAST_BATCH));
    }

    /**
     * {@return the reading of that name}
     *
     * @param name {@code corrected}, {@code paper}, {@code paper-without-A+B}, or {@code A+B} of
     *     {@linkplain Switch switches}
     * @throws UserError when it is none of these
     */
    public static Reading byName(String name) {
        return switch (name) {
            case "corrected" -> CORRECTED;
            case "paper" -> PAPER;
            case String s when s.startsWith(WITHOUT) ->
                    new Reading(EnumSet.complementOf(switches(s.substring(WITHOUT.length()))));
            default -> new Reading(switches(name));
        };
    }

    private static EnumSet<Switch> switches(String names) {
        EnumSet<Switch> switches = EnumSet.noneOf(Switch.class);
        for (String name : names.split("\\+", -1)) {
            switches.add(Arrays.stream(Switch.values()).filter(s -> s.toString().equals(name)).findFirst()
                    .orElseThrow(() -> new UserError("unknown reading '" + name
                            + "'; there are corrected, paper and its choices "
                            + join(List.of(Switch.values()), ", ") + ", joined by '+'")));
        }
        return switches;
    }

    private static String join(Collection<Switch> switches, String separator) {
        return switches.stream().map(Switch::toString).collect(Collectors.joining(separator));
    }

    /** {@return the shortest name that {@link #byName} understands} */
    @Override
    public String toString() {
        if (switches.isEmpty()) {
            return "corrected";
        }
        EnumSet<Switch> missing = EnumSet.complementOf(EnumSet.copyOf(switches));
        if (missing.isEmpty()) {
            return "paper";
        }
        return missing.size() < switches.size() ? WITHOUT + join(missing, "+") : join(switches, "+");
    }
}
