package espalier.engine.kernel;

import static espalier.engine.kernel.ChannelTiles.ELEMENTS;
import static espalier.engine.kernel.WinogradKernels.ROWS;

/**
 * The weight gradient of a convolution that {@link ChannelWinograd} suits: {@code gW = Gᵀ[Σ (A·gY·Aᵀ) ⊙ (Bᵀ·X·B)]G}, the sum over
 * 2×2 outputs, 16 products where 36 are due. Sums by image are kept, and added up, before {@code G} is applied.
 *
 * <p>Error: as {@link WinogradProduct}'s, with the number of tiles for that of channels.
 */
final class WinogradGradient {
    private final WinogradKernels kernels;
    private final ConvShape g;
    private final int lanes;
    private final ChannelTiles tiles;

    WinogradGradient(GemmKernels gemm, ConvShape g) {
        this.g = g;
        kernels = gemm.winograd();
        lanes = gemm.lanes();
        tiles = ChannelTiles.of(gemm,
                LanePlanes.of(gemm, g.c(), g.h(), g.w(), g.padding(), g.padding(), g.padding()),
                LanePlanes.of(gemm, g.o(), g.oh(), g.ow(), 0, 0, 0));
    }

    int images() {
        return tiles.images();
    }

    /** {@return floats in a sum} */
    int sumSize() {
        return ELEMENTS * sumStep();
    }

    private int sumStep() {
        return g.o() * g.c() + ChannelTiles.gap(lanes);
    }

    /** {@return the floats of scratch that {@link #accumulate} needs} */
    int scratch() {
        return tiles.scratch();
    }

    /** Adds to {@code sum} the share of {@code count} images, at most {@link #images}. */
    void accumulate(int count, float[] x, int xOffset, float[] gy, int gyOffset, float[] sum, float[] scratch, int scratchOffset) {
        LanePlanes in = tiles.in();
        LanePlanes out = tiles.out();
        int outAt = scratchOffset + tiles.outAt();
        int vAt = scratchOffset + tiles.inTransformed();
        int dAt = scratchOffset + tiles.outTransformed();
        for (int i = 0; i < count; i++) {
            in.fill(x, xOffset + i * g.c() * g.h() * g.w(), g.h() * g.w(), scratch, scratchOffset + i * in.size());
            out.fill(gy, gyOffset + i * g.o() * g.positions(), g.positions(), scratch, outAt + i * out.size());
        }
        int block = tiles.block();
        for (int t = 0; t < count * tiles.tiles(); t += block) {
            int some = Math.min(block, count * tiles.tiles() - t);
            tiles.transformInput(t, some, scratch, scratchOffset);
            for (int o = 0; o < g.o(); o += lanes) {
                kernels.gradient(1, some, scratch, outAt + o / lanes * out.plane(), 0, tiles.outTiles(), t, out.row(), lanes,
                        scratch, dAt + o * block, tiles.outStep());
            }
            for (int e = 0; e < ELEMENTS; e++) {
                for (int o = 0; o < g.o(); o += ROWS) {
                    kernels.accumulate(g.c() / lanes, some,
                            scratch, dAt + e * tiles.outStep() + o / lanes * lanes * block + o % lanes,
                            scratch, vAt + e * tiles.inStep(), block * lanes,
                            sum, e * sumStep() + o * lanes, g.o() * lanes);
                }
            }
        }
    }

    /** {@code gw = Gᵀ·sum·G} for the output channels from {@code first} up to {@code end}. */
    void finish(float[] sum, int first, int end, float[] gw) {
        int step = sumStep();
        for (int o = first; o < end; o++) {
            for (int c = 0; c < g.c(); c++) {
                int at = (c / lanes * g.o() + o) * lanes + c % lanes;
                int to = (o * g.c() + c) * 9;
                for (int r = 0; r < 3; r++) {
                    float s0 = row(r, sum[at], sum[at + 4 * step], sum[at + 8 * step], sum[at + 12 * step]);
                    float s1 = row(r, sum[at + step], sum[at + 5 * step], sum[at + 9 * step], sum[at + 13 * step]);
                    float s2 = row(r, sum[at + 2 * step], sum[at + 6 * step], sum[at + 10 * step], sum[at + 14 * step]);
                    float s3 = row(r, sum[at + 3 * step], sum[at + 7 * step], sum[at + 11 * step], sum[at + 15 * step]);
                    for (int q = 0; q < 3; q++) {
                        gw[to++] = row(q, s0, s1, s2, s3);
                    }
                }
            }
        }
    }

    /** {@return element i of Gᵀ·(a, b, c, d)} */
    private static float row(int i, float a, float b, float c, float d) {
        return switch (i) {
            case 0 -> a + (b + c) / 2;
            case 1 -> (b - c) / 2;
            default -> (b + c) / 2 + d;
        };
    }
}
