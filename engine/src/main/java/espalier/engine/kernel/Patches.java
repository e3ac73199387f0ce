package espalier.engine.kernel;

import java.util.Arrays;

/**
 * Where a convolution finds its operands in a zero-padded image: tap k of position p is
 * {@code padded[rowOffsets[k] + columnOffsets[p]]}. The im2col matrix is never formed; panels of it are gathered when needed.
 *
 * @param channels channels of the padded image, of all groups
 * @param height rows of the padded image
 * @param width elements of a padded row
 * @param top zero rows before the image
 * @param left zero elements before each row
 */
record Patches(int channels, int height, int width, int top, int left, int[] rowOffsets, int[] columnOffsets) {

    /** {@return the offsets {@code y·rowStep + x·columnStep} of a grid of positions} */
    static int[] grid(int rows, int columns, int rowStep, int columnStep) {
        int[] offsets = new int[rows * columns];
        for (int y = 0; y < rows; y++) {
            for (int x = 0; x < columns; x++) {
                offsets[y * columns + x] = y * rowStep + x * columnStep;
            }
        }
        return offsets;
    }

    /** {@return floats in a padded image} */
    int paddedSize() {
        return channels * height * width;
    }

    /** {@return sums' terms} */
    int taps() {
        return rowOffsets.length;
    }

    int positions() {
        return columnOffsets.length;
    }

    /** Copies {@code x [channels,h,w]} into {@code padded} from {@code offset} on, zeros around it; rows and columns that do not fit are left out. */
    void pad(float[] x, int xOffset, int h, int w, float[] padded, int offset) {
        if (h == height && w == width) {
            System.arraycopy(x, xOffset, padded, offset, paddedSize());
            return;
        }
        Arrays.fill(padded, offset, offset + paddedSize(), 0f);
        int rows = Math.min(h, height - top);
        int columns = Math.min(w, width - left);
        for (int c = 0; c < channels; c++) {
            for (int y = 0; y < rows; y++) {
                System.arraycopy(x, xOffset + (c * h + y) * w, padded, offset + (c * height + top + y) * width + left, columns);
            }
        }
    }
}
