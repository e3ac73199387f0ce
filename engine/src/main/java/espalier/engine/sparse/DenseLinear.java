package espalier.engine.sparse;

import espalier.engine.kernel.Gemm;
import espalier.engine.kernel.Kernels;
import espalier.engine.tensor.Scratch;
import espalier.engine.weight.DenseWeight;

/** {@code y [O,n] = max(low, W [O,I] · x [I,n] + bias)} with a dense W. */
public final class DenseLinear {
    private final Kernels kernels;
    private final float[] weight;
    private final float[] bias;
    private final boolean relu;
    private final int in;
    private final int n;

    public DenseLinear(Kernels kernels, DenseWeight weight, float[] bias, float low, int n) {
        this.kernels = kernels;
        this.weight = n == 1 ? transposed(weight) : weight.dense().data();
        this.bias = bias;
        relu = low == 0;
        in = weight.shape().dim(1);
        this.n = n;
    }

    private static float[] transposed(DenseWeight w) {
        int rows = w.shape().dim(0);
        int columns = w.shape().dim(1);
        float[] t = new float[w.shape().size()];
        for (int o = 0; o < rows; o++) {
            for (int k = 0; k < columns; k++) {
                t[k * rows + o] = w.dense().data()[o * columns + k];
            }
        }
        return t;
    }

    /** Computes all images. */
    public void run(float[] x, int xAt, float[] y, int yAt) {
        int out = bias.length;
        for (int o = 0; o < out; o++) {
            for (int i = 0; i < n; i++) {
                y[yAt + o * n + i] = bias[o];
            }
        }
        if (n == 1) {
            for (int k = 0; k < in; k++) {
                kernels.elementwise().scaledAdd(x[xAt + k], weight, k * out, y, yAt, out);
            }
        } else {
            Gemm.multiply(kernels.gemm(), out, n, in, 1, weight, 0, in, 1, x, xAt, n, 1, 1, y, yAt, n,
                    Scratch.atLeast(Gemm.scratchSize(kernels.gemm(), out, n, in)), Scratch.FIRST);
        }
        if (relu) {
            kernels.elementwise().relu(y, yAt, y, yAt, out * n);
        }
    }
}
