package espalier.engine.sparse;

import espalier.engine.kernel.ConvShape;
import espalier.engine.kernel.Convolution;
import espalier.engine.kernel.Kernels;
import espalier.engine.tensor.Scratch;
import espalier.engine.weight.DenseWeight;

/** {@code y = max(low, W ⋆ x + bias)} with a dense W, its weights packed once, on the {@link Planes} of a number of images. */
public final class DenseConv2d {
    private final Convolution convolution;
    private final float[] packed;
    private final float[] bias;
    private final float low;
    private final Planes in;
    private final Planes out;
    private final int n;

    /** The arguments are those of {@link SparseConv2d}. */
    public DenseConv2d(Kernels kernels, ConvShape g, int groups, DenseWeight weight, float[] bias, float low,
            Planes in, Planes out, int n) {
        convolution = Convolution.of(kernels.gemm(), g, groups);
        packed = new float[convolution.packedForwardSize()];
        convolution.packForward(weight.dense().data(), packed);
        this.bias = bias;
        this.low = low;
        this.in = in;
        this.out = out;
        this.n = n;
    }

    /** {@return the floats of scratch that {@link #run} needs} */
    public int scratchSize() {
        return plain() ? 0 : pixels(in) + pixels(out);
    }

    private static int pixels(Planes p) {
        return p.channels() * p.height() * p.width();
    }

    private boolean plain() {
        return n == 1 && in.border() == 0 && out.border() == 0;
    }

    /** Computes all images. */
    public void run(float[] x, int xAt, float[] y, int yAt, float[] scratch, int scratchAt) {
        if (plain()) {
            image(x, xAt, y, yAt);
            return;
        }
        int result = scratchAt + pixels(in);
        for (int i = 0; i < n; i++) {
            for (int c = 0, to = scratchAt; c < in.channels(); c++) {
                for (int row = 0; row < in.height(); row++) {
                    for (int column = 0, from = xAt + in.at(c, row, 0) * n + i; column < in.width(); column++, from += n) {
                        scratch[to++] = x[from];
                    }
                }
            }
            image(scratch, scratchAt, scratch, result);
            for (int c = 0, from = result; c < out.channels(); c++) {
                for (int row = 0; row < out.height(); row++) {
                    for (int column = 0, to = yAt + out.at(c, row, 0) * n + i; column < out.width(); column++, to += n) {
                        y[to] = scratch[from++];
                    }
                }
            }
        }
    }

    private void image(float[] x, int xAt, float[] y, int yAt) {
        convolution.forward(packed, bias, low, Float.POSITIVE_INFINITY, 1, x, xAt, 0, convolution.shape().o(), y, yAt,
                Scratch.atLeast(convolution.forwardScratch()), Scratch.FIRST);
    }
}
