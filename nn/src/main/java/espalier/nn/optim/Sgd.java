package espalier.nn.optim;

import espalier.engine.kernel.Kernels;
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

    /** @param parameters what is updated, by name */
    public Sgd(SequencedMap<String, Parameter> parameters, double momentum, double weightDecay, boolean nesterov) {
        super(parameters, momentum == 0 ? new String[0] : new String[] {"momentum"});
        this.momentum = (float) momentum;
        this.weightDecay = (float) weightDecay;
        this.nesterov = nesterov;
    }

    @Override
    void update(float[] w, float[] g, int i, int offset, int n, double learningRate) {
        float[] velocity = momentum == 0 ? null : slot(0, i);
        Kernels.active().update().sgdStep(w, g, velocity, offset, n, (float) learningRate, momentum, weightDecay, nesterov);
    }
}
