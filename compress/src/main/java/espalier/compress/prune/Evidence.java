package espalier.compress.prune;

import espalier.attacks.ThreatModel;
import espalier.engine.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.SequencedMap;

/**
 * What was {@linkplain Observation observed} of a network so that its parameters can be scored: a number for each of them.
 *
 * @param values by name of each prunable parameter, of its shape
 * @param images how many images were looked at
 * @param threat the attack that moved them; null when they are clean
 */
public record Evidence(Kind kind, SequencedMap<String, Tensor> values, int images, ThreatModel threat) {
    /** For scores that look at nothing but the weights. */
    public static final Evidence NONE = new Evidence(Kind.NONE, new LinkedHashMap<>(), 0, null);

    /** What the numbers are. The loss is the cross-entropy of the true labels, its mean over each batch. */
    public enum Kind {
        /** There are none. */
        NONE,
        /** g = Σ ∂loss/∂w over the batches. */
        GRADIENT,
        /** Σ (∂loss/∂w)² over the batches. */
        SQUARED_GRADIENT,
        /** g = Σ ∂loss/∂w over the batches, of images that were attacked. */
        ADVERSARIAL_GRADIENT,
        /** How strongly the input is active that the weight is multiplied with, as {@link Activations} defines it. */
        ACTIVATION;

        /** {@return the name as it is written everywhere: {@code squared-gradient}} */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}
