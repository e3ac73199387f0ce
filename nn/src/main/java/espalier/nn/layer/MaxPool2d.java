package espalier.nn.layer;

import espalier.engine.tensor.Tensor;
import espalier.nn.Module;

/** The largest value in each window: x [N,C,H,W] → [N,C,H',W']. */
public final class MaxPool2d extends Module {
    private final espalier.engine.op.MaxPool2d op;

    /** Windows of {@code kernel} × {@code kernel} side by side, none hanging over the edge. */
    public MaxPool2d(int kernel) {
        this(kernel, kernel, 0, false);
    }

    /** @param ceilMode whether windows that hang over the lower and right edges count */
    public MaxPool2d(int kernel, int stride, int padding, boolean ceilMode) {
        op = new espalier.engine.op.MaxPool2d(kernel, stride, padding, ceilMode);
    }

    @Override
    protected Tensor forward(Tensor x) {
        return op.apply(x);
    }
}
