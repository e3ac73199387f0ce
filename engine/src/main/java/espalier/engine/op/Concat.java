package espalier.engine.op;

import espalier.engine.autograd.Call;
import espalier.engine.autograd.Op;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;

/** {@code y = x₀, x₁, …} joined along dimension 1: xᵢ [N,Cᵢ,…] → y [N,ΣCᵢ,…], at least one input. */
public record Concat() implements Op {
    @Override
    public Tensor forward(Call call) {
        Checks.require(call.inputs() > 0, "concat: needs an input");
        Shape first = call.input(0).shape();
        Checks.require(first.rank() >= 2, "concat: x %s has no dimension 1", first);
        int[] dims = first.dims();
        dims[1] = 0;
        for (int k = 0; k < call.inputs(); k++) {
            Shape s = call.input(k).shape();
            Checks.require(fits(first, s), "concat: x %s against x %s: they may differ in dimension 1 only", first, s);
            dims[1] += s.dim(1);
        }
        Tensor y = Workspace.empty(Shape.of(dims));
        int at = 0;
        for (int k = 0; k < call.inputs(); k++) {
            at = copy(call.input(k), y, at, true);
        }
        return y;
    }

    @Override
    public Tensor[] vjp(Call call, Tensor gradOutput) {
        var gradients = new Tensor[call.inputs()];
        int at = 0;
        for (int k = 0; k < gradients.length; k++) {
            Shape s = call.input(k).shape();
            if (call.needs(k)) {
                gradients[k] = Workspace.empty(s);
                copy(gradients[k], gradOutput, at, false);
            }
            at += row(s);
        }
        return gradients;
    }

    /**
     * Copies {@code part} to the elements of each example of {@code whole} from {@code at}, or back; returns where the next
     * starts.
     */
    private static int copy(Tensor part, Tensor whole, int at, boolean toWhole) {
        int n = part.shape().dim(0);
        int length = row(part.shape());
        int stride = row(whole.shape());
        for (int i = 0; i < n; i++) {
            if (toWhole) {
                System.arraycopy(part.data(), i * length, whole.data(), i * stride + at, length);
            } else {
                System.arraycopy(whole.data(), i * stride + at, part.data(), i * length, length);
            }
        }
        return at + length;
    }

    private static int row(Shape s) {
        return s.size() / Math.max(1, s.dim(0));
    }

    private static boolean fits(Shape a, Shape b) {
        if (a.rank() != b.rank()) {
            return false;
        }
        for (int i = 0; i < a.rank(); i++) {
            if (i != 1 && a.dim(i) != b.dim(i)) {
                return false;
            }
        }
        return true;
    }
}
