package espalier.engine.op;

import espalier.engine.autograd.Call;
import espalier.engine.autograd.Op;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;

/** {@code y = x} under another shape of the same size; y shares the data of x. */
public record Reshape(Shape shape) implements Op {
    @Override
    public Tensor forward(Call call) {
        Checks.inputs("reshape", call, 1);
        return call.input(0).reshape(shape);
    }

    @Override
    public Tensor[] vjp(Call call, Tensor gradOutput) {
        return new Tensor[] {gradOutput.reshape(call.input(0).shape())};
    }
}
