package espalier.nn.layer;

import espalier.engine.tensor.Tensor;
import espalier.nn.Module;

/** The mean of each window: x [N,C,H,W] → [N,C,H',W']. */
public final class AvgPool2d extends Module {
    private final espalier.engine.op.AvgPool2d op;

    public AvgPool2d(int kernel, int stride) {
        op = new espalier.engine.op.AvgPool2d(kernel, stride);
    }

    @Override
    protected Tensor forward(Tensor x) {
        return op.apply(x);
    }
}
