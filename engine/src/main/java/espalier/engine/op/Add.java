package espalier.engine.op;

import espalier.engine.autograd.Call;
import espalier.engine.autograd.Op;
import espalier.engine.kernel.ElementwiseKernels;
import espalier.engine.kernel.Kernels;
import espalier.engine.parallel.Parallel;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;

/**
 * {@code y = a + b}, a and b of one shape.
 *
 * @param relu {@code y = max(a + b, 0)} instead, in one pass over memory
 */
public record Add(boolean relu) implements Op {
    public Add() {
        this(false);
    }

    @Override
    public Tensor forward(Call call) {
        Checks.inputs("add", call, 2);
        Tensor a = call.input(0);
        Tensor b = call.input(1);
        Checks.sameShape("add", a, b);
        Tensor y = Workspace.empty(a.shape());
        Parallel.forRanges(y.size(), Checks.GRAIN, (from, to) -> {
            ElementwiseKernels kernels = Kernels.active().elementwise();
            if (relu) {
                kernels.addRelu(a.data(), from, b.data(), from, y.data(), from, to - from);
            } else {
                kernels.add(a.data(), from, b.data(), from, y.data(), from, to - from);
            }
        });
        return y;
    }

    @Override
    public Tensor[] vjp(Call call, Tensor gradOutput) {
        Tensor g = relu ? Relu.masked(call.output(), gradOutput) : gradOutput;
        return new Tensor[] {call.needs(0) ? g : null, call.needs(1) ? g : null};
    }
}
