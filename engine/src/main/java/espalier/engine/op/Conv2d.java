package espalier.engine.op;

import espalier.engine.autograd.Call;
import espalier.engine.autograd.Op;
import espalier.engine.kernel.ConvShape;
import espalier.engine.kernel.Convolution;
import espalier.engine.kernel.Kernels;
import espalier.engine.kernel.WeightSlices;
import espalier.engine.parallel.Parallel;
import espalier.engine.tensor.ArrayPool;
import espalier.engine.tensor.Scratch;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;
import java.util.Arrays;

/**
 * {@code y[n,o,i,j] = b[o] + Σ_{c,r,q} x[n,c,i·stride+r·dilation−padding, j·stride+q·dilation−padding] · W[o,c,r,q]}, within
 * groups: x {@code [N,C,H,W]}, weight {@code [O,C/groups,KH,KW]}, bias {@code [O]} (optional), y {@code [N,O,OH,OW]}.
 *
 * <p>Cross-correlation, as in PyTorch's {@code conv2d}; stride, padding and dilation are the same in both directions.
 */
public record Conv2d(int stride, int padding, int dilation, int groups) implements Op {
    /** Partial sums of the weight gradient, or slices times those, whatever the number of threads: its bits do not depend on it. */
    private static final int WEIGHT_BLOCKS = 8;
    /** Elements of partial sums, and output channels of the finished gradient, that one thread handles at a time. */
    private static final int SUMS = 1 << 16;
    private static final int OUTPUTS = 16;

    public Conv2d {
        if (stride < 1 || padding < 0 || dilation < 1 || groups < 1) {
            throw new IllegalArgumentException("conv2d: stride " + stride + ", padding " + padding + ", dilation " + dilation
                    + ", groups " + groups + ": padding may be 0, the others start at 1");
        }
    }

    @Override
    public Tensor forward(Call call) {
        Tensor x = call.input(0);
        Tensor weight = call.input(1);
        Convolution conv = convolution(x.shape(), weight.shape(), call);
        int n = x.shape().dim(0);
        int out = weight.shape().dim(0);
        Tensor y = Workspace.empty(Shape.of(n, out, conv.shape().oh(), conv.shape().ow()));
        float[] bias = call.inputs() > 2 ? call.input(2).data() : null;
        float[] packed = ArrayPool.take(conv.packedForwardSize());
        conv.packForward(weight.data(), packed);
        int xStep = n == 0 ? 0 : x.size() / n;
        int yStep = n == 0 ? 0 : y.size() / n;
        float[] xs = x.data();
        float[] ys = y.data();
        int images = conv.forwardImages();
        int blocks = Math.ceilDiv(n, images);
        int parts = parts(blocks, groups == 1 ? out : 1);
        Parallel.forEach(blocks * parts, job -> {
            int i = job / parts * images;
            float[] scratch = Scratch.atLeast(conv.forwardScratch());
            int first = bound(job % parts, parts, conv.shape().o(), conv.forwardUnit());
            int end = bound(job % parts + 1, parts, conv.shape().o(), conv.forwardUnit());
            conv.forward(packed, bias, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, Math.min(images, n - i), xs, i * xStep,
                    first, end, ys, i * yStep, scratch, Scratch.FIRST);
        });
        ArrayPool.give(packed);
        return y;
    }

    @Override
    public Tensor[] vjp(Call call, Tensor gradOutput) {
        Tensor x = call.input(0);
        Tensor weight = call.input(1);
        Convolution conv = convolution(x.shape(), weight.shape(), call);
        Tensor[] gradients = new Tensor[call.inputs()];
        InputGradient byInput = call.needs(0) ? new InputGradient(conv, x.shape(), weight.data(), gradOutput) : null;
        if (call.needs(1)) {
            gradients[1] = gradWeight(conv, x, weight.shape(), gradOutput, byInput);
        } else if (byInput != null) {
            byInput.computeAll();
        }
        if (byInput != null) {
            gradients[0] = byInput.finish();
        }
        if (call.inputs() > 2 && call.needs(2)) {
            gradients[2] = gradBias(gradOutput);
        }
        return gradients;
    }

    /** The gradient by the input, some images at a time, in any order. */
    private static final class InputGradient {
        private final Convolution conv;
        private final Tensor gradient;
        private final Tensor gradOutput;
        private final float[] packed;
        private final int xStep;
        private final int yStep;
        private final int n;

        InputGradient(Convolution conv, Shape shape, float[] weight, Tensor gradOutput) {
            this.conv = conv;
            this.gradOutput = gradOutput;
            gradient = Workspace.empty(shape);
            packed = ArrayPool.take(conv.packedBackwardSize());
            conv.packBackward(weight, packed);
            n = shape.dim(0);
            xStep = n == 0 ? 0 : gradient.size() / n;
            yStep = n == 0 ? 0 : gradOutput.size() / n;
        }

        /** {@return the most images that are computed together} */
        int images() {
            return conv.backwardImages();
        }

        void computeAll() {
            Parallel.forEach(Math.ceilDiv(n, images()), i -> compute(i * images(), Math.min(n, (i + 1) * images())));
        }

        void compute(int from, int to) {
            float[] scratch = Scratch.atLeast(conv.backwardScratch());
            for (int i = from; i < to; i += images()) {
                conv.backwardInput(packed, Math.min(images(), to - i), gradOutput.data(), i * yStep,
                        gradient.data(), i * xStep, scratch, Scratch.FIRST);
            }
        }

        Tensor finish() {
            ArrayPool.give(packed);
            return gradient;
        }
    }

    private static Tensor gradWeight(Convolution conv, Tensor x, Shape shape, Tensor gradOutput, InputGradient byInput) {
        int n = x.shape().dim(0);
        WeightSlices weights = conv.weights();
        int slices = weights.count();
        int blocks = Math.min(Math.ceilDiv(WEIGHT_BLOCKS, slices), n);
        Tensor gradient = Workspace.empty(shape);
        if (n == 0) {
            Arrays.fill(gradient.data(), 0f);
            return gradient;
        }
        float[][] sums = new float[slices * blocks][];
        // What else reads the same images of the output gradient, while they are in the cache.
        InputGradient between = slices == 1 ? byInput : null;
        Parallel.forEach(slices * blocks,
                job -> sums[job] = sums(weights, job / blocks, job % blocks, blocks, x, gradOutput, between));
        if (byInput != null && between == null) {
            byInput.computeAll();
        }
        for (int slice = 0; slice < slices; slice++) {
            finish(weights, slice, sums, slice * blocks, blocks, gradient.data());
        }
        return gradient;
    }

    /** A slice's sums over a block of the images. */
    private static float[] sums(WeightSlices weights, int slice, int block, int blocks, Tensor x, Tensor gradOutput,
            InputGradient between) {
        int n = x.shape().dim(0);
        int xStep = x.size() / n;
        int yStep = gradOutput.size() / n;
        float[] sum = ArrayPool.take(weights.sumSize());
        Arrays.fill(sum, 0f);
        int to = (int) ((long) n * (block + 1) / blocks);
        int i = (int) ((long) n * block / blocks);
        int together = between == null ? to - i : Math.ceilDiv(between.images(), weights.images()) * weights.images();
        for (int end; i < to; i = end) {
            end = Math.min(to, i + together);
            weights.accumulate(slice, end - i, x.data(), i * xStep, gradOutput.data(), i * yStep, sum,
                    Scratch.atLeast(weights.scratch()), Scratch.FIRST);
            if (between != null) {
                between.compute(i, end);
            }
        }
        return sum;
    }

    /** Adds up a slice's sums, those of {@code blocks} from {@code first} on, and gives them back. */
    private static void finish(WeightSlices weights, int slice, float[][] sums, int first, int blocks, float[] gradient) {
        Parallel.forRanges(weights.sumSize(), SUMS, (from, to) -> {
            for (int block = 1; block < blocks; block++) {
                Kernels.active().elementwise().add(sums[first], from, sums[first + block], from, sums[first], from, to - from);
            }
        });
        Parallel.forRanges(weights.outputs(), OUTPUTS, (from, to) -> weights.finish(slice, sums[first], from, to, gradient));
        for (int block = 0; block < blocks; block++) {
            ArrayPool.give(sums[first + block]);
        }
    }

    private static Tensor gradBias(Tensor gradOutput) {
        Shape s = gradOutput.shape();
        int channels = s.dim(1);
        int plane = s.dim(2) * s.dim(3);
        Tensor gradient = Workspace.empty(Shape.of(channels));
        float[] gb = gradient.data();
        float[] gy = gradOutput.data();
        Parallel.forEach(channels, c -> {
            double sum = 0;
            for (int n = 0; n < s.dim(0); n++) {
                int from = (n * channels + c) * plane;
                for (int p = 0; p < plane; p++) {
                    sum += gy[from + p];
                }
            }
            gb[c] = (float) sum;
        });
        return gradient;
    }

    /** {@return into how many parts each block's outputs are split, so that a small batch keeps all threads busy} */
    private static int parts(int blocks, int outputs) {
        int wanted = blocks >= 2 * Parallel.threads() ? 1 : Parallel.threads();
        return Math.clamp(outputs / OUTPUTS, 1, wanted);
    }

    /** {@return where part i of n outputs begins, a multiple of {@code unit}} */
    private static int bound(int i, int parts, int n, int unit) {
        return i == parts ? n : n / unit * i / parts * unit;
    }

    private Convolution convolution(Shape x, Shape weight, Call call) {
        if (x.rank() != 4 || weight.rank() != 4) {
            throw new IllegalArgumentException("conv2d: x " + x + " against weight " + weight + ": both must have 4 dimensions");
        }
        if (x.dim(1) != weight.dim(1) * groups || weight.dim(0) % groups != 0) {
            throw new IllegalArgumentException("conv2d: x " + x + " against weight " + weight + " in " + groups + " groups: "
                    + x.dim(1) + " ≠ " + groups + "·" + weight.dim(1) + " input channels, or " + weight.dim(0)
                    + " output channels not divisible by " + groups);
        }
        if (call.inputs() > 2 && !call.input(2).shape().equals(Shape.of(weight.dim(0)))) {
            throw new IllegalArgumentException("conv2d: bias " + call.input(2).shape() + " against weight " + weight + ": ["
                    + weight.dim(0) + "] expected");
        }
        ConvShape shape = new ConvShape(weight.dim(1), x.dim(2), x.dim(3), weight.dim(0) / groups, weight.dim(2), weight.dim(3),
                stride, padding, dilation);
        if (shape.oh() < 1 || shape.ow() < 1) {
            throw new IllegalArgumentException("conv2d: x " + x + " padded by " + padding + " is smaller than weight " + weight
                    + " dilated by " + dilation);
        }
        return Convolution.of(Kernels.active().gemm(), shape, groups);
    }
}
