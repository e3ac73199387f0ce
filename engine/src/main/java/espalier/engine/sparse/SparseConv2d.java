package espalier.engine.sparse;

import espalier.engine.kernel.CacheSizes;
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
 *
 * <p>Where weights are many, the input channels are taken in blocks: what the outputs of some runs read of a block fits L1, and
 * is read from there by one row of weights after the other, which add to y. The order of additions, and so every bit, is the
 * same. (80 % zeros, 16 images: 64 channels of 8×8 took 0.24 ms, now 0.18; 512 of 4×4 took 4.2, now 3.1.)
 *
 * <p>Where an output row of a copied image is short, runs go on through the rows, and outputs are put in their place afterwards:
 * one image of 32 channels of 16×16, 84 % zeros, took 22 µs by rows, four vectors a call, and takes 18 by two runs of eight and
 * in blocks; at 90 % it is a draw.
 */
public final class SparseConv2d {
    /**
     * Non-zeros for each column that is copied, from which on the copies pay: with 9, 64 channels of 8×8 took 14.9 µs with copies
     * and 13.3 without; with 15, 32 of 16×16 took 18 and 24.
     */
    private static final int COPIES_PAY = 12;
    /** Non-zeros of a row and block from which on blocks pay: each of them reads and writes y again, some 60 cycles. */
    private static final int BLOCKS_PAY = 9;
    /** Bytes: a core with no more in its first cache (Zen 4) loads no faster from there than from its second. */
    private static final int SMALL_L1 = 32 << 10;

    private final Kernels kernels;
    private final ConvShape g;
    private final int groups;
    private final CsrWeight weight;
    /** Of blocks of input channels, in order. */
    private final Pattern[] blocks;
    /** Of a column of the weight, in floats. */
    private final int[] offsets;
    private final float[] bias;
    private final float[] none;
    private final float low;
    private final int n;
    private final Planes out;
    /** Null where the input is read in place. */
    private final TapColumns columns;
    /** Pixels between channels of what is read. */
    private final int plane;
    /** Where the first output's first tap is, in floats. */
    private final int origin;
    private final Runs runs;
    /** Floats between rows of runs that cover several rows; 0 where runs lie within rows. */
    private final int joined;
    /** Floats of a channel of such output, before its rows are put in their place. */
    private final int apart;
    private final boolean addable;

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
        none = new float[bias.length];
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
        boolean fills = columns == null ? n % lanes == 0 : row >= kernels.sparse().maxVectors() * lanes;
        if (row % lanes == 0 && fills) {
            runs = Runs.ofRows(kernels.sparse(), g.oh(), row, columns == null ? g.stride() : 1, pitch * n, out.pitch() * n);
            joined = 0;
            apart = 0;
        } else {
            joined = pitch * n;
            runs = Runs.beyond(kernels.sparse(), (g.oh() - 1) * joined + row);
            apart = runs.reach(kernels.sparse());
        }
        boolean dense = runs.stride() == 1 || runs.vectors() == 1;
        boolean sums = dense && runs.separate(kernels.sparse()) && runs.x().length > 1;
        addable = sums && apart == 0 && columns == null;
        blocks = Pattern.blocks(weight, g.taps(), (sums ? channelsOfBlock() : g.c()) * g.kh() * g.kw());
    }

    /** {@return the input channels of a block; all of them where blocks do not pay} */
    private int channelsOfBlock() {
        int fit = Math.ceilDiv(g.c(), Math.max(1, CacheSizes.l1() / (readOfChannel() * Float.BYTES)));
        // Fewer, where these would be all but empty; but what is twice as large as L1 is in L2.
        int number = (int) Math.min(fit, weight.nonzeros() / ((long) BLOCKS_PAY * bias.length));
        boolean pay = CacheSizes.l1() > SMALL_L1 && number > 0 && 2 * number >= fit;
        return pay ? Math.ceilDiv(g.c(), number) : g.c();
    }

    /** {@return floats of a channel that the runs of a call read} */
    private int readOfChannel() {
        int together = SparseKernels.runs(runs.vectors());
        int run = runs.vectors() * kernels.sparse().lanes();
        int below = (g.kh() - 1) * g.dilation();
        if (columns != null) {
            return g.kw() * (together * run + below * g.ow() * n);
        }
        return ((Math.min(together, g.oh()) - 1) * g.stride() + below + 1) * (run + (g.kw() - 1) * g.dilation() * n);
    }

    /** {@return whether {@link #add} is possible: images fill vectors, and no output is computed twice} */
    public boolean addable() {
        return addable;
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
        compute(false, source, from, target, to, apart == 0 ? out.plane() * n : apart);
        for (int o = 0; o < bias.length && apart > 0; o++) {
            kernels.gemm().copyRows(g.oh(), g.ow() * n, scratch, to + o * apart, joined, 1,
                    y, yAt + out.at(o, 0, 0) * n, out.pitch() * n);
        }
    }

    /**
     * Computes {@code y = max(low, y + W ⋆ x + bias)} of all images.
     *
     * @throws IllegalStateException when it is not {@link #addable}
     */
    public void add(float[] x, int xAt, float[] y, int yAt) {
        if (!addable) {
            throw new IllegalStateException("sparse convolution of " + g + " and " + n + " images cannot add to its output");
        }
        compute(true, x, xAt + origin, y, yAt + out.at(0, 0, 0) * n, out.plane() * n);
    }

    private void compute(boolean add, float[] x, int from, float[] y, int to, int step) {
        int[] xs = runs.x();
        int[] ys = runs.y();
        for (int group = 0; group < groups; group++) {
            int first = group * g.o();
            int last = first + g.o();
            int at = from + group * g.c() * plane * n;
            if (xs.length == 1) {
                Pattern p = blocks[0];
                kernels.sparse().vector(first, last, p.starts(), p.ends(), weight.columns(), weight.values(),
                        offsets, bias, low, x, at, y, to, step);
                continue;
            }
            for (int i = 0; i < xs.length; i += SparseKernels.runs(runs.vectors())) {
                for (int b = 0; b < blocks.length; b++) {
                    Pattern p = blocks[b];
                    float least = b == blocks.length - 1 ? low : Float.NEGATIVE_INFINITY;
                    if (b == 0 && !add) {
                        kernels.sparse().rows(runs.vectors(), runs.stride(), first, last, p.starts(), p.ends(), weight.columns(),
                                weight.values(), offsets, bias, least, x, at, xs, y, to, ys, i, step);
                    } else {
                        kernels.sparse().addRows(runs.vectors(), first, last, p.starts(), p.ends(), weight.columns(),
                                weight.values(), offsets, b == 0 ? bias : none, least, x, at, xs, y, to, ys, i, step);
                    }
                }
            }
        }
    }
}
