package espalier.nn.optim;

import espalier.nn.Parameter;
import java.util.SequencedMap;

/**
 * Adaptive moments: g += decay·w; m = β₁·m + (1 − β₁)·g; v = β₂·v + (1 − β₂)·g²; w −= lr·m̂/(√v̂ + eps), with m̂ = m/(1 − β₁ᵗ) and
 * v̂ = v/(1 − β₂ᵗ).
 *
 * <p>As {@code torch.optim.Adam} with β₁ = 0.9, β₂ = 0.999, eps = 1e-8. {@link AdamW} decouples the weight decay.
 */
public sealed class Adam extends Optimizer permits AdamW {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final float EPS = 1e-8f;

    private final double weightDecay;
    private final boolean decoupled;
    private float decayOfGradient;
    private float shrink;
    private float stepSize;
    private float rootOfCorrection;

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
    final void prepare(double learningRate) {
        decayOfGradient = decoupled ? 0 : (float) weightDecay;
        shrink = decoupled ? (float) (1 - learningRate * weightDecay) : 1;
        stepSize = (float) (learningRate / (1 - Math.pow(BETA1, steps())));
        rootOfCorrection = (float) Math.sqrt(1 - Math.pow(BETA2, steps()));
    }

    @Override
    final void update(float[] w, float[] g, int i, int from, int to) {
        float[] m = slot(0, i);
        float[] v = slot(1, i);
        float new1 = (float) (1 - BETA1);
        float old2 = (float) BETA2;
        float new2 = (float) (1 - BETA2);
        for (int k = from; k < to; k++) {
            float d = g[k] + decayOfGradient * w[k];
            float first = m[k] + new1 * (d - m[k]);
            float second = old2 * v[k] + new2 * d * d;
            m[k] = first;
            v[k] = second;
            w[k] = w[k] * shrink - stepSize * first / ((float) Math.sqrt(second) / rootOfCorrection + EPS);
        }
    }
}
