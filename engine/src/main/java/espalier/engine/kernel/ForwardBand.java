package espalier.engine.kernel;

import java.util.stream.IntStream;

/**
 * {@code y = W · patches(x)} for some rows of the output: all of them, or a thread's share of one image; with channels in lanes
 * where that pays. Immutable.
 *
 * <p>Threads that share an image by rows read little that another has written: by output channels each read all that the layer
 * before had made, half of it from the other core's cache, for 8 of the 30 µs of 16 channels of 32×32.
 */
public final class ForwardBand {
    private final GemmKernels gemm;
    private final ConvShape shape;
    private final int groups;
    private final int from;
    /** Of the image: those that the taps of this band's outputs meet. */
    private final int firstInputRow;
    private final int inputRows;
    private final Patches patches;
    private final PatchProduct product;
    private final boolean unpadded;
    /** In place of the product, or null. */
    private final ChannelConvolution channels;
    private final int rows;

    /** The output rows from {@code from} up to {@code to}, both multiples of {@link Convolution}'s unit of bands. */
    ForwardBand(GemmKernels gemm, ConvShape shape, int groups, boolean byWinograd, int from, int to) {
        this.gemm = gemm;
        this.shape = shape;
        this.groups = groups;
        this.from = from;
        boolean whole = from == 0 && to == shape.oh();
        int first = from * shape.stride() - shape.padding();
        int end = whole
                ? shape.h() + shape.padding()
                : (to - 1) * shape.stride() - shape.padding() + (shape.kh() - 1) * shape.dilation() + 1;
        firstInputRow = Math.clamp(first, 0, shape.h());
        inputRows = Math.clamp(end, firstInputRow, shape.h()) - firstInputRow;
        patches = patches(shape, groups, shape.rowsTogether(gemm.lanes()), Math.max(0, -first),
                Math.ceilDiv(end - first, shape.stride()), to - from);
        product = new PatchProduct(gemm, patches, shape.o(), shape.positions());
        unpadded = whole && product.unpadded(shape.h(), shape.w());
        channels = byWinograd ? new ChannelWinograd(gemm, shape, from, to)
                : ChannelDepthwise.suits(gemm, shape, groups) ? ChannelDepthwise.forward(gemm, shape, groups, from, to) : null;
        rows = to - from;
    }

    /** The patches of {@code rows} output rows in an image of {@code height} padded rows a phase, {@code top} of them padding. */
    private static Patches patches(ConvShape s, int groups, boolean together, int top, int height, int rows) {
        boolean shared = s.stride() == 1;
        int pitch = shared ? s.w() + s.padding() : together ? s.ow() : Math.ceilDiv(s.w() + 2 * s.padding(), s.stride());
        int slack = shared ? s.padding() : 0;
        int phase = height * pitch + slack;
        int[] starts = together ? IntStream.range(0, s.kw()).map(q -> q * s.dilation()).toArray()
                : IntStream.range(0, s.stride()).toArray();
        int[] taps = new int[s.taps()];
        int k = 0;
        for (int c = 0; c < s.c(); c++) {
            for (int r = 0; r < s.kh(); r++) {
                for (int q = 0; q < s.kw(); q++) {
                    int y = r * s.dilation();
                    int x = q * s.dilation();
                    int column = together ? q : x % s.stride();
                    taps[k++] = ((c * s.stride() + y % s.stride()) * starts.length + column) * phase
                            + y / s.stride() * pitch + (x - starts[column]) / s.stride();
                }
            }
        }
        return new Patches(groups * s.c(), top, s.padding(), height, pitch, slack, s.stride(), starts, together, taps, rows, s.ow());
    }

    Patches patches() {
        return patches;
    }

    int images() {
        return channels != null ? channels.images() : product.images();
    }

    int packedSize() {
        return channels != null ? channels.packedSize() : groups * product.packedSize();
    }

    void pack(float[] weight, float[] packed) {
        if (channels != null) {
            channels.pack(weight, false, packed);
            return;
        }
        for (int g = 0; g < groups; g++) {
            product.pack(weight, g * shape.o() * shape.taps(), packed, g * product.packedSize());
        }
    }

    /** {@return the floats of scratch that {@link #forward} needs} */
    public int scratch() {
        return channels != null ? channels.scratch() : patches.size(product.images()) + product.scratch();
    }

    /** {@link Convolution#forward} for this band's rows alone: no others of y are touched. */
    public void forward(float[] packed, float[] bias, float lowest, float highest, int count,
            float[] x, int xOffset, int first, int end, float[] y, int yOffset, float[] scratch, int scratchOffset) {
        int plane = shape.h() * shape.w();
        int positions = shape.positions();
        if (channels != null) {
            channels.convolve(packed, count, x, xOffset, first, end, y, yOffset, scratch, scratchOffset);
            for (int i = 0; i < count && bias != null; i++) {
                gemm.finishRows(groups * (end - first), rows * shape.ow(), bias, first, lowest, highest,
                        y, yOffset + (i * groups * shape.o() + first) * positions + from * shape.ow(), positions);
            }
            return;
        }
        if (!unpadded) {
            for (int i = 0; i < count; i++) {
                patches.pad(gemm, x, xOffset + i * groups * shape.c() * plane + firstInputRow * shape.w(), plane, inputRows,
                        shape.w(), scratch, scratchOffset + i * patches.size());
            }
        }
        float[] images = unpadded ? x : scratch;
        int imagesAt = unpadded ? xOffset : scratchOffset;
        int to = yOffset + from * shape.ow();
        int free = scratchOffset + patches.size(product.images());
        for (int g = 0; g < groups; g++) {
            product.multiply(count, images, imagesAt + g * shape.c() * patches.channel(), first, end,
                    packed, g * product.packedSize(), bias, g * shape.o(), lowest, highest,
                    y, to + (g * shape.o() + first) * positions, groups * shape.o() * positions, scratch, free);
        }
    }
}
