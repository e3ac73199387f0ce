package espalier.engine.kernel;

import static espalier.engine.kernel.ChannelTiles.ELEMENTS;
import static espalier.engine.kernel.WinogradKernels.ROWS;

import java.util.stream.IntStream;

/**
 * A 3×3 convolution without stride by Winograd's F(2×2, 3×3), channels in lanes: images are transposed to {@link LanePlanes} and
 * back, after which neither the transforms nor the products cross lanes, whatever the image's size.
 *
 * <p>Error and source: see {@link WinogradProduct}. Each output is one sum in the order of the channels, whatever else is
 * computed with it. An instance is immutable and may be used by several threads.
 */
final class ChannelWinograd implements ChannelConvolution {
    /** With fewer, as in 512 channels of 2×2, packing the weights takes longer than what is saved. */
    private static final int FEWEST_POSITIONS = 16;
    /** With fewer, transforms take longer than the products that they save: 16 of 32×32 take 63 µs in place of 44. */
    private static final int FEWEST_CHANNELS = 32;

    private static final int WEIGHTS = 9;

    private final WinogradKernels kernels;
    private final ConvShape g;
    private final int lanes;
    private final int from;
    /** Of the image: the first that the outputs meet. */
    private final int firstInputRow;
    private final ChannelTiles tiles;
    /** Of the channels of a tile. */
    private final int[] terms;
    private final float[] noBias;
    /** Where each weight of an output channel lies among what is packed. */
    private final int[] weightsAt;
    /** Likewise, those of one input channel, from the last on. */
    private final int[] turnedAt;

    /** {@return whether this is a convolution that it computes, or whose weight gradient {@link WinogradGradient} does} */
    static boolean suits(GemmKernels gemm, ConvShape g, int groups) {
        return gemm.lanes() % ROWS == 0 && g.kh() == 3 && g.kw() == 3 && g.stride() == 1 && g.dilation() == 1 && groups == 1
                && g.padding() <= 2 && g.oh() > 0 && g.oh() % 2 == 0 && g.ow() % 2 == 0 && g.positions() >= FEWEST_POSITIONS
                && g.c() > 0 && g.c() % gemm.lanes() == 0 && g.o() % gemm.lanes() == 0;
    }

    /** {@return whether that is faster than the products as they stand} */
    static boolean pays(ConvShape g) {
        return Math.min(g.c(), g.o()) >= FEWEST_CHANNELS;
    }

    /** The output rows from {@code from} up to {@code to}, both even. */
    ChannelWinograd(GemmKernels gemm, ConvShape g, int from, int to) {
        this.g = g;
        this.from = from;
        kernels = gemm.winograd();
        lanes = gemm.lanes();
        int first = from - g.padding();
        int end = to + 2 - g.padding();
        firstInputRow = Math.clamp(first, 0, g.h());
        int rows = Math.clamp(end, firstInputRow, g.h()) - firstInputRow;
        int top = firstInputRow - first;
        tiles = ChannelTiles.of(gemm,
                LanePlanes.of(gemm, g.c(), rows, g.w(), top, end - first - top - rows, g.padding()),
                LanePlanes.of(gemm, g.o(), to - from, g.ow(), 0, 0, 0));
        terms = IntStream.range(0, g.c()).map(p -> p / lanes * tiles.block() * lanes + p % lanes).toArray();
        noBias = new float[1];
        weightsAt = IntStream.range(0, WEIGHTS * g.c()).map(k -> k % WEIGHTS * packedStep() + k / WEIGHTS * lanes).toArray();
        turnedAt = IntStream.range(0, ELEMENTS).map(k -> (k < WEIGHTS ? WEIGHTS - 1 - k : k) * packedStep()).toArray();
    }

    @Override
    public int images() {
        return tiles.images();
    }

    @Override
    public int packedSize() {
        return ELEMENTS * packedStep();
    }

    private int packedStep() {
        return g.o() * g.c() + ChannelTiles.gap(lanes);
    }

    /**
     * Packs {@code G·W·Gᵀ} as {@code [element][o/lanes][c][lanes]}.
     *
     * @param weight {@code [o,c,3,3]}, or where {@code turned} {@code [c,o,3,3]}, of which each 3×3 is read from its end
     */
    @Override
    public void pack(float[] weight, boolean turned, float[] packed) {
        for (int o = 0; o < g.o(); o += lanes) {
            int to = o * g.c();
            if (!turned) {
                kernels.toLanes(WEIGHTS * g.c(), weight, WEIGHTS * o * g.c(), WEIGHTS * g.c(), packed, to, weightsAt);
            }
            for (int c = 0; c < g.c() && turned; c++) {
                int from = WEIGHTS * (c * g.o() + o);
                // Faster by whole vectors: what is read beyond the nine goes where elements will be that are not made yet.
                int n = Math.min(ELEMENTS, weight.length - from - WEIGHTS * (lanes - 1));
                kernels.toLanes(n, weight, from, WEIGHTS, packed, to + c * lanes, turnedAt);
            }
            transform(packed, to, g.c() * lanes);
        }
    }

    /**
     * {@code G·W·Gᵀ} in place of W, n of them, weight or element e of each {@code e·packedStep()} away. In double: with weights
     * rounded four times, ten PGD steps through ResNet-20 led to 99.687 % of the mask that PyTorch's lead to by layer-gap, 99.706 %
     * with weights rounded once.
     */
    private void transform(float[] packed, int offset, int n) {
        int step = packedStep();
        for (int k = offset; k < offset + n; k++) {
            double w00 = packed[k];
            double w01 = packed[k + step];
            double w02 = packed[k + 2 * step];
            double half10 = packed[k + 3 * step] / 2.0;
            double half11 = packed[k + 4 * step] / 2.0;
            double half12 = packed[k + 5 * step] / 2.0;
            double w20 = packed[k + 6 * step];
            double w21 = packed[k + 7 * step];
            double w22 = packed[k + 8 * step];
            double even0 = (w00 + w20) / 2;
            double even1 = (w01 + w21) / 2;
            double even2 = (w02 + w22) / 2;
            row(packed, k, step, w00, w01, w02);
            row(packed, k + 4 * step, step, even0 + half10, even1 + half11, even2 + half12);
            row(packed, k + 8 * step, step, even0 - half10, even1 - half11, even2 - half12);
            row(packed, k + 12 * step, step, w20, w21, w22);
        }
    }

    /** Stores a row times {@code Gᵀ}. */
    private static void row(float[] packed, int at, int step, double a, double b, double c) {
        packed[at] = (float) a;
        packed[at + step] = (float) ((a + c + b) / 2);
        packed[at + 2 * step] = (float) ((a + c - b) / 2);
        packed[at + 3 * step] = (float) c;
    }

    @Override
    public int scratch() {
        return tiles.scratch();
    }

    @Override
    public void convolve(float[] packed, int count, float[] x, int xOffset, int first, int end, float[] y, int yOffset,
            float[] scratch, int scratchOffset) {
        LanePlanes in = tiles.in();
        LanePlanes out = tiles.out();
        int outAt = scratchOffset + tiles.outAt();
        int vAt = scratchOffset + tiles.inTransformed();
        int mAt = scratchOffset + tiles.outTransformed();
        for (int i = 0; i < count; i++) {
            in.fill(x, xOffset + (i * g.c() * g.h() + firstInputRow) * g.w(), g.h() * g.w(),
                    scratch, scratchOffset + i * in.size());
        }
        int block = tiles.block();
        for (int t = 0; t < count * tiles.tiles(); t += block) {
            int some = Math.min(block, Gemm.roundUp(count * tiles.tiles() - t, ROWS));
            tiles.transformInput(t, some, scratch, scratchOffset);
            for (int e = 0; e < ELEMENTS; e++) {
                for (int o = first; o < end; o += 2 * lanes) {
                    for (int r = 0; r < some; r += ROWS) {
                        kernels.product(Math.min(2, (end - o) / lanes), g.c(),
                                scratch, vAt + e * tiles.inStep() + r * lanes, terms,
                                packed, e * packedStep() + o * g.c(), g.c() * lanes,
                                scratch, mAt + e * tiles.outStep() + o * block + r * lanes, block * lanes);
                    }
                }
            }
            for (int o = first; o < end; o += lanes) {
                kernels.output(1, some, scratch, mAt + o * block, tiles.outStep(), noBias, 0,
                        Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY,
                        scratch, outAt + o / lanes * out.plane(), 0, tiles.outTiles(), t, out.row(), lanes);
            }
        }
        for (int i = 0; i < count; i++) {
            for (int o = first; o < end; o += lanes) {
                kernels.fromLanes(4 * tiles.tiles(), scratch, outAt + i * out.size() + o / lanes * out.plane(),
                        y, yOffset + (i * g.o() + o) * g.positions() + from * g.ow(), g.positions());
            }
        }
    }
}
