package espalier.engine.op;

import espalier.engine.autograd.Call;
import espalier.engine.autograd.Op;
import espalier.engine.kernel.Kernels;
import espalier.engine.parallel.Parallel;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;

/**
 * {@code y = x · keep / (1 − p)}, where each element is dropped with probability p; x of any shape.
 *
 * <p>Which ones is a hash of seed and position, so that the backward pass works the mask out again instead of keeping it.
 *
 * @param p in [0, 1)
 */
public record Dropout(float p, long seed) implements Op {
    public Dropout {
        Checks.require(p >= 0f && p < 1f, "dropout: p must be in [0,1), got %s", p);
    }

    @Override
    public Tensor forward(Call call) {
        Checks.inputs("dropout", call, 1);
        return drop(call.input(0));
    }

    @Override
    public Tensor[] vjp(Call call, Tensor gradOutput) {
        return new Tensor[] {drop(gradOutput)};
    }

    private Tensor drop(Tensor x) {
        Tensor y = Workspace.empty(x.shape());
        int threshold = Math.round(p * (1 << 24));
        Parallel.forRanges(x.size(), Checks.GRAIN, (from, to) -> Kernels.active().elementwise()
                .dropout(x.data(), from, y.data(), from, to - from, seed, from, threshold, 1f / (1f - p)));
        return y;
    }
}
