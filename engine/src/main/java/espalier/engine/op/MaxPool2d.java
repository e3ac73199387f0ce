package espalier.engine.op;

import espalier.engine.autograd.Call;
import espalier.engine.autograd.Op;
import espalier.engine.kernel.Kernels;
import espalier.engine.parallel.Parallel;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;

/**
 * {@code y = max of x over square windows}: x [N,C,H,W] → y [N,C,⌊(H + 2·padding − kernel)/stride⌋ + 1,…]; of equal
 * elements the first gets the gradient. As PyTorch's {@code max_pool2d}.
 *
 * @param padding at most kernel/2; never wins
 * @param ceilMode rounds the output's extent up, unless the last window would start in the padding
 */
public record MaxPool2d(int kernel, int stride, int padding, boolean ceilMode) implements Op {
    public MaxPool2d {
        Checks.require(kernel >= 1 && stride >= 1, "maxPool2d: kernel %d and stride %d must be at least 1", kernel, stride);
        Checks.require(padding >= 0 && padding <= kernel / 2, "maxPool2d: padding %d against kernel %d: at most half", padding,
                kernel);
    }

    /** Windows side by side. */
    public MaxPool2d(int kernel) {
        this(kernel, kernel, 0, false);
    }

    @Override
    public Tensor forward(Call call) {
        Checks.inputs("maxPool2d", call, 1);
        Tensor x = call.input(0);
        Checks.rank("maxPool2d", x, 4);
        Shape s = x.shape();
        Shape out = Shape.of(s.dim(0), s.dim(1), extent(s, 2), extent(s, 3));
        Tensor y = Workspace.empty(out);
        Tensor index = call.needs(0) ? Workspace.empty(out) : null;
        int size = s.dim(2) * s.dim(3);
        int outSize = out.dim(2) * out.dim(3);
        Parallel.forRanges(s.dim(0) * s.dim(1), Checks.grain(size), (from, to) -> Kernels.active().pool().maxPool(x.data(),
                from * size, to - from, s.dim(2), s.dim(3), y.data(), index == null ? null : index.data(), from * outSize,
                out.dim(2), out.dim(3), kernel, stride, padding));
        if (index != null) {
            call.save(index);
        }
        return y;
    }

    private int extent(Shape s, int dim) {
        int free = s.dim(dim) + 2 * padding - kernel;
        Checks.require(s.dim(dim) > 0 && free >= 0, "maxPool2d: x %s against kernel %d and padding %d: the window does not fit",
                s, kernel, padding);
        // Positions within a plane are kept as float, which counts without gaps up to here.
        Checks.require(s.dim(2) * s.dim(3) <= 1 << 24, "maxPool2d: x %s: planes of at most 2^24 elements", s);
        if (!ceilMode) {
            return free / stride + 1;
        }
        int up = Math.ceilDiv(free, stride) + 1;
        return (up - 1) * stride >= s.dim(dim) + padding ? up - 1 : up;
    }

    @Override
    public Tensor[] vjp(Call call, Tensor gradOutput) {
        Shape s = call.input(0).shape();
        Tensor gx = Workspace.empty(s);
        float[] index = call.saved(0).data();
        int size = s.dim(2) * s.dim(3);
        int outSize = gradOutput.shape().dim(2) * gradOutput.shape().dim(3);
        Parallel.forRanges(s.dim(0) * s.dim(1), Checks.grain(size), (from, to) ->
                Kernels.active().pool().maxPoolGrad(gradOutput.data(), index, from * outSize, to - from, outSize, gx.data(),
                        from * size, size));
        return new Tensor[] {gx};
    }
}
