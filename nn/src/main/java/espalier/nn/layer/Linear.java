package espalier.nn.layer;

import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.nn.Init;
import espalier.nn.Module;
import espalier.nn.Parameter;

/** y = x·Wᵀ + b: x [N,in] → [N,out], weight [out,in], bias [out]. */
public final class Linear extends Module {
    private final Parameter weight;
    private final Parameter bias;

    /** As PyTorch initializes it: weight and bias uniform in ±1/√in. */
    public Linear(int inFeatures, int outFeatures, Init init) {
        this(init.layerDefault(Shape.of(outFeatures, inFeatures), inFeatures),
                init.layerDefault(Shape.of(outFeatures), inFeatures));
    }

    /** @param bias [out] or null */
    public Linear(Tensor weight, Tensor bias) {
        this.weight = parameter("weight", weight);
        this.bias = bias == null ? null : parameter("bias", bias);
    }

    /** {@return the weight [out,in]} */
    public Parameter weight() {
        return weight;
    }

    /** {@return the bias [out], or null} */
    public Parameter bias() {
        return bias;
    }

    @Override
    protected Tensor forward(Tensor x) {
        var op = new espalier.engine.op.Linear();
        return bias == null ? op.apply(x, weight.value()) : op.apply(x, weight.value(), bias.value());
    }
}
