package espalier.nn.layer;

import espalier.engine.tensor.Tensor;
import espalier.nn.Module;

/** y = max(x, 0), element by element. */
public final class Relu extends Module {
    @Override
    protected Tensor forward(Tensor x) {
        return new espalier.engine.op.Relu().apply(x);
    }
}
