package espalier.engine.op;

import espalier.engine.autograd.Call;
import espalier.engine.autograd.Op;
import espalier.engine.kernel.Kernels;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;

/** {@code y = x·Wᵀ + b}: x {@code [N,I]}, weight {@code [O,I]}, bias {@code [O]} (optional), y {@code [N,O]}. */
public record Linear() implements Op {
    @Override
    public Tensor forward(Call call) {
        Tensor x = call.input(0);
        Tensor weight = call.input(1);
        check(x.shape(), weight.shape(), call);
        int n = x.shape().dim(0);
        int in = x.shape().dim(1);
        int out = weight.shape().dim(0);
        Tensor y = Workspace.empty(Shape.of(n, out));
        float[] bias = call.inputs() > 2 ? call.input(2).data() : null;
        for (int i = 0; bias != null && i < n; i++) {
            System.arraycopy(bias, 0, y.data(), i * out, out);
        }
        MatrixProduct.multiply(n, out, in, 1, x.data(), in, 1, weight.data(), 1, in, bias == null ? 0 : 1, y.data());
        return y;
    }

    @Override
    public Tensor[] vjp(Call call, Tensor gradOutput) {
        Tensor x = call.input(0);
        Tensor weight = call.input(1);
        int n = x.shape().dim(0);
        int in = x.shape().dim(1);
        int out = weight.shape().dim(0);
        float[] gy = gradOutput.data();
        Tensor[] gradients = new Tensor[call.inputs()];
        if (call.needs(0)) {
            gradients[0] = Workspace.empty(x.shape());
            MatrixProduct.multiply(n, in, out, 1, gy, out, 1, weight.data(), in, 1, 0, gradients[0].data());
        }
        if (call.needs(1)) {
            gradients[1] = Workspace.empty(weight.shape());
            MatrixProduct.multiply(out, in, n, 1, gy, 1, out, x.data(), in, 1, 0, gradients[1].data());
        }
        if (call.inputs() > 2 && call.needs(2)) {
            gradients[2] = Workspace.zeros(call.input(2).shape());
            float[] gb = gradients[2].data();
            for (int i = 0; i < n; i++) {
                Kernels.active().elementwise().add(gb, 0, gy, i * out, gb, 0, out);
            }
        }
        return gradients;
    }

    /** {@code C = A·B} in blocks of rows; every element is summed in the same order whatever the block. */
    private static void check(Shape x, Shape weight, Call call) {
        if (x.rank() != 2 || weight.rank() != 2) {
            throw new IllegalArgumentException("linear: x " + x + " against weight " + weight + ": both must have 2 dimensions");
        }
        if (x.dim(1) != weight.dim(1)) {
            throw new IllegalArgumentException("linear: x " + x + " against weight " + weight + ": "
                    + x.dim(1) + " ≠ " + weight.dim(1));
        }
        if (call.inputs() > 2 && !call.input(2).shape().equals(Shape.of(weight.dim(0)))) {
            throw new IllegalArgumentException("linear: bias " + call.input(2).shape() + " against weight " + weight + ": ["
                    + weight.dim(0) + "] expected");
        }
    }
}
