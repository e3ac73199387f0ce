package espalier.engine.op;

import espalier.engine.autograd.Call;
import espalier.engine.autograd.Op;
import espalier.engine.kernel.Kernels;
import espalier.engine.parallel.Parallel;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;

/** {@code y = min(max(x, 0), 6)}, x of any shape; the gradient at 0 and at 6 is 0. */
public record Relu6() implements Op {
    @Override
    public Tensor forward(Call call) {
        Checks.inputs("relu6", call, 1);
        Tensor x = call.input(0);
        Tensor y = Workspace.empty(x.shape());
        Parallel.forRanges(x.size(), Checks.GRAIN, (from, to) ->
                Kernels.active().elementwise().relu6(x.data(), from, y.data(), from, to - from));
        return y;
    }

    @Override
    public Tensor[] vjp(Call call, Tensor gradOutput) {
        Tensor y = call.output();
        Tensor gx = Workspace.empty(y.shape());
        Parallel.forRanges(y.size(), Checks.GRAIN, (from, to) -> Kernels.active().elementwise()
                .relu6Grad(y.data(), from, gradOutput.data(), from, gx.data(), from, to - from));
        return new Tensor[] {gx};
    }
}
