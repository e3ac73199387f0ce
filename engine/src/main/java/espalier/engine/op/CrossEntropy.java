package espalier.engine.op;

import espalier.engine.autograd.Call;
import espalier.engine.autograd.Op;
import espalier.engine.kernel.Kernels;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;

/**
 * {@code y = −Σ q log softmax(x)} reduced over the batch, q being {@code 1 − labelSmoothing} at the target plus
 * {@code labelSmoothing / K} everywhere; x [N,K] → y [1]. As PyTorch's {@code cross_entropy}.
 *
 * @param targets N classes in [0, K)
 * @param labelSmoothing in [0, 1]
 */
public record CrossEntropy(int[] targets, float labelSmoothing, Reduction reduction) implements Op {
    public CrossEntropy {
        Checks.require(labelSmoothing >= 0f && labelSmoothing <= 1f, "crossEntropy: labelSmoothing must be in [0,1], got %s",
                labelSmoothing);
    }

    /** The mean over the batch, without smoothing. */
    public CrossEntropy(int... targets) {
        this(targets, 0f, Reduction.MEAN);
    }

    @Override
    public Tensor forward(Call call) {
        Checks.inputs("crossEntropy", call, 1);
        Tensor x = call.input(0);
        Checks.rank("crossEntropy", x, 2);
        int n = x.shape().dim(0);
        int k = x.shape().dim(1);
        Checks.require(targets.length == n, "crossEntropy: x %s against targets [%d]: %d ≠ %d", x.shape(), targets.length, n,
                targets.length);
        Checks.require(n > 0, "crossEntropy: x %s has no example", x.shape());
        for (int t : targets) {
            Checks.require(t >= 0 && t < k, "crossEntropy: x %s against target %d: needed is 0 to %d", x.shape(), t, k - 1);
        }
        Tensor logP = call.needs(0) ? Workspace.empty(x.shape()) : null;
        double loss = Kernels.active().softmax().crossEntropy(x.data(), 0, targets, 0, n, k, labelSmoothing,
                logP == null ? null : logP.data());
        if (logP != null) {
            call.save(logP);
        }
        Tensor y = Workspace.empty(Shape.of(1));
        y.data()[0] = (float) (reduction == Reduction.MEAN ? loss / n : loss);
        return y;
    }

    @Override
    public Tensor[] vjp(Call call, Tensor gradOutput) {
        Tensor logP = call.saved(0);
        int n = logP.shape().dim(0);
        Tensor gx = Workspace.empty(logP.shape());
        float g = gradOutput.item();
        Kernels.active().softmax().crossEntropyGrad(logP.data(), 0, targets, 0, n, logP.shape().dim(1), labelSmoothing,
                reduction == Reduction.MEAN ? g / n : g, gx.data());
        return new Tensor[] {gx};
    }
}
