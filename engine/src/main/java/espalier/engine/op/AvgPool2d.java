package espalier.engine.op;

import espalier.engine.autograd.Call;
import espalier.engine.autograd.Op;
import espalier.engine.kernel.Kernels;
import espalier.engine.parallel.Parallel;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;

/**
 * {@code y = mean of x over square windows}: x [N,C,H,W] → y [N,C,(H − kernel)/stride + 1,(W − kernel)/stride + 1], rounded
 * down. As PyTorch's {@code avg_pool2d}.
 */
public record AvgPool2d(int kernel, int stride) implements Op {
    public AvgPool2d {
        Checks.require(kernel >= 1 && stride >= 1, "avgPool2d: kernel %d and stride %d must be at least 1", kernel, stride);
    }

    @Override
    public Tensor forward(Call call) {
        Checks.inputs("avgPool2d", call, 1);
        Tensor x = call.input(0);
        Checks.rank("avgPool2d", x, 4);
        Shape s = x.shape();
        Checks.require(s.dim(2) >= kernel && s.dim(3) >= kernel,
                "avgPool2d: x %s against kernel %d: the window does not fit", s, kernel);
        int oh = (s.dim(2) - kernel) / stride + 1;
        int ow = (s.dim(3) - kernel) / stride + 1;
        Tensor y = Workspace.empty(Shape.of(s.dim(0), s.dim(1), oh, ow));
        int size = s.dim(2) * s.dim(3);
        Parallel.forRanges(s.dim(0) * s.dim(1), Checks.grain(size), (from, to) -> Kernels.active().pool().avgPool(x.data(),
                from * size, to - from, s.dim(2), s.dim(3), y.data(), from * oh * ow, oh, ow, kernel, stride));
        return y;
    }

    @Override
    public Tensor[] vjp(Call call, Tensor gradOutput) {
        Shape s = call.input(0).shape();
        int oh = gradOutput.shape().dim(2);
        int ow = gradOutput.shape().dim(3);
        Tensor gx = Workspace.empty(s);
        int size = s.dim(2) * s.dim(3);
        Parallel.forRanges(s.dim(0) * s.dim(1), Checks.grain(size), (from, to) ->
                Kernels.active().pool().avgPoolGrad(gradOutput.data(), from * oh * ow, to - from, oh, ow, gx.data(), from * size,
                        s.dim(2), s.dim(3), kernel, stride));
        return new Tensor[] {gx};
    }
}
