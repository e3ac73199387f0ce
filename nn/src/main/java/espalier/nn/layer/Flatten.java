package espalier.nn.layer;

import espalier.engine.tensor.Tensor;
import espalier.nn.Module;

/** x [N,…] → [N,rest]. */
public final class Flatten extends Module {
    @Override
    protected Tensor forward(Tensor x) {
        return new espalier.engine.op.Flatten().apply(x);
    }
}
