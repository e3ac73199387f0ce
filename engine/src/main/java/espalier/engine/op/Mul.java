package espalier.engine.op;

import espalier.engine.autograd.Call;
import espalier.engine.autograd.Op;
import espalier.engine.kernel.Kernels;
import espalier.engine.parallel.Parallel;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;

/** {@code y = a · b} element by element, a and b of one shape. */
public record Mul() implements Op {
    @Override
    public Tensor forward(Call call) {
        Checks.inputs("mul", call, 2);
        Checks.sameShape("mul", call.input(0), call.input(1));
        return product(call.input(0), call.input(1));
    }

    @Override
    public Tensor[] vjp(Call call, Tensor gradOutput) {
        return new Tensor[] {
            call.needs(0) ? product(gradOutput, call.input(1)) : null,
            call.needs(1) ? product(gradOutput, call.input(0)) : null};
    }

    private static Tensor product(Tensor a, Tensor b) {
        Tensor y = Workspace.empty(a.shape());
        Parallel.forRanges(y.size(), Checks.GRAIN, (from, to) ->
                Kernels.active().elementwise().mul(a.data(), from, b.data(), from, y.data(), from, to - from));
        return y;
    }
}
