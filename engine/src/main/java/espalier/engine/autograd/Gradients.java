package espalier.engine.autograd;

import espalier.engine.tensor.Tensor;
import java.util.Map;

/** The value of a recorded function and its gradients by the watched tensors. Both belong to the workspace open at the record. */
public final class Gradients {
    private final Tensor value;
    private final Map<Tensor, Tensor> byTensor;

    Gradients(Tensor value, Map<Tensor, Tensor> byTensor) {
        this.value = value;
        this.byTensor = byTensor;
    }

    /** {@return what the recorded function returned} */
    public Tensor value() {
        return value;
    }

    /**
     * {@return the gradient by {@code watched}, of its shape; zeros if the value does not depend on it}
     *
     * @throws IllegalArgumentException when the tensor was not watched
     */
    public Tensor of(Tensor watched) {
        Tensor g = byTensor.get(watched);
        if (g == null) {
            throw new IllegalArgumentException(watched + " was not watched");
        }
        return g;
    }
}
