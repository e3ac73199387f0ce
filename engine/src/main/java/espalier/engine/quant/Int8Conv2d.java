package espalier.engine.quant;

import static espalier.engine.kernel.Int8Kernels.ROWS;
import static java.lang.Math.ceilDiv;

import espalier.engine.kernel.ConvShape;
import espalier.engine.kernel.Int8Kernels;
import espalier.engine.kernel.Kernels;
import espalier.engine.weight.CsrInt8Weight;
import espalier.engine.weight.Int8Weight;
import espalier.engine.weight.Weight;
import java.util.Arrays;

/**
 * {@code y = clamp(round((Σ (x − zeroPoint)·w + bias) · multiplier) + zeroPoint′)}: convolution in integers, ready to run.
 *
 * <p>Activations are unsigned bytes [C, H, W, n]: the n images of a group lie innermost. Then every tap of the kernel sees a
 * whole output row of all images as one run of neighbours, and no activation is ever gathered: the image is widened to
 * shorts once, with its padding (of zero points, which stand for 0), and tap (c, ky, kx) is an offset into it. For a stride
 * s the padded image is stored as its s·s sub-images, in which neighbours are s pixels apart.
 *
 * <p>The multiplier of channel o is {@code input.scale · weight.scale[o] / output.scale}; the rounding is that of
 * {@link Int8Kernels}.
 */
public final class Int8Conv2d {
    /** Weights that are spread out at a time: with a row of tiles, within a second-level cache. */
    private static final int SPREAD = 1 << 16;

    private final ConvShape g;
    private final int groups;
    private final Int8Kernels kernels;
    private final int outChannels;
    /** Output channels of a group, and kernel calls that they take. */
    private final int rows;
    private final int tiles;
    private final int depth;
    /** Of a group: where each product's activation lies in the widened image, in pixels. */
    private final int[] taps;
    private final int subHeight;
    private final int subWidth;
    /** Dense weights; else null. */
    private final byte[] dense;
    /** Sparse weights; else null. */
    private final CsrInt8Weight sparse;
    private final Groups products;
    private final int[] biases;
    private final float[] multipliers;
    private final float[] outputScales;
    private final QuantParams input;
    private final int outputZero;
    private final int low;
    private final int high;

    /**
     * @param geometry of one group
     * @param weight [O, C/groups, kH, kW], or [O, I] for a linear layer: an {@link Int8Weight} or a {@link CsrInt8Weight}
     * @param bias [O] in units of {@code input.scale · weight.scale[o]}
     * @param output of the activations that this makes; anything for a layer that is only {@linkplain #runToFloat run to
     * floats}
     * @param low the least output: the zero point of {@code output} when a relu is fused
     * @param high the greatest output
     */
    public Int8Conv2d(Kernels kernels, ConvShape geometry, int groups, Weight weight, int[] bias, QuantParams input,
            QuantParams output, int low, int high) {
        this.g = geometry;
        this.groups = groups;
        this.kernels = kernels.int8();
        this.input = input;
        this.low = low;
        this.high = high;
        outputZero = output.zeroPoint();
        outChannels = g.o() * groups;
        depth = g.taps();
        if (weight.shape().dim(0) != outChannels || (long) depth * outChannels != weight.shape().size()
                || bias.length != outChannels || g.oh() < 1 || g.ow() < 1) {
            throw new IllegalArgumentException("int8 convolution: weight " + weight.shape() + " and " + bias.length
                    + " biases against " + groups + " groups of " + g);
        }
        if (depth > maxDepth()) {
            throw new IllegalArgumentException("int8 convolution: " + depth + " products an output, 32-bit sums hold "
                    + maxDepth());
        }
        rows = g.o();
        tiles = ceilDiv(rows, ROWS);
        int s = g.stride();
        subHeight = (g.h() + 2 * g.padding() + s - 1) / s;
        subWidth = (g.w() + 2 * g.padding() + s - 1) / s;
        taps = taps();
        float[] scales;
        byte[] values;
        switch (weight) {
            case Int8Weight w -> {
                dense = w.values();
                sparse = null;
                products = Groups.of(dense, groups, rows, depth, input.narrow());
                scales = w.scales();
                values = dense;
            }
            case CsrInt8Weight w -> {
                dense = null;
                sparse = w;
                products = Groups.of(w, input.narrow());
                scales = w.scales();
                values = w.toInt8().values();
            }
            default -> throw new IllegalArgumentException("int8 convolution: a weight of " + weight.getClass().getSimpleName());
        }
        biases = new int[outChannels];
        multipliers = new float[outChannels];
        outputScales = new float[outChannels];
        for (int o = 0; o < outChannels; o++) {
            int sum = 0;
            for (int k = o * depth; k < (o + 1) * depth; k++) {
                sum += values[k];
            }
            biases[o] = bias[o] - input.zeroPoint() * sum;
            multipliers[o] = multiplier(input, scales[o], output);
            outputScales[o] = input.scale() * scales[o];
        }
    }

    /** {@return how many products a 32-bit sum holds beside a bias of up to 2³⁰} */
    public static int maxDepth() {
        return (1 << 30) / (255 * 127);
    }

    /** {@return {@code input.scale · weightScale / output.scale}, formed in double, as float} */
    public static float multiplier(QuantParams input, float weightScale, QuantParams output) {
        return (float) ((double) input.scale() * weightScale / output.scale());
    }

    private int[] taps() {
        int[] taps = new int[depth];
        int s = g.stride();
        int k = 0;
        for (int c = 0; c < g.c(); c++) {
            for (int ky = 0; ky < g.kh(); ky++) {
                for (int kx = 0; kx < g.kw(); kx++) {
                    int y = ky * g.dilation();
                    int x = kx * g.dilation();
                    taps[k++] = subImage(c, y % s, x % s) + y / s * subWidth + x / s;
                }
            }
        }
        return taps;
    }

    private int subImage(int channel, int yPhase, int xPhase) {
        return ((channel * g.stride() + yPhase) * g.stride() + xPhase) * subHeight * subWidth;
    }

    /**
     * Computes one group of images.
     *
     * @param x [C, H, W, n]
     * @param y [O, H′, W′, n], overwritten
     */
    public void run(byte[] x, int n, byte[] y, Int8Scratch scratch) {
        compute(x, n, y, null, 0, scratch);
    }

    /**
     * Computes one group of images of 1×1 pixels and dequantizes: {@code y = (Σ (x − zeroPoint)·w + bias) · scale}.
     *
     * @param x [C, n]
     * @param y [n, O] from {@code yOffset} on, overwritten
     */
    public void runToFloat(byte[] x, int n, float[] y, int yOffset, Int8Scratch scratch) {
        if (g.oh() * g.ow() != 1) {
            throw new IllegalStateException("int8: float output is for linear layers, not for " + g);
        }
        compute(x, n, null, y, yOffset, scratch);
    }

    private void compute(byte[] x, int n, byte[] y, float[] floats, int floatOffset, Int8Scratch scratch) {
        int panel = kernels.panel();
        short[] widened = widen(x, n, scratch.widened(subImage(g.c() * groups, 0, 0) * n + panel));
        int[] offsets = scratch.offsets(depth);
        for (int k = 0; k < depth; k++) {
            offsets[k] = Int8Scratch.FIRST + taps[k] * n;
        }
        int[] sums = scratch.sums(kernels.scratch());
        int valid = g.ow() * n;
        int pitch = subWidth * n;
        int whole = (g.oh() - 1) * pitch + valid;
        // Row by row computes nothing of the padding; as a whole ends in one half empty panel, not in one a row.
        boolean byRows = g.oh() * ceilDiv(valid, panel) <= ceilDiv(whole, panel);
        int runs = byRows ? g.oh() : 1;
        int length = byRows ? valid : whole;
        // Of a large layer only so many rows at a time are spread out as stay in the cache.
        int block = Math.clamp(SPREAD / (ROWS * depth), 1, tiles);
        for (int group = 0; group < groups; group++) {
            int base = subImage(group * g.c(), 0, 0) * n;
            if (sparse != null) {
                int panels = runs * ceilDiv(length, panel);
                for (int i = 0; i < panels; i += ROWS) {
                    sparsePanels(widened, base, i, Math.min(ROWS, panels - i), length, group, pitch, valid, n, offsets, sums, y,
                            floats, floatOffset, scratch);
                }
                continue;
            }
            for (int first = 0; first < tiles; first += block) {
                int last = Math.min(first + block, tiles);
                int[] weights = spread(group, first, last, scratch.weights(block * ROWS * depth));
                for (int run = 0; run < runs; run++) {
                    for (int p = 0; p < length; p += panel) {
                        for (int tile = first; tile < last; tile++) {
                            int unit = group * tiles + tile;
                            kernels.products(widened, base + run * pitch + p, offsets, depth, weights,
                                    (tile - first) * ROWS * depth, products.lengths(), products.starts()[unit],
                                    products.starts()[unit + 1], sums);
                            for (int row = tile * ROWS; row < Math.min((tile + 1) * ROWS, rows); row++) {
                                finish(sums, row - tile * ROWS, group * rows + row, run, p, length, pitch, valid, n, y,
                                        floats, floatOffset, scratch);
                            }
                        }
                    }
                }
            }
        }
    }

    /** {@return each weight of the tiles as both halves of an int; rows beyond the last are 0} */
    private int[] spread(int group, int firstTile, int lastTile, int[] weights) {
        int from = (group * rows + firstTile * ROWS) * depth;
        int size = (Math.min(lastTile * ROWS, rows) - firstTile * ROWS) * depth;
        for (int i = 0; i < size; i++) {
            weights[i] = dense[from + i] & 0xFFFF | dense[from + i] << 16;
        }
        Arrays.fill(weights, size, (lastTile - firstTile) * ROWS * depth, 0);
        return weights;
    }

    /** Some panels of a sparse layer, counted through all runs. */
    private void sparsePanels(short[] widened, int base, int first, int count, int length, int group, int pitch, int valid, int n,
            int[] offsets, int[] sums, byte[] y, float[] floats, int floatOffset, Int8Scratch scratch) {
        int panel = kernels.panel();
        int perRun = ceilDiv(length, panel);
        int at0 = base + panelAt(first, perRun, pitch);
        int at1 = base + panelAt(first + Math.min(1, count - 1), perRun, pitch);
        int at2 = base + panelAt(first + Math.min(2, count - 1), perRun, pitch);
        int at3 = base + panelAt(first + count - 1, perRun, pitch);
        for (int o = group * rows; o < (group + 1) * rows; o++) {
            kernels.sparseProducts(count, widened, at0, at1, at2, at3, offsets, sparse.columns(), sparse.values(),
                    products.lengths(), products.starts()[o], products.starts()[o + 1], sparse.starts()[o], sums);
            for (int i = 0; i < count; i++) {
                int p = (first + i) % perRun * panel;
                finish(sums, i, o, (first + i) / perRun, p, length, pitch, valid, n, y, floats, floatOffset, scratch);
            }
        }
    }

    private int panelAt(int index, int perRun, int pitch) {
        return index / perRun * pitch + index % perRun * kernels.panel();
    }

    private void finish(int[] sums, int row, int o, int run, int p, int length, int pitch, int valid, int n, byte[] y,
            float[] floats, int floatOffset, Int8Scratch scratch) {
        int panel = kernels.panel();
        if (y == null) {
            toFloats(sums, row, o, p, Math.min(p + panel, n), floats, floatOffset, scratch.accumulators(panel));
        } else {
            toBytes(sums, row, o, y, (o * g.oh() + run) * valid, p, length, pitch, valid, scratch.edge(panel));
        }
    }

    private void toFloats(int[] sums, int row, int o, int from, int to, float[] y, int yOffset, int[] accumulators) {
        kernels.accumulators(sums, row, biases[o], accumulators, 0);
        for (int i = from; i < to; i++) {
            y[yOffset + i * outChannels + o] = accumulators[i - from] * outputScales[o];
        }
    }

    /**
     * Requantizes positions p.. of a run that starts at {@code yOffset}, and drops the {@code pitch − valid} after each row.
     */
    private void toBytes(int[] sums, int row, int o, byte[] y, int yOffset, int p, int length, int pitch, int valid,
            byte[] edge) {
        int panel = kernels.panel();
        if (length == valid && p + panel <= valid) {
            kernels.requantize(sums, row, biases[o], multipliers[o], outputZero, low, high, y, yOffset + p);
            return;
        }
        kernels.requantize(sums, row, biases[o], multipliers[o], outputZero, low, high, edge, 0);
        int end = Math.min(p + panel, length);
        for (int at = p; at < end; ) {
            int column = at % pitch;
            if (column < valid) {
                int count = Math.min(end - at, valid - column);
                System.arraycopy(edge, at - p, y, yOffset + at / pitch * valid + column, count);
                at += count;
            } else {
                at += pitch - column;
            }
        }
    }

    /** [C, s, s, subHeight, subWidth, n]: the padded image, split by the phase of row and column. */
    private short[] widen(byte[] x, int n, short[] widened) {
        int s = g.stride();
        if (s > 1 || g.padding() > 0) {
            Arrays.fill(widened, Int8Scratch.FIRST, Int8Scratch.FIRST + subImage(g.c() * groups, 0, 0) * n,
                    (short) input.zeroPoint());
        }
        for (int c = 0; c < g.c() * groups; c++) {
            for (int row = 0; row < g.h(); row++) {
                int padded = row + g.padding();
                int from = (c * g.h() + row) * g.w();
                for (int first = 0; first < Math.min(s, g.w()); first++) {
                    int column = first + g.padding();
                    int to = subImage(c, padded % s, column % s) + padded / s * subWidth + column / s;
                    kernels.widen(x, (from + first) * n, s * n, widened, Int8Scratch.FIRST + to * n,
                            ceilDiv(g.w() - first, s), n);
                }
            }
        }
        return widened;
    }
}
