package espalier.engine.op;

import espalier.engine.autograd.Call;
import espalier.engine.autograd.Op;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;

/** {@code y = x} as one row an example: x [N,…] → y [N,rest]; y shares the data of x. */
public record Flatten() implements Op {
    @Override
    public Tensor forward(Call call) {
        Checks.inputs("flatten", call, 1);
        Tensor x = call.input(0);
        Checks.require(x.shape().rank() >= 1, "flatten: x %s has no dimension to keep", x.shape());
        int rest = 1;
        for (int i = 1; i < x.shape().rank(); i++) {
            rest *= x.shape().dim(i);
        }
        return x.reshape(Shape.of(x.shape().dim(0), rest));
    }

    @Override
    public Tensor[] vjp(Call call, Tensor gradOutput) {
        return new Tensor[] {gradOutput.reshape(call.input(0).shape())};
    }
}
