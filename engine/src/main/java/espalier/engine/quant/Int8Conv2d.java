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
 * shorts once, with its padding (of zero points, which stand for 0), and tap (c, ky, kx) is an offset into it, see {@link
 * TapPlanes}.
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
    /** Of the last number of images: made at each call, they were 48 bytes of garbage. */
    private TapPlanes planes;

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
        TapPlanes planes = planes(n);
        short[] widened = scratch.widened(planes.size() + panel);
        planes.widen(kernels, x, (short) input.zeroPoint(), widened, Int8Scratch.FIRST);
        int[] offsets = scratch.offsets(depth);
        planes.offsets(offsets, Int8Scratch.FIRST);
        int[] sums = scratch.sums(kernels.scratch());
        // Of a large layer only so many rows at a time are spread out as stay in the cache.
        int block = Math.clamp(SPREAD / (ROWS * depth), 1, tiles);
        for (int group = 0; group < groups; group++) {
            int base = planes.at(group * g.c());
            if (sparse != null) {
                int panels = planes.runs() * ceilDiv(planes.length(), panel);
                for (int i = 0; i < panels; i += ROWS) {
                    sparsePanels(widened, base, i, Math.min(ROWS, panels - i), planes, group, offsets, sums, y, floats,
                            floatOffset, scratch);
                }
                continue;
            }
            for (int first = 0; first < tiles; first += block) {
                int last = Math.min(first + block, tiles);
                int[] weights = spread(group, first, last, scratch.weights(block * ROWS * depth));
                for (int run = 0; run < planes.runs(); run++) {
                    for (int p = 0; p < planes.length(); p += panel) {
                        for (int tile = first; tile < last; tile++) {
                            int unit = group * tiles + tile;
                            kernels.products(widened, base + run * planes.pitch() + p, offsets, depth, weights,
                                    (tile - first) * ROWS * depth, products.lengths(), products.starts()[unit],
                                    products.starts()[unit + 1], sums);
                            for (int row = tile * ROWS; row < Math.min((tile + 1) * ROWS, rows); row++) {
                                finish(sums, row - tile * ROWS, group * rows + row, run, p, planes, y, floats, floatOffset,
                                        scratch);
                            }
                        }
                    }
                }
            }
        }
    }

    /** Threads that make one at the same time make the same. */
    private TapPlanes planes(int n) {
        TapPlanes known = planes;
        if (known == null || known.images() != n) {
            known = new TapPlanes(g, g.c() * groups, n, kernels.panel());
            planes = known;
        }
        return known;
    }

    /** {@return each weight of the tiles as both halves of an int; rows beyond the last are 0} */
    private int[] spread(int group, int firstTile, int lastTile, int[] weights) {
        int from = (group * rows + firstTile * ROWS) * depth;
        int size = (Math.min(lastTile * ROWS, rows) - firstTile * ROWS) * depth;
        kernels.pairs(dense, from, weights, size);
        Arrays.fill(weights, size, (lastTile - firstTile) * ROWS * depth, 0);
        return weights;
    }

    /** Some panels of a sparse layer, counted through all runs. */
    private void sparsePanels(short[] widened, int base, int first, int count, TapPlanes planes, int group, int[] offsets,
            int[] sums, byte[] y, float[] floats, int floatOffset, Int8Scratch scratch) {
        int panel = kernels.panel();
        int perRun = ceilDiv(planes.length(), panel);
        int at0 = base + panelAt(first, perRun, planes.pitch());
        int at1 = base + panelAt(first + Math.min(1, count - 1), perRun, planes.pitch());
        int at2 = base + panelAt(first + Math.min(2, count - 1), perRun, planes.pitch());
        int at3 = base + panelAt(first + count - 1, perRun, planes.pitch());
        int firstRun = first / perRun;
        int firstPosition = first % perRun * panel;
        for (int o = group * rows; o < (group + 1) * rows; o++) {
            kernels.sparseProducts(count, widened, at0, at1, at2, at3, offsets, sparse.columns(), sparse.values(),
                    products.lengths(), products.starts()[o], products.starts()[o + 1], sparse.starts()[o], sums);
            for (int i = 0, run = firstRun, p = firstPosition; i < count; i++, p += panel) {
                if (p >= planes.length()) {
                    p = 0;
                    run++;
                }
                finish(sums, i, o, run, p, planes, y, floats, floatOffset, scratch);
            }
        }
    }

    private int panelAt(int index, int perRun, int pitch) {
        return index / perRun * pitch + index % perRun * kernels.panel();
    }

    private void finish(int[] sums, int row, int o, int run, int p, TapPlanes planes, byte[] y, float[] floats,
            int floatOffset, Int8Scratch scratch) {
        int panel = kernels.panel();
        int count = Math.min(panel, planes.length() - p);
        if (y == null) {
            toFloats(sums, row, o, p, count, floats, floatOffset, scratch.accumulators(panel));
        } else {
            int to = (o * planes.runs() + run) * planes.length() + p;
            toBytes(sums, row, o, y, to, count, scratch.edge(panel));
        }
    }

    private void toFloats(int[] sums, int row, int o, int from, int count, float[] y, int yOffset, int[] accumulators) {
        kernels.accumulators(sums, row, biases[o], accumulators, 0);
        for (int i = 0; i < count; i++) {
            y[yOffset + (from + i) * outChannels + o] = accumulators[i] * outputScales[o];
        }
    }

    /** Requantizes a panel of a run, positions p.. from {@code yOffset} on. */
    private void toBytes(int[] sums, int row, int o, byte[] y, int yOffset, int count, byte[] edge) {
        boolean filled = count == kernels.panel();
        kernels.requantize(sums, row, biases[o], multipliers[o], outputZero, low, high, filled ? y : edge, filled ? yOffset : 0);
        if (!filled) {
            System.arraycopy(edge, 0, y, yOffset, count);
        }
    }
}
