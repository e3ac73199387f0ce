package espalier.engine.autograd;

import espalier.engine.tensor.Tensor;

/**
 * A differentiable function of tensors. An implementation is a record of its hyper-parameters: the record is the registration.
 *
 * <p>Outputs come from {@link espalier.engine.tensor.Workspace#empty}; inputs are never overwritten. An op validates its input
 * shapes and names both sides in the error.
 */
public interface Op {
    /**
     * {@return the output for {@code call}'s inputs}; what {@link #vjp} will need beyond inputs and output is saved in
     * the call.
     */
    Tensor forward(Call call);

    /**
     * {@return the vector-Jacobian product by each input: {@code gradOutput · ∂output/∂input}, null where not
     * {@linkplain Call#needs needed}}
     *
     * <p>May return {@code gradOutput} itself, or a reshaped view of it; must not write to it.
     */
    Tensor[] vjp(Call call, Tensor gradOutput);

    /** {@return the output for these inputs, recorded on the tape in force, if there is one and it watches any of them} */
    default Tensor apply(Tensor... inputs) {
        return Tape.apply(this, inputs);
    }
}
