package espalier.engine.kernel;

import static espalier.engine.kernel.WinogradKernels.ROWS;

/**
 * Tiles of 2×2 outputs of several images, channels in lanes, transformed block by block: where in a scratch the images lie that
 * the input and the output are copied to, then the 16 matrices of each one's transforms.
 *
 * @param tiles    of an image
 * @param block    how many tiles are transformed together
 * @param images   the most that are copied at once
 * @param inTiles  where each tile of the copies begins
 * @param outTiles likewise, of the output
 */
record ChannelTiles(WinogradKernels kernels, int lanes, LanePlanes in, LanePlanes out, int tiles, int block, int images,
        int[] inTiles, int[] outTiles) {
    static final int ELEMENTS = 16;
    /** Elements of each of the 16 matrices: transforms of 512 KiB; of 256 or 128 KiB they are no faster. */
    private static final int BLOCK_ELEMENTS = 1 << 12;
    private static final int LEAST_BLOCK = 32;

    /** @param out of whole tiles, without a border */
    static ChannelTiles of(GemmKernels gemm, LanePlanes in, LanePlanes out) {
        int down = out.rows() / 2;
        int across = out.width() / 2;
        int tiles = down * across;
        int block = Gemm.roundUp(Math.max(LEAST_BLOCK, BLOCK_ELEMENTS / Math.max(in.channels(), out.channels())), ROWS);
        int images = Math.ceilDiv(block, tiles);
        int slots = slots(images, tiles);
        return new ChannelTiles(gemm.winograd(), gemm.lanes(), in, out, tiles, block, images,
                in.tiles(slots, down, across), out.tiles(slots, down, across));
    }

    /** {@return floats between the elements' matrices: of 4 KiB each, all 16 would share the eight lines of one set of L1} */
    static int gap(int lanes) {
        return 2 * lanes;
    }

    /** {@return images that there is room for: the last rows of a tile may be of one more, which is computed and not used} */
    private static int slots(int images, int tiles) {
        return Math.ceilDiv(Gemm.roundUp(images * tiles, ROWS), tiles);
    }

    private int slots() {
        return slots(images, tiles);
    }

    /** {@return floats between the transforms' elements} */
    int inStep() {
        return in.channels() * block + gap(lanes);
    }

    /** {@return likewise, of the output} */
    int outStep() {
        return out.channels() * block + gap(lanes);
    }

    /** {@return where the copies of the output lie in a scratch; those of the input lie at its start} */
    int outAt() {
        return slots() * in.size();
    }

    /** {@return where the input's transforms lie in a scratch: {@code [element][channels/lanes][block][lanes]}} */
    int inTransformed() {
        return outAt() + slots() * out.size();
    }

    /** {@return where the output's do, likewise} */
    int outTransformed() {
        return inTransformed() + ELEMENTS * inStep();
    }

    /** {@return the floats of a scratch} */
    int scratch() {
        return outTransformed() + ELEMENTS * outStep();
    }

    /** Transforms {@code some} tiles of the input's copies from {@code first} on: {@code Bᵀ·X·B}. */
    void transformInput(int first, int some, float[] scratch, int scratchOffset) {
        for (int c = 0; c < in.channels(); c += lanes) {
            kernels.input(1, some, scratch, scratchOffset + c / lanes * in.plane(), 0, inTiles, first,
                    in.row(), 2 * in.row(), lanes, scratch, scratchOffset + inTransformed() + c * block, inStep());
        }
    }
}
