package espalier.nn.layer;

import espalier.engine.tensor.Tensor;
import espalier.nn.Module;

/** y = min(max(x, 0), 6), element by element. */
public final class Relu6 extends Module {
    @Override
    protected Tensor forward(Tensor x) {
        return new espalier.engine.op.Relu6().apply(x);
    }
}
