package espalier.engine.op;

import espalier.engine.autograd.Call;
import espalier.engine.autograd.Op;
import espalier.engine.kernel.Kernels;
import espalier.engine.parallel.Parallel;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;

/** {@code y = max(x, 0)}, x of any shape; the gradient at 0 is 0. */
public record Relu() implements Op {
    @Override
    public Tensor forward(Call call) {
        Checks.inputs("relu", call, 1);
        Tensor x = call.input(0);
        Tensor y = Workspace.empty(x.shape());
        Parallel.forRanges(x.size(), Checks.GRAIN, (from, to) ->
                Kernels.active().elementwise().relu(x.data(), from, y.data(), from, to - from));
        return y;
    }

    @Override
    public Tensor[] vjp(Call call, Tensor gradOutput) {
        return new Tensor[] {masked(call.output(), gradOutput)};
    }

    /** {@return gy where y > 0, elsewhere 0} */
    static Tensor masked(Tensor y, Tensor gy) {
        Tensor gx = Workspace.empty(y.shape());
        Parallel.forRanges(y.size(), Checks.GRAIN, (from, to) ->
                Kernels.active().elementwise().reluGrad(y.data(), from, gy.data(), from, gx.data(), from, to - from));
        return gx;
    }
}
