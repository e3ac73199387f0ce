package espalier.engine.kernel;

import static espalier.engine.kernel.WinogradKernels.ROWS;

import java.util.stream.IntStream;

/**
 * A 3×3 convolution without stride by Winograd's F(2×2, 3×3), channels in lanes: images are transposed to {@link LanePlanes} and
 * back, after which neither the transforms nor the products cross lanes, whatever the image's size.
 *
 * <p>Error and source: see {@link WinogradProduct}. Each output is one sum in the order of the channels, whatever else is
 * computed with it. An instance is immutable and may be used by several threads.
 */
final class ChannelWinograd {
    static final int ELEMENTS = 16;
    /** Elements of each of the 16 matrices: transforms of 512 KiB; of 256 or 128 KiB they are no faster. */
    private static final int BLOCK_ELEMENTS = 1 << 12;
    private static final int LEAST_BLOCK = 32;
    /** With fewer, as in 512 channels of 2×2, packing the weights takes longer than what is saved. */
    private static final int FEWEST_POSITIONS = 16;
    /** With fewer, transforms take longer than the products that they save: 16 of 32×32 take 63 µs in place of 44. */
    private static final int FEWEST_CHANNELS = 32;

    private final GemmKernels gemm;
    private final WinogradKernels kernels;
    private final ConvShape g;
    private final int lanes;
    private final int from;
    /** Of the image: the first that the outputs meet. */
    private final int firstInputRow;
    private final LanePlanes in;
    private final LanePlanes out;
    /** 2×2 outputs of an image's rows. */
    private final int tiles;
    /** Of those, how many are computed together. */
    private final int block;
    private final int images;
    private final int[] inTiles;
    private final int[] outTiles;
    /** Of the channels of a tile. */
    private final int[] terms;
    private final float[] noBias;

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

    /** {@return how many tiles of 2×2 outputs are transformed together: so many that their elements stay in L2} */
    static int block(int channels) {
        return Gemm.roundUp(Math.max(LEAST_BLOCK, BLOCK_ELEMENTS / channels), ROWS);
    }

    /** The output rows from {@code from} up to {@code to}, both even. */
    ChannelWinograd(GemmKernels gemm, ConvShape g, int from, int to) {
        this.gemm = gemm;
        this.g = g;
        this.from = from;
        kernels = gemm.winograd();
        lanes = gemm.lanes();
        int first = from - g.padding();
        int end = to + 2 - g.padding();
        firstInputRow = Math.clamp(first, 0, g.h());
        int rows = Math.clamp(end, firstInputRow, g.h()) - firstInputRow;
        int top = firstInputRow - first;
        in = LanePlanes.of(gemm, g.c(), rows, g.w(), top, end - first - top - rows, g.padding());
        out = LanePlanes.of(gemm, g.o(), to - from, g.ow(), 0, 0, 0);
        int down = (to - from) / 2;
        int across = g.ow() / 2;
        tiles = down * across;
        block = block(Math.max(g.c(), g.o()));
        images = Math.ceilDiv(block, tiles);
        inTiles = in.tiles(slots(), down, across);
        outTiles = out.tiles(slots(), down, across);
        terms = IntStream.range(0, g.c()).map(p -> p / lanes * block * lanes + p % lanes).toArray();
        noBias = new float[1];
    }

    /** {@return images that there is room for: the last rows of a tile may be of one more, which is computed and not used} */
    private int slots() {
        return Math.ceilDiv(Gemm.roundUp(images * tiles, ROWS), tiles);
    }

    /** {@return the most images that one call of {@link #convolve} takes} */
    int images() {
        return images;
    }

    /** {@return floats that {@link #pack} writes} */
    int packedSize() {
        return ELEMENTS * packedStep();
    }

    private int packedStep() {
        return g.o() * g.c() + gap(gemm);
    }

    /** {@return floats between the elements' matrices: of 4 KiB each, all 16 would share the eight lines of one set of L1} */
    static int gap(GemmKernels gemm) {
        return 2 * gemm.lanes();
    }

    /**
     * Packs {@code G·W·Gᵀ} as {@code [element][o/lanes][c][lanes]}.
     *
     * @param weight {@code [o,c,3,3]}, or where {@code turned} {@code [c,o,3,3]}, of which each 3×3 is read from its end
     */
    void pack(float[] weight, boolean turned, float[] packed) {
        int step = packedStep();
        int sign = turned ? -1 : 1;
        for (int block = 0; block < g.o(); block += lanes) {
            for (int k = 0; k < g.c() * lanes; k++) {
                int c = k / lanes;
                int o = block + k % lanes;
                int from = 9 * (turned ? c * g.o() + o : o * g.c() + c) + (turned ? 8 : 0);
                int to = block * g.c() + k;
                for (int i = 0; i < 4; i++) {
                    double w0 = row(i, weight[from], weight[from + 3 * sign], weight[from + 6 * sign]);
                    double w1 = row(i, weight[from + sign], weight[from + 4 * sign], weight[from + 7 * sign]);
                    double w2 = row(i, weight[from + 2 * sign], weight[from + 5 * sign], weight[from + 8 * sign]);
                    for (int j = 0; j < 4; j++, to += step) {
                        packed[to] = (float) row(j, w0, w1, w2);
                    }
                }
            }
        }
    }

    /** {@return element i of G·(a, b, c)} */
    private static double row(int i, double a, double b, double c) {
        return switch (i) {
            case 0 -> a;
            case 1 -> (a + b + c) / 2;
            case 2 -> (a - b + c) / 2;
            default -> c;
        };
    }

    private int step(int channels) {
        return channels * block + gap(gemm);
    }

    /** {@return the floats of scratch that {@link #convolve} needs} */
    int scratch() {
        return slots() * (in.size() + out.size()) + ELEMENTS * (step(g.c()) + step(g.o()));
    }

    /**
     * {@code y = W ⋆ x} for {@code count} images, some of their output channels, these rows alone.
     *
     * @param first output channel, a multiple of the lanes
     * @param end output channel after the last, likewise
     */
    void convolve(float[] packed, int count, float[] x, int xOffset, int first, int end, float[] y, int yOffset,
            float[] scratch, int scratchOffset) {
        int outAt = scratchOffset + slots() * in.size();
        int vAt = outAt + slots() * out.size();
        int mAt = vAt + ELEMENTS * step(g.c());
        for (int i = 0; i < count; i++) {
            in.fill(x, xOffset + (i * g.c() * g.h() + firstInputRow) * g.w(), g.h() * g.w(),
                    scratch, scratchOffset + i * in.size());
        }
        for (int t = 0; t < count * tiles; t += block) {
            int some = Math.min(block, Gemm.roundUp(count * tiles - t, ROWS));
            for (int c = 0; c < g.c(); c += lanes) {
                kernels.input(1, some, scratch, scratchOffset + c / lanes * in.plane(), 0, inTiles, t,
                        in.row(), 2 * in.row(), lanes, scratch, vAt + c * block, step(g.c()));
            }
            for (int e = 0; e < ELEMENTS; e++) {
                for (int o = first; o < end; o += 2 * lanes) {
                    for (int r = 0; r < some; r += ROWS) {
                        kernels.product(Math.min(2, (end - o) / lanes), g.c(), scratch, vAt + e * step(g.c()) + r * lanes, terms,
                                packed, e * packedStep() + o * g.c(), g.c() * lanes,
                                scratch, mAt + e * step(g.o()) + o * block + r * lanes, block * lanes);
                    }
                }
            }
            for (int o = first; o < end; o += lanes) {
                kernels.output(1, some, scratch, mAt + o * block, step(g.o()), noBias, 0, Float.NEGATIVE_INFINITY,
                        Float.POSITIVE_INFINITY, scratch, outAt + o / lanes * out.plane(), 0, outTiles, t, out.row(), lanes);
            }
        }
        for (int i = 0; i < count; i++) {
            for (int o = first; o < end; o += lanes) {
                kernels.fromLanes(4 * tiles, scratch, outAt + i * out.size() + o / lanes * out.plane(),
                        y, yOffset + (i * g.o() + o) * g.positions() + from * g.ow(), g.positions());
            }
        }
    }
}
