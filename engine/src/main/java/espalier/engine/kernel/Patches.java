package espalier.engine.kernel;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Where a convolution finds its operands in a zero-padded copy of an image: tap k of position p is
 * {@code padded[taps[k] + positions[p]]}. The im2col matrix is never formed.
 *
 * <p>With a stride, the copy keeps the rows and columns of each phase (index modulo stride) together, so that neighbouring
 * positions read neighbouring elements. Without one, a row's right padding is the next row's left padding.
 *
 * <p>Where vectors hold several rows of positions, each of a kernel's columns has a copy of its own, of as many elements a row as
 * there are positions, so that these rows lie end to end too. Gathered instead, and split element by element, 32 channels of 16×16
 * to 64 of 8×8 reached 72 GFLOP/s of 117 (Zen 4).
 *
 * @param channels channels of the padded image, of all groups
 * @param top zero rows before the image
 * @param left zero elements before each row
 * @param height rows of a phase
 * @param pitch elements between rows of a phase
 * @param slack elements after the last row of a phase
 * @param stride phases of rows
 * @param starts the padded column that each phase of columns begins with
 * @param together whether rows of positions lie end to end
 * @param rows rows of the grid of positions
 * @param columns columns of the grid of positions
 */
record Patches(int channels, int top, int left, int height, int pitch, int slack, int stride, int[] starts,
        boolean together, int[] taps, int rows, int columns) {

    /** {@return whether the copy of an image of h rows and w columns is the image} */
    boolean unpadded(int h, int w) {
        return stride == 1 && top == 0 && left == 0 && height == h && pitch == w && slack == 0;
    }

    /** {@return whether each channel has one tap, and positions are its elements: a 1×1 convolution of an image as it is} */
    boolean pointwise() {
        return stride == 1 && top == 0 && left == 0 && height == rows && pitch == columns && slack == 0;
    }

    /** {@return the first of these channels and of their taps alone} */
    Patches limited(int channels, int terms) {
        return new Patches(channels, top, left, height, pitch, slack, stride, starts, together, Arrays.copyOf(taps, terms), rows,
                columns);
    }

    /** {@return floats in one phase of one channel} */
    int phase() {
        return height * pitch + slack;
    }

    /** {@return floats in one channel} */
    int channel() {
        return stride * starts.length * phase();
    }

    /** {@return floats in a padded image} */
    int size() {
        return channels * channel();
    }

    int positions() {
        return rows * columns;
    }

    /** {@return the elements from the first position to the last, those between rows included} */
    int flat() {
        return positions() == 0 ? 0 : position(rows - 1, columns);
    }

    /** {@return the offset of the position in row y, column x} */
    int position(int y, int x) {
        return y * pitch + x;
    }

    /** {@return as {@link #positionsOf}, those that begin a vector} */
    int[] vectors(int images, int lanes) {
        int[] every = positionsOf(images);
        return IntStream.range(0, Math.ceilDiv(every.length, lanes)).map(v -> every[v * lanes]).toArray();
    }

    /** {@return the offsets of the positions of {@code images} padded images that lie one after the other} */
    int[] positionsOf(int images) {
        int[] offsets = new int[images * positions()];
        int p = 0;
        for (int i = 0; i < images; i++) {
            for (int y = 0; y < rows; y++) {
                for (int x = 0; x < columns; x++) {
                    offsets[p++] = i * size() + position(y, x);
                }
            }
        }
        return offsets;
    }

    /** {@return the size of {@code images} padded images, rounded up so that what follows stays aligned} */
    int size(int images) {
        return aligned(images * size());
    }

    /** {@return n floats, or what fills their last cache line of 64 bytes} */
    static int aligned(int n) {
        return Gemm.roundUp(n, 16);
    }

    /** {@link #pad(GemmKernels, float[], int, int, int, int, float[], int)} for {@code count} images, {@code step} apart in x. */
    void pad(GemmKernels g, int count, float[] x, int xOffset, int step, int h, int w, float[] padded, int offset) {
        for (int i = 0; i < count; i++) {
            pad(g, x, xOffset + i * step, h * w, h, w, padded, offset + i * size());
        }
    }

    /** Copies {@code x [channels,h,w]}, channels {@code plane} apart, into {@code padded}, zeros around it. */
    void pad(GemmKernels g, float[] x, int xOffset, int plane, int h, int w, float[] padded, int offset) {
        for (int a = 0; a < stride; a++) {
            for (int b = 0; b < starts.length; b++) {
                padPhase(g, a, starts[b], x, xOffset, plane, h, w, padded, offset + (a * starts.length + b) * phase());
            }
        }
    }

    /** Of all channels: padded rows {@code a + stride·i}, padded columns {@code b + stride·j}. */
    private void padPhase(GemmKernels g, int a, int b, float[] x, int xOffset, int plane, int h, int w, float[] padded,
            int offset) {
        int firstRow = first(a, top);
        int firstColumn = first(b, left);
        int m = Math.min(height - firstRow, count(a + firstRow * stride - top, h));
        int n = Math.min(pitch - firstColumn, count(b + firstColumn * stride - left, w));
        int from = xOffset + (a + firstRow * stride - top) * w + b + firstColumn * stride - left;
        // What lies before a row comes along where it can, for rows that lie end to end in whole vectors, and becomes zero.
        int along = together && from >= firstColumn * stride ? firstColumn : 0;
        for (int c = 0; c < channels; c++, from += plane) {
            int start = offset + c * channel();
            // The plane is in L1 then: cheaper than zeros row by row.
            Arrays.fill(padded, start, start + phase(), 0f);
            if (m > 0 && n > 0) {
                int to = start + firstRow * pitch + firstColumn - along;
                g.copyRows(m, n + along, x, from - along * stride, stride * w, stride, padded, to, pitch);
                for (int i = 0; i < m && along > 0; i++) {
                    Arrays.fill(padded, to + i * pitch, to + i * pitch + along, 0f);
                }
            }
        }
    }

    /** {@return the first i with {@code phase + stride·i ≥ before}} */
    private int first(int phase, int before) {
        return Math.max(0, Math.ceilDiv(before - phase, stride));
    }

    /** {@return how many of {@code from, from + stride, …} are below n} */
    private int count(int from, int n) {
        return Math.ceilDiv(Math.max(0, n - from), stride);
    }
}
