package espalier.compress.lower;

import espalier.engine.autograd.Call;
import espalier.engine.autograd.Op;
import espalier.engine.kernel.ElementwiseKernels;
import espalier.engine.kernel.Kernels;
import espalier.engine.op.Normalize;
import espalier.engine.op.Relu;
import espalier.engine.op.Relu6;
import espalier.engine.parallel.Parallel;
import espalier.engine.sparse.PlaneOps;
import espalier.engine.sparse.Planes;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Steps in float32 and the way back through them: the gradient of a lowered model by its pixels, at the speed of its own
 * sparse weights. All values of a group are kept, each beside its gradient.
 */
final class GradientProgram {
    private final FloatProgram forward;
    private final Normalize normalize;
    private final ElementwiseKernels elementwise;
    private final FloatGradient[] gradients;
    private final int[][] inputs;
    /** From a value to its gradient. */
    private final int apart;
    private final int scratchAt;
    private final int length;
    private final ConcurrentLinkedDeque<float[]> idle = new ConcurrentLinkedDeque<>();

    GradientProgram(Shape image, Normalize normalize, List<Step> steps, Kernels kernels, int n) {
        this.normalize = normalize;
        elementwise = kernels.elementwise();
        forward = FloatProgram.keepingAll(image, normalize, steps, kernels, n);
        apart = forward.valuesEnd();
        scratchAt = 2 * apart;
        gradients = new FloatGradient[steps.size()];
        inputs = new int[steps.size()][];
        int scratch = 0;
        BitSet reached = new BitSet();
        for (int i = gradients.length - 1; i >= 0; i--) {
            Step step = steps.get(i);
            boolean[] fresh = new boolean[step.inputs().size()];
            for (int k = 0; k < fresh.length; k++) {
                int value = step.inputs().getInt(k);
                fresh[k] = !reached.get(value);
                reached.set(value);
            }
            gradients[i] = FloatGradient.of(step, forward.inputs(step),
                    step.inputs().intStream().mapToObj(forward::planes).toList(), forward.planes(i + 1), n, fresh, kernels);
            inputs[i] = step.inputs().intStream().map(forward::at).toArray();
            scratch = Math.max(scratch, Math.max(gradients[i].scratchSize(), forward.scratchSize()));
        }
        length = scratchAt + scratch;
    }

    /** {@return logits of pixels as an op, whose values are kept until its gradient has been asked for} */
    Op op() {
        return new Passes();
    }

    private final class Passes implements Op {
        private float[][] groups;

        @Override
        public Tensor forward(Call call) {
            Tensor x = call.input(0);
            int images = x.shape().dim(0);
            int n = forward.group(images);
            Tensor y = Workspace.empty(Shape.of(images, forward.shapes.getLast().size()));
            float[] pixels = x.data();
            float[] logits = y.data();
            groups = new float[Math.ceilDiv(images, n)][];
            Parallel.forEach(groups.length, g -> {
                float[] m = idle.poll();
                groups[g] = m != null ? m : new float[length];
                forward.run(pixels, g * n, Math.min(n, images - g * n), logits, groups[g], scratchAt);
            });
            return y;
        }

        @Override
        public Tensor[] vjp(Call call, Tensor gradOutput) {
            Shape s = call.input(0).shape();
            int n = forward.group(s.dim(0));
            Tensor gradient = Workspace.empty(s);
            float[] gx = gradient.data();
            float[] gy = gradOutput.data();
            Parallel.forEach(groups.length, g -> {
                back(groups[g], gy, gx, g * n, Math.min(n, s.dim(0) - g * n), n);
                idle.push(groups[g]);
            });
            groups = null;
            return new Tensor[] {gradient};
        }
    }

    private void back(float[] m, float[] gy, float[] gx, int first, int count, int n) {
        int last = gradients.length;
        PlaneOps.load(gy, first * forward.shapes.getLast().size(), count, FloatProgram.NONE, FloatProgram.NONE, m,
                forward.at(last) + apart, forward.planes(last), n);
        for (int i = last - 1; i >= 0; i--) {
            Step step = forward.steps.get(i);
            int y = forward.at(i + 1);
            int size = forward.planes(i + 1).size() * n;
            if (step.activation() == Activation.RELU || step.op() instanceof Relu) {
                elementwise.reluGrad(m, y, m, y + apart, m, y + apart, size);
            } else if (step.activation() == Activation.RELU6 || step.op() instanceof Relu6) {
                elementwise.relu6Grad(m, y, m, y + apart, m, y + apart, size);
            }
            int[] to = new int[inputs[i].length];
            for (int k = 0; k < to.length; k++) {
                to[k] = inputs[i][k] + apart;
            }
            gradients[i].run(m, inputs[i], y, to, y + apart, scratchAt);
        }
        Planes p = forward.planes(0);
        int image = forward.shapes.getFirst().size();
        PlaneOps.store(m, forward.at(0) + apart, p, n, count, gx, first * image);
        int plane = p.height() * p.width();
        for (int i = first * image; normalize != null && i < (first + count) * image; i += plane) {
            float std = normalize.std()[i / plane % p.channels()];
            for (int k = i; k < i + plane; k++) {
                gx[k] /= std;
            }
        }
    }
}
