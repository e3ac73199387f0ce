package espalier.engine.kernel;

import java.util.Arrays;

/**
 * The gradient of a convolution by its weights, {@code gW = Σ patches(x) · gyᵀ} over positions and images, in slices of so many
 * channels that the sums of one stay in L2: by {@link WinogradGradient} where that suits, else by {@link WeightGradient}.
 *
 * <p>512 channels to 512 have 9 to 17 MB of sums. Kept whole, once for each part of the batch, they were read and written more
 * often than there were products to add: 45 ms for 32 images of 2×2, of which the multiply-adds take 4 (Emerald Rapids).
 *
 * <p>An instance is immutable and may be used by several threads.
 */
public final class WeightSlices {
    /** Floats of a slice's sums: 1 MiB. It depends on nothing of the machine, since results' bits depend on it. */
    private static final int MOST_SUMS = 1 << 18;
    /** A slice has a multiple of so many channels: the lanes of the widest vectors. */
    private static final int UNIT = 16;

    private final GemmKernels gemm;
    private final ConvShape whole;
    private final int groups;
    private final ConvShape slice;
    private final Patches patches;
    private final WeightGradient products;
    /** In place of {@code products}, or null. */
    private final ChannelGradient channels;

    /**
     * @param patches of all channels of the images
     * @param byWinograd whether {@link ChannelWinograd#suits}
     */
    WeightSlices(GemmKernels gemm, ConvShape whole, int groups, Patches patches, boolean byWinograd) {
        this.gemm = gemm;
        this.whole = whole;
        this.groups = groups;
        slice = groups > 1 ? whole : slice(whole, byWinograd);
        this.patches = patches.limited(groups * slice.c(), slice.taps());
        products = new WeightGradient(gemm, this.patches, slice.o(), outputStep());
        channels = byWinograd ? new WinogradGradient(gemm, slice, inputStep(), outputStep())
                : ChannelDepthwise.suits(gemm, whole, groups) ? new DepthwiseGradient(gemm, whole, groups) : null;
    }

    /** Winograd's transforms are repeated for slices of either side, gathering patches costs more than what is done to gy. */
    private static ConvShape slice(ConvShape whole, boolean byWinograd) {
        int sums = byWinograd ? ChannelTiles.ELEMENTS : whole.kh() * whole.kw();
        int c = whole.c();
        int o = whole.o();
        while ((long) sums * c * o > MOST_SUMS && (halves(c) || halves(o))) {
            if (halves(c) && (!byWinograd || c >= o || !halves(o))) {
                c /= 2;
            } else {
                o /= 2;
            }
        }
        return new ConvShape(c, whole.h(), whole.w(), o, whole.kh(), whole.kw(), whole.stride(), whole.padding(), whole.dilation());
    }

    private static boolean halves(int channels) {
        return channels % (2 * UNIT) == 0;
    }

    private int inputStep() {
        return groups * whole.c() * whole.h() * whole.w();
    }

    private int outputStep() {
        return groups * whole.o() * whole.positions();
    }

    /** {@return how many slices there are, each of which has sums of its own} */
    public int count() {
        return inputSlices() * (whole.o() == 0 ? 1 : whole.o() / slice.o());
    }

    private int inputSlices() {
        return whole.c() == 0 ? 1 : whole.c() / slice.c();
    }

    /** {@return how many images {@link #accumulate} takes together} */
    public int images() {
        return channels != null ? channels.images() : products.images();
    }

    /** {@return floats in the sums of a slice} */
    public int sumSize() {
        return channels != null ? channels.sumSize() : groups * products.sumSize();
    }

    /** {@return the floats of scratch that {@link #accumulate} needs} */
    public int scratch() {
        return channels != null ? channels.scratch()
                : patches.size(products.images()) + products.scratch();
    }

    /** {@return output channels of a slice, of all groups} */
    public int outputs() {
        return groups * slice.o();
    }

    /**
     * {@code sum += patches(x) · gyᵀ}: the share of {@code count} images, any number, in the gradient by a slice of the weights.
     *
     * @param index of the slice
     */
    public void accumulate(int index, int count, float[] x, int xOffset, float[] gy, int gyOffset, float[] sum,
            float[] scratch, int scratchOffset) {
        int from = xOffset + index % inputSlices() * slice.c() * whole.h() * whole.w();
        int gradientFrom = gyOffset + index / inputSlices() * slice.o() * whole.positions();
        for (int i = 0; i < count; i += images()) {
            int some = Math.min(images(), count - i);
            int image = from + i * inputStep();
            int gradient = gradientFrom + i * outputStep();
            if (channels != null) {
                channels.accumulate(some, x, image, gy, gradient, sum, scratch, scratchOffset);
            } else {
                multiply(some, x, image, gy, gradient, sum, scratch, scratchOffset);
            }
        }
    }

    private void multiply(int count, float[] x, int xOffset, float[] gy, int gyOffset, float[] sum,
            float[] scratch, int scratchOffset) {
        boolean unpadded = patches.size() == inputStep() && patches.unpadded(whole.h(), whole.w());
        if (!unpadded) {
            patches.pad(gemm, count, x, xOffset, inputStep(), whole.h(), whole.w(), scratch, scratchOffset);
        }
        int free = scratchOffset + patches.size(products.images());
        float[] images = unpadded ? x : scratch;
        int imagesAt = unpadded ? xOffset : scratchOffset;
        for (int g = 0; g < groups; g++) {
            products.accumulate(count, images, imagesAt + g * slice.c() * patches.channel(),
                    gy, gyOffset + g * slice.o() * whole.positions(), sum, g * products.sumSize(), scratch, free);
        }
    }

    /**
     * Brings the sums of all images into the layout of the weights.
     *
     * @param index of the slice
     * @param sum those of these channels are overwritten
     * @param first of its output channels, counted over all groups, {@code end} the one after the last
     * @param gw {@code [groups·o,c,kh,kw]}, of which these are overwritten
     */
    public void finish(int index, float[] sum, int first, int end, float[] gw) {
        int row = whole.taps();
        int to = index / inputSlices() * slice.o() * row + index % inputSlices() * slice.taps();
        if (channels != null) {
            channels.finish(sum, first, end, gw, to, row);
            return;
        }
        for (int o = first, next; o < end; o = next) {
            int g = o / slice.o();
            int begin = g * slice.o();
            next = Math.min(end, begin + slice.o());
            products.finish(sum, g * products.sumSize(), o - begin, next - begin, gw, to + begin * row, row);
        }
    }
}
