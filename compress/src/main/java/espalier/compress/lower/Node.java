package espalier.compress.lower;

import espalier.engine.autograd.Op;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import it.unimi.dsi.fastutil.ints.IntList;
import java.util.List;

/**
 * One op applied in a {@link Graph}: {@code activation(op(inputs…, constants…))}.
 *
 * @param inputs numbers of the values that it reads
 * @param constants frozen parameters, after the inputs in the op's own order: weight, bias
 * @param shape of the value that it makes, without the batch dimension
 */
public record Node(Op op, IntList inputs, List<Tensor> constants, Activation activation, Shape shape) {
    /** {@return this node with another activation} */
    public Node with(Activation activation) {
        return new Node(op, inputs, constants, activation, shape);
    }

    /** {@return the op's name, as errors print it} */
    public String name() {
        return op.getClass().getSimpleName();
    }
}
