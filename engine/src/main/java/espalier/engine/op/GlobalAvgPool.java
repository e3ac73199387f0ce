package espalier.engine.op;

import espalier.engine.autograd.Call;
import espalier.engine.autograd.Op;
import espalier.engine.kernel.Kernels;
import espalier.engine.parallel.Parallel;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;
import java.util.Arrays;

/** {@code y = mean of each plane}: x [N,C,H,W] → y [N,C]. */
public record GlobalAvgPool() implements Op {
    @Override
    public Tensor forward(Call call) {
        Checks.inputs("globalAvgPool", call, 1);
        Tensor x = call.input(0);
        Checks.rank("globalAvgPool", x, 4);
        int size = x.shape().dim(2) * x.shape().dim(3);
        Checks.require(size > 0, "globalAvgPool: x %s has empty planes", x.shape());
        Tensor y = Workspace.empty(Shape.of(x.shape().dim(0), x.shape().dim(1)));
        Parallel.forRanges(y.size(), Checks.grain(size), (from, to) ->
                Kernels.active().pool().planeMeans(x.data(), from * size, to - from, size, y.data(), from));
        return y;
    }

    @Override
    public Tensor[] vjp(Call call, Tensor gradOutput) {
        Shape s = call.input(0).shape();
        int size = s.dim(2) * s.dim(3);
        Tensor gx = Workspace.empty(s);
        Parallel.forRanges(gradOutput.size(), Checks.grain(size), (from, to) -> {
            for (int p = from; p < to; p++) {
                Arrays.fill(gx.data(), p * size, (p + 1) * size, gradOutput.data()[p] / size);
            }
        });
        return new Tensor[] {gx};
    }
}
