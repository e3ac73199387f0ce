package espalier.nn.layer;

import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.nn.Init;
import espalier.nn.Module;
import espalier.nn.Parameter;

/** Convolution: x [N,C,H,W] → [N,O,H',W'], weight [O,C/groups,kH,kW], bias [O]. */
public final class Conv2d extends Module {
    private final espalier.engine.op.Conv2d op;
    private final Parameter weight;
    private final Parameter bias;

    /** Stride 1 and a bias, as PyTorch initializes it: weight and bias uniform in ±1/√(in·kernel²). */
    public Conv2d(int inChannels, int outChannels, int kernel, int padding, Init init) {
        this(init.layerDefault(Shape.of(outChannels, inChannels, kernel, kernel), inChannels * kernel * kernel),
                init.layerDefault(Shape.of(outChannels), inChannels * kernel * kernel), 1, padding, 1, 1);
    }

    /** @param bias [O] or null */
    public Conv2d(Tensor weight, Tensor bias, int stride, int padding, int dilation, int groups) {
        op = new espalier.engine.op.Conv2d(stride, padding, dilation, groups);
        this.weight = parameter("weight", weight);
        this.bias = bias == null ? null : parameter("bias", bias);
    }

    /** {@return stride, padding, dilation and groups} */
    public espalier.engine.op.Conv2d op() {
        return op;
    }

    /** {@return the weight [O,C/groups,kH,kW]} */
    public Parameter weight() {
        return weight;
    }

    /** {@return the bias [O], or null} */
    public Parameter bias() {
        return bias;
    }

    @Override
    protected Tensor forward(Tensor x) {
        return bias == null ? op.apply(x, weight.value()) : op.apply(x, weight.value(), bias.value());
    }
}
