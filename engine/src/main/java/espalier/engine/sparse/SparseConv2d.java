package espalier.engine.sparse;

import static espalier.engine.kernel.SparseKernels.RUNS;

import espalier.engine.kernel.ConvShape;
import espalier.engine.kernel.Kernels;
import espalier.engine.kernel.SparseKernels;
import espalier.engine.weight.CsrWeight;
import java.util.stream.IntStream;

/**
 * {@code y = max(low, W ⋆ x + bias)} with a sparse W, ready to run on a number of images; a linear layer is one of 1×1 pixels.
 *
 * <p>A non-zero is an offset into the input, the border of whose {@link Planes} is the padding. Where a vector holds images only,
 * the input is read in place, and runs lie within output rows. One image is first copied as its {@link TapColumns}, unless that
 * costs more than it saves.
 */
public final class SparseConv2d {
    /**
     * Non-zeros for each column that is copied, from which on the copies pay: ResNet-20 at 90 % zeros took 0.58 ms an image with
     * none, 0.47 with all, 0.45 with these.
     */
    private static final int COPIES_PAY = 8;

    private final Kernels kernels;
    private final ConvShape g;
    private final int groups;
    private final CsrWeight weight;
    private final float[] bias;
    private final float low;
    private final int n;
    private final Planes out;
    /** Null where the input is read in place. */
    private final TapColumns columns;
    /** Pixels between channels of what is read. */
    private final int plane;
    /** Where the first output's first tap is, in floats. */
    private final int origin;
    private final int[] offsets;
    private final Runs runs;
    /** Floats between rows of runs that cover several rows; 0 where runs lie within rows. */
    private final int joined;
    /** Floats of a channel of such output, before its rows are put in their place. */
    private final int apart;

    /**
     * @param g geometry of one group
     * @param weight [O, C/groups, KH, KW], or [O, I]
     * @param bias [O]
     * @param low 0 for a relu, −∞ for none
     * @param in planes of the input, whose border is at least the padding
     * @param out planes of the output
     * @param n images
     */
    public SparseConv2d(Kernels kernels, ConvShape g, int groups, CsrWeight weight, float[] bias, float low,
            Planes in, Planes out, int n) {
        if (weight.shape().dim(0) != g.o() * groups || weight.shape().size() != g.o() * groups * g.taps()
                || bias.length != g.o() * groups || g.oh() != out.height() || g.ow() != out.width()
                || in.channels() != g.c() * groups || in.border() < g.padding() || out.channels() != g.o() * groups) {
            throw new IllegalArgumentException("sparse convolution: weight " + weight.shape() + " and " + bias.length
                    + " biases against " + groups + " groups of " + g + " from " + in + " to " + out);
        }
        this.kernels = kernels;
        this.g = g;
        this.groups = groups;
        this.weight = weight;
        this.bias = bias;
        this.low = low;
        this.n = n;
        this.out = out;
        int lanes = kernels.sparse().lanes();
        columns = readable(lanes) ? null : new TapColumns(g, in);
        int pitch = columns == null ? in.pitch() : g.ow();
        plane = columns == null ? in.plane() : columns.plane();
        origin = columns == null ? (in.border() - g.padding()) * (in.pitch() + 1) * n : 0;
        offsets = IntStream.range(0, g.taps()).map(k -> {
            int ky = k / g.kw() % g.kh();
            int kx = k % g.kw();
            int tap = columns == null ? (ky * pitch + kx) * g.dilation() : columns.tap(ky, kx);
            return (k / (g.kh() * g.kw()) * plane + tap) * n;
        }).toArray();
        int row = g.ow() * n;
        if (row % lanes == 0 && (n % lanes == 0 || columns != null)) {
            runs = Runs.ofRows(kernels.sparse(), g.oh(), row, columns == null ? g.stride() : 1, pitch * n, out.pitch() * n);
            joined = 0;
            apart = 0;
        } else {
            joined = pitch * n;
            runs = Runs.beyond(kernels.sparse(), (g.oh() - 1) * joined + row);
            apart = runs.reach(kernels.sparse());
        }
    }

    private boolean readable(int lanes) {
        if (n % lanes == 0 && (g.stride() == 1 || n == lanes)) {
            return true;
        }
        return g.stride() == 1
                && (g.oh() * g.ow() * n < lanes || weight.nonzeros() < (long) COPIES_PAY * groups * g.c() * g.kw());
    }

    /** {@return floats that may be read beyond the end of the input: what is read there decides nothing} */
    public static int slack(SparseKernels kernels) {
        return kernels.maxVectors() * kernels.lanes();
    }

    /** {@return the floats of scratch that {@link #run} needs} */
    public int scratchSize() {
        return columnsSize() + apart * bias.length;
    }

    private int columnsSize() {
        return columns == null ? 0 : columns.size() * n + slack(kernels.sparse());
    }

    /**
     * Computes all images.
     *
     * @param x the input's planes, from {@code xAt} on
     * @param y the output's, whose border stays as it is, or is zeros
     */
    public void run(float[] x, int xAt, float[] y, int yAt, float[] scratch, int scratchAt) {
        float[] source = x;
        int from = xAt + origin;
        if (columns != null) {
            columns.copy(kernels.gemm(), x, xAt, n, scratch, scratchAt);
            source = scratch;
            from = scratchAt;
        }
        float[] target = apart == 0 ? y : scratch;
        int to = apart == 0 ? yAt + out.at(0, 0, 0) * n : scratchAt + columnsSize();
        int step = apart == 0 ? out.plane() * n : apart;
        int[] xs = runs.x();
        int[] ys = runs.y();
        for (int group = 0; group < groups; group++) {
            int at = from + group * g.c() * plane * n;
            if (xs.length == 1) {
                kernels.sparse().vector(group * g.o(), (group + 1) * g.o(), weight.starts(), weight.columns(), weight.values(),
                        offsets, bias, low, source, at, target, to, step);
                continue;
            }
            for (int i = 0; i < xs.length; i += RUNS) {
                kernels.sparse().rows(runs.vectors(), group * g.o(), (group + 1) * g.o(), weight.starts(), weight.columns(),
                        weight.values(), offsets, bias, low, source, at + xs[i], at + xs[i + 1], at + xs[i + 2],
                        at + xs[i + 3], target, to + ys[i], to + ys[i + 1], to + ys[i + 2], to + ys[i + 3], step);
            }
        }
        for (int o = 0; o < bias.length && apart > 0; o++) {
            kernels.gemm().copyRows(g.oh(), g.ow() * n, scratch, to + o * apart, joined, 1,
                    y, yAt + out.at(o, 0, 0) * n, out.pitch() * n);
        }
    }
}
