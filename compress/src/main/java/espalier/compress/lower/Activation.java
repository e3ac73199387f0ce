package espalier.compress.lower;

import espalier.engine.op.Relu;
import espalier.engine.op.Relu6;
import espalier.engine.tensor.Tensor;

/** What a node applies to its result in the same pass. */
public enum Activation {
    NONE,
    RELU,
    RELU6;

    /** {@return the activated {@code x}} */
    public Tensor apply(Tensor x) {
        return switch (this) {
            case NONE -> x;
            case RELU -> new Relu().apply(x);
            case RELU6 -> new Relu6().apply(x);
        };
    }
}
