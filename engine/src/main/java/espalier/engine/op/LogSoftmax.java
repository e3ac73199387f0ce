package espalier.engine.op;

import espalier.engine.autograd.Call;
import espalier.engine.autograd.Op;
import espalier.engine.kernel.Kernels;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;

/** {@code y = x − log Σ exp x} over dimension 1, x [N,K]. */
public record LogSoftmax() implements Op {
    @Override
    public Tensor forward(Call call) {
        Checks.inputs("logSoftmax", call, 1);
        Tensor x = call.input(0);
        Checks.rank("logSoftmax", x, 2);
        Tensor y = Workspace.empty(x.shape());
        Kernels.active().softmax().logSoftmax(x.data(), 0, y.data(), 0, x.shape().dim(0), x.shape().dim(1));
        return y;
    }

    @Override
    public Tensor[] vjp(Call call, Tensor gradOutput) {
        Tensor y = call.output();
        Tensor gx = Workspace.empty(y.shape());
        Kernels.active().softmax().logSoftmaxGrad(y.data(), 0, gradOutput.data(), 0, gx.data(), 0,
                y.shape().dim(0), y.shape().dim(1));
        return new Tensor[] {gx};
    }
}
