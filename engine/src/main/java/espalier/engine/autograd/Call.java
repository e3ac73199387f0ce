package espalier.engine.autograd;

import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;

/** One application of an op: its inputs, its output, and what its forward pass saved for its backward pass. */
public final class Call {
    private static final Tensor[] NONE = {};

    private final Op op;
    private final Tensor[] inputs;
    private final boolean[] needed;
    private Tensor[] saved = NONE;
    private Tensor output;

    /** @param needed which inputs' gradients will be asked for; null when nothing is recorded */
    Call(Op op, Tensor[] inputs, boolean[] needed) {
        this.op = op;
        this.inputs = inputs;
        this.needed = needed;
    }

    Tensor run() {
        return output = op.forward(this);
    }

    /** {@return the op that was applied} */
    public Op op() {
        return op;
    }

    /** {@return input {@code i}} */
    public Tensor input(int i) {
        return inputs[i];
    }

    /** {@return the number of inputs} */
    public int inputs() {
        return inputs.length;
    }

    /** {@return what {@code forward} returned} */
    public Tensor output() {
        return output;
    }

    /** {@return whether a backward pass will follow} */
    public boolean recording() {
        return needed != null;
    }

    /** {@return whether the gradient by input {@code i} will be asked for} */
    public boolean needs(int i) {
        return needed != null && needed[i];
    }

    /** Keeps {@code tensors}, which forward made with {@link Workspace#empty}, until the backward pass has consumed this call. */
    public void save(Tensor... tensors) {
        if (recording()) {
            saved = tensors;
        } else {
            for (Tensor t : tensors) {
                Workspace.release(t);
            }
        }
    }

    /** {@return the tensor that was saved as number {@code i}} */
    public Tensor saved(int i) {
        return saved[i];
    }

    void releaseSaved() {
        for (Tensor t : saved) {
            Workspace.release(t);
        }
        saved = NONE;
    }
}
