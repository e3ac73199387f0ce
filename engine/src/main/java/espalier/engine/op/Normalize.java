package espalier.engine.op;

import espalier.engine.autograd.Call;
import espalier.engine.autograd.Op;
import espalier.engine.kernel.Kernels;
import espalier.engine.parallel.Parallel;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;

/**
 * {@code y = (x − mean) / std} per channel, x [N,C,…]: what turns pixels in [0, 1] into what a network was trained on.
 *
 * @param mean C numbers
 * @param std C numbers, none 0
 */
public record Normalize(float[] mean, float[] std) implements Op {
    @Override
    public Tensor forward(Call call) {
        Checks.inputs("normalize", call, 1);
        Tensor x = call.input(0);
        Checks.require(x.shape().rank() >= 2 && x.shape().dim(1) == mean.length && mean.length == std.length,
                "normalize: x %s against mean [%d] and std [%d]", x.shape(), mean.length, std.length);
        return apply(x, true);
    }

    @Override
    public Tensor[] vjp(Call call, Tensor gradOutput) {
        return new Tensor[] {apply(gradOutput, false)};
    }

    private Tensor apply(Tensor x, boolean center) {
        Tensor y = Workspace.empty(x.shape());
        int planes = x.shape().dim(0) * mean.length;
        int size = x.size() / Math.max(1, planes);
        Parallel.forRanges(planes, Checks.grain(size), (from, to) -> {
            for (int p = from; p < to; p++) {
                int c = p % mean.length;
                Kernels.active().elementwise().standardize(x.data(), p * size, center ? mean[c] : 0f, std[c],
                        y.data(), p * size, size);
            }
        });
        return y;
    }
}
