package espalier.engine.sparse;

import espalier.engine.kernel.ConvShape;
import espalier.engine.kernel.Kernels;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.engine.weight.CsrWeight;
import espalier.engine.weight.DenseWeight;
import espalier.engine.weight.Weight;
import java.util.Arrays;

/**
 * {@code gx = ∂⟨W ⋆ x, gy⟩/∂x}: a convolution of gy with the weights turned round, input channels as rows; sparse where W is, else
 * dense, by Winograd's algorithm where it suits.
 *
 * <p>Where the border of gy is not the padding that this needs, or the forward stride is not 1, gy is first copied into a
 * padded image, with zeros between its rows and columns.
 */
public final class ConvGradient {
    private final ConvShape g;
    private final Planes in;
    private final int n;
    private final int slack;
    /** What gy is copied into; null where it is read in place. */
    private final Planes spread;
    private final Turned turned;
    private final int turnedScratch;

    private interface Turned {
        void run(float[] gy, int gyAt, float[] gx, int gxAt, float[] scratch, int scratchAt);
    }

    /**
     * The arguments are those of {@link SparseConv2d}.
     *
     * @param x planes of the gradient by the input
     * @param gy planes of the gradient by the output
     */
    public ConvGradient(Kernels kernels, ConvShape g, int groups, Weight weight, Planes x, Planes gy, int n) {
        this.g = g;
        this.n = n;
        in = gy;
        slack = SparseConv2d.slack(kernels.sparse());
        int top = g.dilation() * (g.kh() - 1) - g.padding();
        boolean inPlace = g.stride() == 1 && g.kh() == g.kw() && top >= 0 && top <= gy.border();
        int height = g.h() + g.dilation() * (g.kh() - 1);
        int width = g.w() + g.dilation() * (g.kw() - 1);
        spread = inPlace ? null : new Planes(gy.channels(), height, width, 0);
        ConvShape shape = inPlace
                ? new ConvShape(g.o(), gy.height(), gy.width(), g.c(), g.kh(), g.kw(), 1, top, g.dilation())
                : new ConvShape(g.o(), height, width, g.c(), g.kh(), g.kw(), 1, 0, g.dilation());
        Planes from = inPlace ? gy : spread;
        Tensor w = turned(g, groups, weight.dense());
        float[] none = new float[g.c() * groups];
        if (weight instanceof DenseWeight) {
            var dense = DenseConv2d.of(kernels, shape, groups, new DenseWeight(w), none, Float.NEGATIVE_INFINITY, from, x, n);
            turned = dense::run;
            turnedScratch = dense.scratchSize();
        } else {
            var sparse = new SparseConv2d(kernels, shape, groups, CsrWeight.of(w), none, Float.NEGATIVE_INFINITY, from, x, n);
            turned = sparse::run;
            turnedScratch = sparse.scratchSize();
        }
    }

    /** {@return [groups·C, O, KH, KW], the kernel's rows and columns in reverse} */
    private static Tensor turned(ConvShape g, int groups, Tensor w) {
        int kernel = g.kh() * g.kw();
        Tensor t = Tensor.zeros(Shape.of(groups * g.c(), g.o(), g.kh(), g.kw()));
        for (int o = 0; o < groups * g.o(); o++) {
            for (int c = 0; c < g.c(); c++) {
                int from = (o * g.c() + c) * kernel;
                int to = ((o / g.o() * g.c() + c) * g.o() + o % g.o()) * kernel;
                for (int k = 0; k < kernel; k++) {
                    t.data()[to + kernel - 1 - k] = w.data()[from + k];
                }
            }
        }
        return t;
    }

    /** {@return the floats of scratch that {@link #run} needs} */
    public int scratchSize() {
        return turnedScratch + spreadSize();
    }

    private int spreadSize() {
        return spread == null ? 0 : spread.size() * n + slack;
    }

    /** Computes all images; {@code gx} is overwritten but for its border. */
    public void run(float[] gy, int gyAt, float[] gx, int gxAt, float[] scratch, int scratchAt) {
        if (spread == null) {
            turned.run(gy, gyAt, gx, gxAt, scratch, scratchAt);
            return;
        }
        Arrays.fill(scratch, scratchAt, scratchAt + spread.size() * n, 0f);
        int top = g.dilation() * (g.kh() - 1) - g.padding();
        int left = g.dilation() * (g.kw() - 1) - g.padding();
        for (int c = 0; c < in.channels(); c++) {
            for (int i = 0; i < in.height(); i++) {
                int row = top + i * g.stride();
                for (int j = 0; j < in.width() && row >= 0 && row < spread.height(); j++) {
                    int column = left + j * g.stride();
                    if (column >= 0 && column < spread.width()) {
                        System.arraycopy(gy, gyAt + in.at(c, i, j) * n, scratch, scratchAt + spread.at(c, row, column) * n, n);
                    }
                }
            }
        }
        turned.run(scratch, scratchAt, gx, gxAt, scratch, scratchAt + spreadSize());
    }
}
