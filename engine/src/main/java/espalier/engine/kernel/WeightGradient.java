package espalier.engine.kernel;

import static espalier.engine.kernel.GemmKernels.DOT_OUTPUTS;
import static espalier.engine.kernel.GemmKernels.DOT_TAPS;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * {@code gW = Σ patches(x) · gyᵀ} over positions and images, one group of a convolution.
 *
 * <ul>
 *   <li>as dot products of shifted images, read in place, with copied output gradients, where rows of positions are whole vectors;
 *       sums stay apart by lane until the end
 *   <li>else, where the sums by lane would be too large, and for strided and 1×1 convolutions of few positions, as outer products
 *       of gathered patches with transposed gradients
 * </ul>
 *
 * <p>Of a 1×1 convolution with more outputs than inputs, image and gradient change places: less is copied or transposed, and no
 * place for a tap stays empty (16 to 96 channels of 32×32: 59 in place of 45 GFLOP/s, Zen 4).
 */
final class WeightGradient {
    /** Floats of sums by lane that may be kept: 512 KiB, half of L2. */
    private static final int MOST_SUMS = 1 << 17;
    /** Floats of images that are padded at a time, to stay in L2. */
    private static final int MOST_PADDED = 1 << 16;
    private static final int MOST_IMAGES = 16;
    /**
     * Positions of strided and 1×1 convolutions that are summed as outer products even where dot products could be: at 16×16, 192 to 32 channels
     * took 1.4 in place of 2.2 ms, as few vectors come from L2 again; at 32×32, whose planes are read in pieces of a panel, 144 to
     * 24 took 6.3 in place of 3.6 (Zen 4).
     */
    private static final int SMALL_PLANE = 1 << 9;
    /** Vectors of positions that are gathered at a time. */
    private static final int PANEL_VECTORS = 4;

    private final GemmKernels gemm;
    private final Patches patches;
    private final int outputs;
    private final int gyStep;
    private final int taps;
    private final boolean dots;
    /** The gradient takes the part of the patches, and the image that of the gradient. */
    private final boolean swapped;
    /** Taps, or outputs (swapped), read where they are (dots) or in panels (outer). */
    private final int read;
    /** Their offsets, and those of the first again up to whole tiles, whose sums are never read (dots). */
    private final int[] readAt;
    /** Outputs, or taps (swapped), that are copied (dots) or transposed (outer). */
    private final int copied;
    /** Sums of a weight (dots). */
    private final int lanes;
    private final int images;
    /** Of each vector of positions in what is read (dots) or of each position in the patches (outer), in all images. */
    private final int[] positions;
    /** Of each vector of positions in the copies of all images (dots). */
    private final int[] copies;
    private final int panelWidth;
    /**
     * Images whose planes are copied to where vectors begin on cache lines (dots), so few that those of the outputs that
     * share loads stay in L1 from tap to tap: three of 32×32 came from L2 each time. Of ten loads for 24 multiply-adds all
     * crossed lines: 75 GFLOP/s of 165, 97 where only those of the image do (Emerald Rapids).
     */
    private final int together;

    /** @param gyStep elements between images of the output gradient */
    WeightGradient(GemmKernels gemm, Patches patches, int outputs, int gyStep) {
        this.gemm = gemm;
        this.patches = patches;
        this.outputs = outputs;
        taps = patches.taps().length;
        panelWidth = PANEL_VECTORS * gemm.lanes();
        lanes = gemm.lanes();
        boolean outer = (patches.pointwise() || patches.stride() > 1) && patches.positions() <= SMALL_PLANE;
        swapped = patches.pointwise() && outputs > taps && patches.positions() >= panelWidth;
        read = swapped ? outputs : taps;
        copied = swapped ? taps : outputs;
        dots = !outer && patches.columns() % lanes == 0
                && (long) Gemm.roundUp(read, DOT_TAPS) * copied * lanes <= MOST_SUMS;
        images = dots
                ? Math.clamp(MOST_PADDED / Math.max(1, patches.size()), 1, MOST_IMAGES)
                : Math.max(1, panelWidth / Math.max(1, patches.positions()));
        this.gyStep = gyStep;
        readAt = Arrays.copyOf(swapped ? planes(outputs, patches.positions()) : patches.taps(), Gemm.roundUp(read, DOT_TAPS));
        Arrays.fill(readAt, read, readAt.length, read == 0 ? 0 : readAt[0]);
        if (!dots) {
            positions = patches.positionsOf(images);
        } else if (swapped) {
            positions = vectors(images, patches.positions(), gyStep, lanes);
        } else {
            positions = patches.vectors(images, lanes);
        }
        together = Math.clamp(CacheSizes.l1() / 3 / Math.max(1, Float.BYTES * DOT_OUTPUTS * patches.positions()), 1, images);
        copies = dots ? vectors(images, patches.positions(), copied * pitch(), lanes) : new int[0];
    }

    private static int[] planes(int n, int size) {
        return IntStream.range(0, n).map(i -> i * size).toArray();
    }

    private static int[] vectors(int images, int positions, int step, int lanes) {
        int one = positions / lanes;
        return IntStream.range(0, images * one).map(v -> v / one * step + v % one * lanes).toArray();
    }

    /** {@return elements between two copied planes: planes of whole pages would push each other out of L1} */
    private int pitch() {
        return patches.positions() + lanes;
    }

    /** {@return what is transposed of a position, in whole vectors} */
    private int width() {
        return Gemm.roundUp(copied, lanes);
    }

    /** {@return the most images that {@link #accumulate} takes} */
    int images() {
        return images;
    }

    /** {@return floats in a sum} */
    int sumSize() {
        return dots ? readAt.length * copied * lanes : read * width();
    }

    /** {@return the floats of scratch that {@link #accumulate} needs, beside the padded images} */
    int scratch() {
        return dots ? together * copied * pitch()
                : (Math.min(read, Gemm.BLOCK_K) + width()) * panelWidth
                + (images > 1 ? outputs * images * patches.positions() : 0);
    }

    /**
     * {@code sum += patches(x) · gyᵀ} for {@code count} images.
     *
     * @param x the padded images, one after the other; this group of the first begins at {@code source}
     */
    void accumulate(int count, float[] x, int source, float[] gy, int gyOffset, float[] sum, int sumOffset,
            float[] scratch, int scratchOffset) {
        if (dots && swapped) {
            dots(count, gy, gyOffset, gyStep, x, source, patches.size(), sum, sumOffset, scratch, scratchOffset);
        } else if (dots) {
            dots(count, x, source, patches.size(), gy, gyOffset, gyStep, sum, sumOffset, scratch, scratchOffset);
        } else if (swapped) {
            outerOfPlanes(x, source, gy, gyOffset, sum, sumOffset, scratch, scratchOffset);
        } else {
            outer(count, x, source, gy, gyOffset, sum, sumOffset, scratch, scratchOffset);
        }
    }

    private void dots(int count, float[] x, int xOffset, int xStep, float[] y, int yOffset, int yStep,
            float[] sum, int sumOffset, float[] scratch, int scratchOffset) {
        for (int i = 0; i < count; i += together) {
            int some = Math.min(together, count - i);
            for (int image = 0; image < some; image++) {
                gemm.copyRows(copied, patches.positions(), y, yOffset + (i + image) * yStep, patches.positions(), 1,
                        scratch, scratchOffset + image * copied * pitch(), pitch());
            }
            for (int c = 0; c < copied; c += DOT_OUTPUTS) {
                for (int r = 0; r < readAt.length; r += DOT_TAPS) {
                    gemm.dots(Math.min(DOT_OUTPUTS, copied - c), some * patches.positions() / lanes,
                            x, xOffset + i * xStep, positions, readAt, r,
                            scratch, copies, scratchOffset + c * pitch(), pitch(),
                            sum, sumOffset + (r * copied + c * DOT_TAPS) * lanes);
                }
            }
        }
    }

    private void outer(int count, float[] x, int source, float[] gy, int gyOffset, float[] sum, int sumOffset,
            float[] scratch, int scratchOffset) {
        int width = width();
        int one = patches.positions();
        int all = count * one;
        int transposedAt = scratchOffset + Math.min(taps, Gemm.BLOCK_K) * panelWidth;
        int togetherAt = transposedAt + panelWidth * width;
        for (int i = 0; i < count && count > 1; i++) {
            gemm.copyRows(outputs, one, gy, gyOffset + i * gyStep, one, 1, scratch, togetherAt + i * one, all);
        }
        float[] gradient = count > 1 ? scratch : gy;
        int gradientAt = count > 1 ? togetherAt : gyOffset;
        for (int j = 0; j < all; j += panelWidth) {
            int columns = Math.min(panelWidth, all - j);
            gemm.transpose(outputs, columns, gradient, gradientAt + j, all, scratch, transposedAt, width);
            for (int k = 0; k < taps; k += Gemm.BLOCK_K) {
                int kb = Math.min(Gemm.BLOCK_K, taps - k);
                gemm.gatherPanel(x, source, patches.taps(), k, kb, positions, j, columns, scratch, scratchOffset, panelWidth);
                gemm.accumulateOuter(kb, width / gemm.lanes(), columns, scratch, scratchOffset, panelWidth,
                        scratch, transposedAt, sum, sumOffset + k * width);
            }
        }
    }

    /** {@code sum[o][k] += gy · xᵀ} of one image. */
    private void outerOfPlanes(float[] x, int source, float[] gy, int gyOffset, float[] sum, int sumOffset,
            float[] scratch, int scratchOffset) {
        int width = width();
        int all = patches.positions();
        int transposedAt = scratchOffset + Math.min(outputs, Gemm.BLOCK_K) * panelWidth;
        for (int j = 0; j < all; j += panelWidth) {
            int columns = Math.min(panelWidth, all - j);
            gemm.transpose(taps, columns, x, source + j, all, scratch, transposedAt, width);
            for (int o = 0; o < outputs; o += Gemm.BLOCK_K) {
                int rows = Math.min(Gemm.BLOCK_K, outputs - o);
                gemm.copyRows(rows, columns, gy, gyOffset + o * all + j, all, 1, scratch, scratchOffset, panelWidth);
                gemm.accumulateOuter(rows, width / gemm.lanes(), columns, scratch, scratchOffset, panelWidth,
                        scratch, transposedAt, sum, sumOffset + o * width);
            }
        }
    }

    /** {@code gw[o][k] = sum} for the outputs from {@code first} up to {@code end}, {@code row} apart in gw. */
    void finish(float[] sum, int sumOffset, int first, int end, float[] gw, int gwOffset, int row) {
        if (dots) {
            for (int o = first; o < end; o++) {
                for (int k = 0; k < taps; k++) {
                    gw[gwOffset + o * row + k] = swapped ? dot(sum, sumOffset, o, k) : dot(sum, sumOffset, k, o);
                }
            }
        } else if (swapped) {
            gemm.copyRows(end - first, taps, sum, sumOffset + first * width(), width(), 1, gw, gwOffset + first * row, row);
        } else {
            gemm.transpose(taps, end - first, sum, sumOffset + first, width(), gw, gwOffset + first * row, row);
        }
    }

    /** {@return the sum of the lanes of what was read, r, times what was copied, c} */
    private float dot(float[] sum, int sumOffset, int r, int c) {
        int at = sumOffset + ((r / DOT_TAPS * copied + c) * DOT_TAPS + r % DOT_TAPS) * lanes;
        float total = 0;
        for (int lane = 0; lane < lanes; lane++) {
            total += sum[at + lane];
        }
        return total;
    }
}
