package espalier.engine.sparse;

import static espalier.engine.kernel.SparseKernels.RUNS;

import espalier.engine.kernel.ConvShape;
import espalier.engine.kernel.SparseKernels;
import espalier.engine.weight.CsrWeight;
import java.util.Arrays;

/**
 * {@code y = max(low, W ⋆ x + bias)} with a sparse W, ready to run on a number of images; a linear layer is one of 1×1 pixels.
 *
 * <p>A non-zero is an offset into the input, which is never gathered: the border of its {@link Planes} is the padding. Where
 * the stride is not 1 and a vector does not hold all images of a pixel, the image is first copied as its stride² sub-images, in
 * which neighbours are a stride apart.
 *
 * <p>Where a vector holds images only, runs lie within output rows. Where fewer images than lanes are run, a run covers rows
 * and the border between them, which is put right afterwards.
 */
public final class SparseConv2d {
    private final SparseKernels kernels;
    private final ConvShape g;
    private final int groups;
    private final CsrWeight weight;
    private final float[] bias;
    private final float low;
    private final int n;
    private final Planes out;
    private final SubImages split;
    /** Pixels between channels of what is read. */
    private final int plane;
    /** Where the first output's first tap is, in floats. */
    private final int origin;
    private final int[] offsets;
    private final Runs runs;
    /** Floats between rows of runs that cover several rows; 0 where runs lie within rows. */
    private final int joined;
    /** Floats of a channel of output before its rows are put in their place; 0 where they are computed there. */
    private final int apart;

    /**
     * @param g geometry of one group
     * @param weight [O, C/groups, KH, KW], or [O, I]
     * @param bias [O]
     * @param low 0 for a relu, −∞ for none
     * @param in planes of the input
     * @param out planes of the output
     * @param n images
     */
    public SparseConv2d(SparseKernels kernels, ConvShape g, int groups, CsrWeight weight, float[] bias, float low,
            Planes in, Planes out, int n) {
        if (weight.shape().dim(0) != g.o() * groups || weight.shape().size() != g.o() * groups * g.taps()
                || bias.length != g.o() * groups || g.oh() != out.height() || g.ow() != out.width()
                || in.channels() != g.c() * groups || out.channels() != g.o() * groups) {
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
        boolean readable = g.stride() == 1 || n == kernels.lanes();
        split = readable && in.border() >= g.padding() ? null : new SubImages(g, in, out.pitch());
        int pitch = split == null ? in.pitch() : split.pitch();
        plane = split == null ? in.plane() : split.plane();
        origin = split == null ? (in.border() - g.padding()) * (in.pitch() + 1) * n : 0;
        offsets = offsets(pitch);
        int row = g.ow() * n;
        int whole = ((g.oh() - 1) * pitch + g.ow()) * n;
        if (row % kernels.lanes() == 0 && n % kernels.lanes() == 0) {
            runs = Runs.ofRows(kernels, g.oh(), row, split == null ? g.stride() : 1, pitch * n, out.pitch() * n);
            joined = 0;
            apart = 0;
        } else {
            joined = pitch * n;
            boolean inPlace = pitch == out.pitch() && whole >= kernels.lanes();
            runs = inPlace ? Runs.ofRows(kernels, 1, whole, 1, 0, 0) : Runs.beyond(kernels, whole);
            apart = inPlace ? 0 : runs.reach(kernels);
        }
    }

    private int[] offsets(int pitch) {
        int[] at = new int[g.taps()];
        int k = 0;
        for (int c = 0; c < g.c(); c++) {
            for (int ky = 0; ky < g.kh(); ky++) {
                for (int kx = 0; kx < g.kw(); kx++) {
                    int y = ky * g.dilation();
                    int x = kx * g.dilation();
                    at[k++] = (split == null ? c * plane + y * pitch + x : c * plane + split.tap(y, x)) * n;
                }
            }
        }
        return at;
    }

    /** {@return floats that may be read beyond the end of the input: what is read there decides nothing} */
    public static int slack(SparseKernels kernels) {
        return kernels.maxVectors() * kernels.lanes();
    }

    /** {@return the floats of scratch that {@link #run} needs} */
    public int scratchSize() {
        return splitSize() + apart * bias.length;
    }

    private int splitSize() {
        return split == null ? 0 : split.size() * n + slack(kernels);
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
        if (split != null) {
            split.copy(x, xAt, n, scratch, scratchAt);
            source = scratch;
            from = scratchAt;
        }
        float[] target = apart == 0 ? y : scratch;
        int to = apart == 0 ? yAt + out.at(0, 0, 0) * n : scratchAt + splitSize();
        int step = apart == 0 ? out.plane() * n : apart;
        int[] xs = runs.x();
        int[] ys = runs.y();
        for (int group = 0; group < groups; group++) {
            int at = from + group * g.c() * plane * n;
            for (int i = 0; i < xs.length; i += RUNS) {
                kernels.rows(runs.vectors(), group * g.o(), (group + 1) * g.o(), weight.starts(), weight.columns(),
                        weight.values(), offsets, bias, low, source, at + xs[i], at + xs[i + 1], at + xs[i + 2],
                        at + xs[i + 3], target, to + ys[i], to + ys[i + 1], to + ys[i + 2], to + ys[i + 3], step);
            }
        }
        if (apart > 0) {
            putInPlace(scratch, to, y, yAt);
        } else if (joined > g.ow() * n) {
            clearBorder(y, yAt);
        }
    }

    private void putInPlace(float[] from, int fromAt, float[] y, int yAt) {
        int row = g.ow() * n;
        for (int o = 0; o < bias.length; o++) {
            for (int i = 0; i < g.oh(); i++) {
                System.arraycopy(from, fromAt + o * apart + i * joined, y, yAt + out.at(o, i, 0) * n, row);
            }
        }
    }

    private void clearBorder(float[] y, int yAt) {
        int row = g.ow() * n;
        for (int o = 0; o < bias.length; o++) {
            for (int i = 0; i < g.oh() - 1; i++) {
                int at = yAt + out.at(o, i, 0) * n;
                Arrays.fill(y, at + row, at + joined, 0f);
            }
        }
    }
}
