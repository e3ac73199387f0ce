package espalier.engine.op;

import espalier.engine.autograd.Call;
import espalier.engine.autograd.Op;
import espalier.engine.kernel.Kernels;
import espalier.engine.kernel.NormKernels;
import espalier.engine.parallel.Parallel;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;
import java.util.function.IntConsumer;

/**
 * {@code y = (x − mean) / √(var + eps) · weight + bias} per channel: x [N,C] or [N,C,H,W], weight [C], bias [C]. As
 * PyTorch's {@code batch_norm}.
 *
 * <p>Training takes mean and (biased) variance from the batch, and moves {@code runningMean} and {@code runningVar} [C]
 * towards them in place, {@code running = (1 − momentum) · running + momentum · batch}, with the unbiased variance; it
 * needs more than one element a channel. Evaluation takes the running ones.
 *
 * <p>With four inputs, x, residual (shaped as x), weight, bias: {@code y + residual}, in the same pass over memory. The end
 * of a residual block, with {@code relu}: 5 % of a training step of ResNet-20 went into that sum apart.
 *
 * @param relu {@code max(y, 0)} instead (of the sum, where there is one), in the same pass
 */
public record BatchNorm(Tensor runningMean, Tensor runningVar, boolean training, float momentum, float eps, boolean relu)
        implements Op {
    /** Where x, shaped [N,C,…], keeps a channel: {@code planes} runs of {@code size} elements, {@code stride} apart. */
    private record Layout(int channels, int planes, int stride, int size) {
        static Layout of(Shape s) {
            int size = s.rank() == 4 ? s.dim(2) * s.dim(3) : 1;
            return new Layout(s.dim(1), s.dim(0), s.dim(1) * size, size);
        }

        int count() {
            return planes * size;
        }

        void eachChannel(IntConsumer work) {
            Parallel.forRanges(channels, Checks.grain(count()), (from, to) -> {
                for (int c = from; c < to; c++) {
                    work.accept(c);
                }
            });
        }
    }

    @Override
    public Tensor forward(Call call) {
        boolean adds = adds(call);
        if (!adds) {
            Checks.inputs("batchNorm", call, 3);
        }
        Tensor x = call.input(0);
        Checks.require(x.shape().rank() == 2 || x.shape().rank() == 4, "batchNorm: x %s: needed is [N,C] or [N,C,H,W]",
                x.shape());
        if (adds) {
            Checks.require(x.shape().equals(call.input(1).shape()), "batchNorm: x %s against residual %s", x.shape(),
                    call.input(1).shape());
        }
        Checks.perChannel("batchNorm", x, "weight", weight(call).shape());
        Checks.perChannel("batchNorm", x, "bias", bias(call).shape());
        Checks.perChannel("batchNorm", x, "runningMean", runningMean.shape());
        Checks.perChannel("batchNorm", x, "runningVar", runningVar.shape());
        Layout layout = Layout.of(x.shape());
        Checks.require(!training || layout.count() > 1, "batchNorm: x %s: training needs more than one element a channel",
                x.shape());

        float[] weight = weight(call).data();
        float[] bias = bias(call).data();
        Tensor y = Workspace.empty(x.shape());
        Tensor statistics = Workspace.empty(Shape.of(2, layout.channels));
        float[] mean = statistics.data();
        layout.eachChannel(c -> {
            NormKernels kernels = Kernels.active().norm();
            int at = c * layout.size;
            statistics(kernels, x.data(), layout, c, mean);
            float scale = weight[c] * mean[layout.channels + c];
            float shift = bias[c] - mean[c] * scale;
            if (adds) {
                kernels.affineAdd(x.data(), call.input(1).data(), y.data(), at, layout.planes, layout.stride, layout.size,
                        scale, shift, relu);
            } else {
                kernels.affine(x.data(), y.data(), at, layout.planes, layout.stride, layout.size, scale, shift, relu);
            }
        });
        call.save(statistics);
        return y;
    }

    private static boolean adds(Call call) {
        return call.inputs() == 4;
    }

    private static Tensor weight(Call call) {
        return call.input(call.inputs() - 2);
    }

    private static Tensor bias(Call call) {
        return call.input(call.inputs() - 1);
    }

    /** Writes the mean of channel c to {@code out[c]} and 1/√(var + eps) to {@code out[channels + c]}. */
    private void statistics(NormKernels kernels, float[] x, Layout layout, int c, float[] out) {
        float mean = runningMean.data()[c];
        double variance = runningVar.data()[c];
        if (training) {
            int at = c * layout.size;
            int count = layout.count();
            mean = (float) (kernels.sum(x, at, layout.planes, layout.stride, layout.size) / count);
            double squares = kernels.squaredDeviations(x, at, layout.planes, layout.stride, layout.size, mean);
            variance = squares / count;
            runningMean.data()[c] += momentum * (mean - runningMean.data()[c]);
            runningVar.data()[c] += momentum * ((float) (squares / (count - 1)) - runningVar.data()[c]);
        }
        out[c] = mean;
        out[layout.channels + c] = (float) (1 / Math.sqrt(variance + eps));
    }

    @Override
    public Tensor[] vjp(Call call, Tensor gradOutput) {
        float[] x = call.input(0).data();
        float[] gy = gradOutput.data();
        float[] weight = weight(call).data();
        float[] bias = bias(call).data();
        float[] mean = call.saved(0).data();
        int inputs = call.inputs();
        Layout layout = Layout.of(call.input(0).shape());
        Shape perChannel = Shape.of(layout.channels);
        Tensor gx = call.needs(0) ? Workspace.empty(call.input(0).shape()) : null;
        Tensor gw = call.needs(inputs - 2) ? Workspace.empty(perChannel) : null;
        Tensor gb = call.needs(inputs - 1) ? Workspace.empty(perChannel) : null;
        // The residual's gradient is the sum's, which then need not be masked twice.
        boolean masked = adds(call) && relu;
        Tensor gr = masked ? Workspace.empty(call.input(0).shape()) : gradOutput;
        boolean summed = gw != null || gb != null || training || gx == null;
        var sums = new double[2 * layout.channels];
        layout.eachChannel(c -> {
            NormKernels kernels = Kernels.active().norm();
            int at = c * layout.size;
            float m = mean[c];
            float inverse = mean[layout.channels + c];
            float scale = weight[c] * inverse;
            float shift = bias[c] - m * scale;
            if (masked && !summed) {
                kernels.maskedScale(call.output().data(), gy, gr.data(), gx.data(), at, layout.planes, layout.stride,
                        layout.size, scale);
                return;
            }
            if (masked) {
                kernels.maskedSums(x, call.output().data(), gy, gr.data(), at, layout.planes, layout.stride, layout.size, m,
                        sums, 2 * c);
            } else if (summed) {
                kernels.gradientSums(x, gy, at, layout.planes, layout.stride, layout.size, m, scale, shift, relu, sums,
                        2 * c);
            }
            if (gw != null) {
                gw.data()[c] = (float) (sums[2 * c + 1] * inverse);
            }
            if (gb != null) {
                gb.data()[c] = (float) sums[2 * c];
            }
            if (gx != null) {
                // Through mean and variance, where they come from the batch.
                double pull = training ? -(double) scale / layout.count() : 0;
                // Backwards: the sums' pass has left the last planes in the cache.
                kernels.affineGrad(x, gr.data(), gx.data(), at + (layout.planes - 1) * layout.stride, layout.planes,
                        -layout.stride, layout.size, m, scale, shift, relu && !masked,
                        (float) (pull * sums[2 * c + 1] * inverse * inverse), (float) (pull * sums[2 * c]));
            }
        });
        return adds(call) ? new Tensor[] {gx, gr, gw, gb} : new Tensor[] {gx, gw, gb};
    }
}
