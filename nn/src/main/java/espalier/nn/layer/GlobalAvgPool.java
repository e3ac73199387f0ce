package espalier.nn.layer;

import espalier.engine.tensor.Tensor;
import espalier.nn.Module;

/** The mean over each channel: x [N,C,H,W] → [N,C]. */
public final class GlobalAvgPool extends Module {
    @Override
    protected Tensor forward(Tensor x) {
        return new espalier.engine.op.GlobalAvgPool().apply(x);
    }
}
