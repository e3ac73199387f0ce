package espalier.nn.optim;

import espalier.engine.kernel.Kernels;
import espalier.nn.Parameter;
import java.util.SequencedMap;

/**
 * Adaptive moments: g += decay·w; m = β₁·m + (1 − β₁)·g; v = β₂·v + (1 − β₂)·g²; w −= lr·m̂/(√v̂ + eps), with m̂ = m/(1 −
 * β₁ᵗ) and v̂ = v/(1 − β₂ᵗ).
 *
 * <p>As {@code torch.optim.Adam} with β₁ = 0.9, β₂ = 0.999, eps = 1e-8. {@link AdamW} decouples the weight decay.
 */
public sealed class Adam extends Optimizer permits AdamW {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPS = 1e-8;

    private final double weightDecay;
    private final boolean decoupled;

    /** @param parameters what is updated, by name */
    public Adam(SequencedMap<String, Parameter> parameters, double weightDecay) {
        this(parameters, weightDecay, false);
    }

    Adam(SequencedMap<String, Parameter> parameters, double weightDecay, boolean decoupled) {
        super(parameters, "exp_avg", "exp_avg_sq");
        this.weightDecay = weightDecay;
        this.decoupled = decoupled;
    }

    @Override
    final void update(float[] w, float[] g, int i, int offset, int n, double learningRate) {
        Kernels.active().update().adamStep(w, g, slot(0, i), slot(1, i), offset, n, steps(), learningRate, BETA1, BETA2, EPS,
                weightDecay, decoupled);
    }
}
