package espalier.engine.kernel;

import static espalier.engine.kernel.ChannelTiles.ELEMENTS;
import static espalier.engine.kernel.WinogradKernels.ROWS;

/**
 * The weight gradient of a convolution that {@link ChannelWinograd} suits: {@code gW = Gᵀ[Σ (A·gY·Aᵀ) ⊙ (Bᵀ·X·B)]G}, the sum over
 * 2×2 outputs, 16 products where 36 are due. Sums by image are kept, and added up, before {@code G} is applied.
 *
 * <p>Error: as {@link WinogradProduct}'s, with the number of tiles for that of channels.
 */
final class WinogradGradient implements ChannelGradient {
    private final WinogradKernels kernels;
    private final ConvShape g;
    private final int inputStep;
    private final int outputStep;
    private final int lanes;
    private final ChannelTiles tiles;

    /** @param inputStep elements between images of the input, {@code outputStep} of the output gradient */
    WinogradGradient(GemmKernels gemm, ConvShape g, int inputStep, int outputStep) {
        this.g = g;
        this.inputStep = inputStep;
        this.outputStep = outputStep;
        kernels = gemm.winograd();
        lanes = gemm.lanes();
        tiles = ChannelTiles.of(gemm,
                LanePlanes.of(gemm, g.c(), g.h(), g.w(), g.padding(), g.padding(), g.padding()),
                LanePlanes.of(gemm, g.o(), g.oh(), g.ow(), 0, 0, 0));
    }

    @Override
    public int images() {
        return tiles.images();
    }

    @Override
    public int sumSize() {
        return ELEMENTS * sumStep();
    }

    private int sumStep() {
        return g.o() * g.c() + ChannelTiles.gap(lanes);
    }

    @Override
    public int scratch() {
        return tiles.scratch();
    }

    @Override
    public void accumulate(int count, float[] x, int xOffset, float[] gy, int gyOffset, float[] sum,
            float[] scratch, int scratchOffset) {
        LanePlanes in = tiles.in();
        LanePlanes out = tiles.out();
        int outAt = scratchOffset + tiles.outAt();
        int vAt = scratchOffset + tiles.inTransformed();
        int dAt = scratchOffset + tiles.outTransformed();
        for (int i = 0; i < count; i++) {
            in.fill(x, xOffset + i * inputStep, g.h() * g.w(), scratch, scratchOffset + i * in.size());
            out.fill(gy, gyOffset + i * outputStep, g.positions(), scratch, outAt + i * out.size());
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

    /** {@code gw = Gᵀ·sum·G}. */
    @Override
    public void finish(float[] sum, int first, int end, float[] gw, int gwOffset, int row) {
        for (int c = 0; c < g.c(); c += lanes) {
            int from = (c / lanes * g.o() + first) * lanes;
            kernels.weightGradient(end - first, sum, from, sumStep());
            for (int o = first; o < end; o++, from += lanes) {
                int to = gwOffset + o * row + 9 * c;
                for (int k = 0; k < 9; k++) {
                    int at = from + (k < 6 ? k / 3 * 4 + k % 3 : k + 6) * sumStep();
                    for (int l = 0; l < lanes; l++) {
                        gw[to + 9 * l + k] = sum[at + l];
                    }
                }
            }
        }
    }
}
