package espalier.engine.kernel;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A 3×3 depthwise convolution or its gradient by the input, channels in lanes: planes are transposed so that a pixel of as many
 * channels as vectors have lanes is a vector, with zeros around and, for the gradient of one with a stride, between them, and back.
 * No tap crosses lanes then, whatever the plane's size and stride: with pixels in lanes 32 images of 960 channels of 4×4
 * took 2.8 ms, and 1.9 ms those of 192 channels from 16×16 to 8×8 (Zen 4).
 *
 * <p>Each output is one sum in the order of the taps. An instance is immutable and may be used by several threads.
 */
final class ChannelDepthwise implements ChannelConvolution {
    static final int WEIGHTS = 9;
    /** Of a plane, in as many channels as there are lanes: 256 KiB at 16 lanes, a quarter of L2. */
    private static final int MOST_PIXELS = 1 << 12;

    private final GemmKernels gemm;
    private final int lanes;
    private final int groups;
    /** Elements between channels of x, and where in one the first pixel that is read lies; so for y. */
    private final int inputStep;
    private final int inputAt;
    private final int outputStep;
    private final int outputAt;
    /** Floats of a plane, and of a row of it. */
    private final int size;
    private final int row;
    /** Where in the plane each pixel of x lies. */
    private final int[] pixels;
    /** Where in the plane the taps of each output begin. */
    private final int[] positions;

    /**
     * {@return whether this is a convolution that it computes, and faster} Whole vectors of pixels need no transposing: element by
     * element it took 2.5 ms in place of 1.1 at 32 channels of 32×32 (256 bits), by vectors 0.9.
     */
    static boolean suits(GemmKernels gemm, ConvShape g, int groups) {
        return groups > 1 && groups >= gemm.lanes() && g.c() == 1 && g.o() == 1 && g.kh() == 3 && g.kw() == 3
                && g.dilation() == 1 && g.padding() <= 2 && g.h() * g.w() <= MOST_PIXELS
                && (gemm.winograd().transposes() || g.stride() > 1 || g.ow() % gemm.lanes() != 0);
    }

    /** {@return the output rows from {@code from} up to {@code to}} */
    static ChannelDepthwise forward(GemmKernels gemm, ConvShape g, int groups, int from, int to) {
        return new ChannelDepthwise(gemm, groups, g, 1, from, to, g.oh(), g.ow());
    }

    /** {@return the gradient by the input: a convolution of output gradients {@code stride} apart with the weights turned} */
    static ChannelDepthwise backward(GemmKernels gemm, ConvShape g, int groups) {
        var turned = new ConvShape(1, g.oh(), g.ow(), 1, g.kh(), g.kw(), 1, 2 - g.padding(), 1);
        return new ChannelDepthwise(gemm, groups, turned, g.stride(), 0, g.h(), g.h(), g.w());
    }

    /**
     * @param g what is read, and how
     * @param spread pixels of the plane from one of x to the next
     */
    private ChannelDepthwise(GemmKernels gemm, int groups, ConvShape g, int spread, int from, int to, int oh, int ow) {
        this.gemm = gemm;
        this.groups = groups;
        lanes = gemm.lanes();
        int first = from * g.stride() - g.padding();
        int height = Math.max(0, (to - from - 1) * g.stride() + g.kh());
        int pitch = Math.max((ow - 1) * g.stride() + g.kw(), g.padding() + (g.w() - 1) * spread + 1);
        int firstRow = Math.clamp(Math.ceilDiv(first, spread), 0, g.h());
        int rows = Math.clamp(Math.ceilDiv(first + height, spread), firstRow, g.h()) - firstRow;
        inputStep = g.h() * g.w();
        inputAt = firstRow * g.w();
        outputStep = oh * ow;
        outputAt = from * ow;
        size = height * pitch * lanes;
        pixels = IntStream.range(0, rows * g.w()).map(p -> (((firstRow + p / g.w()) * spread - first) * pitch
                + g.padding() + p % g.w() * spread) * lanes).toArray();
        positions = IntStream.range(0, (to - from) * ow)
                .map(p -> (p / ow * pitch + p % ow) * g.stride() * lanes).toArray();
        row = pitch * lanes;
    }

    @Override
    public int images() {
        return 1;
    }

    /** {@return how many times as many channels as there are lanes are taken, the last ones with some of those before again} */
    int blocks() {
        return Math.ceilDiv(groups, lanes);
    }

    /** {@return the first channel of a block} */
    int channel(int block) {
        return Math.min(block * lanes, groups - lanes);
    }

    @Override
    public int packedSize() {
        return blocks() * WEIGHTS * lanes;
    }

    /** Packs the weights {@code [groups,1,3,3]} as {@code [blocks][9][lanes]}. */
    @Override
    public void pack(float[] weight, boolean turned, float[] packed) {
        for (int block = 0, to = 0; block < blocks(); block++) {
            for (int t = 0; t < WEIGHTS; t++) {
                int from = channel(block) * WEIGHTS + (turned ? WEIGHTS - 1 - t : t);
                for (int lane = 0; lane < lanes; lane++) {
                    packed[to++] = weight[from + lane * WEIGHTS];
                }
            }
        }
    }

    /** {@return floats of a plane} */
    int size() {
        return size;
    }

    /** {@return where in the plane the taps of each output begin} */
    int[] positions() {
        return positions;
    }

    /** {@return elements between the plane's rows} */
    int row() {
        return row;
    }

    /** Zeros in the plane at {@code offset}: {@link #read} leaves those where there are no pixels. */
    void clear(float[] plane, int offset) {
        Arrays.fill(plane, offset, offset + size, 0f);
    }

    /** A block's pixels of the image at {@code xOffset} to the plane at {@code offset}. */
    void read(int block, float[] x, int xOffset, float[] plane, int offset) {
        gemm.winograd().toLanes(pixels.length, x, xOffset + channel(block) * inputStep + inputAt, inputStep, plane, offset, pixels);
    }

    @Override
    public int scratch() {
        return size + positions.length * lanes;
    }

    @Override
    public void convolve(float[] packed, int count, float[] x, int xOffset, int first, int end, float[] y, int yOffset,
            float[] scratch, int scratchOffset) {
        int outAt = scratchOffset + size;
        clear(scratch, scratchOffset);
        for (int i = 0; i < count; i++) {
            for (int block = 0; block < blocks(); block++) {
                read(block, x, xOffset + i * groups * inputStep, scratch, scratchOffset);
                gemm.nineLanes(positions.length, packed, block * WEIGHTS * lanes, scratch, scratchOffset, row, positions,
                        scratch, outAt);
                gemm.winograd().fromLanes(positions.length, scratch, outAt,
                        y, yOffset + (i * groups + channel(block)) * outputStep + outputAt, outputStep);
            }
        }
    }
}
