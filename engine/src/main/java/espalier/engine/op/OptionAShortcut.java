package espalier.engine.op;

import espalier.engine.autograd.Call;
import espalier.engine.autograd.Op;
import espalier.engine.parallel.Parallel;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * The parameter-free shortcut of CIFAR ResNets: every {@code stride}-th row and column, between {@code padChannels}
 * channels of zeros on each side; x [N,C,H,W] → y [N,C + 2·padChannels,⌈H/stride⌉,⌈W/stride⌉].
 *
 * <p>He et al., Deep Residual Learning for Image Recognition (2016), section 4.2, option A.
 */
public record OptionAShortcut(int stride, int padChannels) implements Op {
    public OptionAShortcut {
        Checks.require(stride >= 1 && padChannels >= 0,
                "optionAShortcut: stride %d must be at least 1, padChannels %d at least 0", stride, padChannels);
    }

    @Override
    public Tensor forward(Call call) {
        Checks.inputs("optionAShortcut", call, 1);
        Tensor x = call.input(0);
        Checks.rank("optionAShortcut", x, 4);
        Shape s = x.shape();
        Tensor y = Workspace.empty(Shape.of(s.dim(0), s.dim(1) + 2 * padChannels,
                Math.ceilDiv(s.dim(2), stride), Math.ceilDiv(s.dim(3), stride)));
        int h = y.shape().dim(2);
        int w = y.shape().dim(3);
        int pad = padChannels * h * w;
        eachExample(s, n -> {
            int to = n * (s.dim(1) * h * w + 2 * pad);
            Arrays.fill(y.data(), to, to + pad, 0f);
            to = sample(x, n, h, w, y.data(), to + pad);
            Arrays.fill(y.data(), to, to + pad, 0f);
        });
        return y;
    }

    @Override
    public Tensor[] vjp(Call call, Tensor gradOutput) {
        Shape s = call.input(0).shape();
        Tensor gx = Workspace.empty(s);
        int h = gradOutput.shape().dim(2);
        int w = gradOutput.shape().dim(3);
        eachExample(s, n -> spread(gradOutput.data(), (n * gradOutput.shape().dim(1) + padChannels) * h * w, h, w, gx, n));
        return new Tensor[] {gx};
    }

    private static void eachExample(Shape s, IntConsumer work) {
        int n = s.dim(0);
        Parallel.forRanges(n, Checks.grain(s.size() / Math.max(1, n)), (from, to) -> {
            for (int i = from; i < to; i++) {
                work.accept(i);
            }
        });
    }

    private int sample(Tensor x, int n, int h, int w, float[] y, int at) {
        Shape s = x.shape();
        float[] data = x.data();
        for (int c = 0; c < s.dim(1); c++) {
            int plane = (n * s.dim(1) + c) * s.dim(2) * s.dim(3);
            for (int r = 0; r < h; r++) {
                int row = plane + r * stride * s.dim(3);
                for (int i = 0; i < w; i++) {
                    y[at++] = data[row + i * stride];
                }
            }
        }
        return at;
    }

    private void spread(float[] gy, int at, int h, int w, Tensor gx, int n) {
        Shape s = gx.shape();
        float[] data = gx.data();
        int example = s.dim(1) * s.dim(2) * s.dim(3);
        Arrays.fill(data, n * example, (n + 1) * example, 0f);
        for (int c = 0; c < s.dim(1); c++) {
            int plane = n * example + c * s.dim(2) * s.dim(3);
            for (int r = 0; r < h; r++) {
                int row = plane + r * stride * s.dim(3);
                for (int i = 0; i < w; i++) {
                    data[row + i * stride] = gy[at++];
                }
            }
        }
    }
}
