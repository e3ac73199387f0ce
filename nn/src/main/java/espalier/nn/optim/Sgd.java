package espalier.nn.optim;

import espalier.nn.Parameter;
import java.util.SequencedMap;

/**
 * Stochastic gradient descent: g += decay·w; v = momentum·v + g; w −= lr·v, or with Nesterov w −= lr·(g + momentum·v).
 *
 * <p>As {@code torch.optim.SGD} with dampening 0.
 */
public final class Sgd extends Optimizer {
    private final float momentum;
    private final float weightDecay;
    private final boolean nesterov;
    private float learningRate;

    /** @param parameters what is updated, by name */
    public Sgd(SequencedMap<String, Parameter> parameters, double momentum, double weightDecay, boolean nesterov) {
        super(parameters, "momentum");
        this.momentum = (float) momentum;
        this.weightDecay = (float) weightDecay;
        this.nesterov = nesterov;
    }

    @Override
    void prepare(double learningRate) {
        this.learningRate = (float) learningRate;
    }

    @Override
    void update(float[] w, float[] g, int i, int from, int to) {
        float[] v = slot(0, i);
        for (int k = from; k < to; k++) {
            float d = g[k] + weightDecay * w[k];
            float moved = momentum * v[k] + d;
            v[k] = moved;
            w[k] -= learningRate * (nesterov ? d + momentum * moved : moved);
        }
    }
}
