package espalier.nn.optim;

import espalier.nn.Parameter;
import java.util.SequencedMap;

/**
 * {@link Adam} with decoupled weight decay: w −= lr·decay·w instead of decay in the gradient. As {@code torch.optim.AdamW}.
 */
public final class AdamW extends Adam {
    /** @param parameters what is updated, by name */
    public AdamW(SequencedMap<String, Parameter> parameters, double weightDecay) {
        super(parameters, weightDecay, true);
    }
}
