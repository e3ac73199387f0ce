package espalier.engine.kernel;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Rows of an image with as many channels side by side as vectors have lanes: {@code [channels/lanes][top + rows + bottom][side +
 * width + side][lanes]}, zeros around them, so that a pixel of these channels is a vector.
 *
 * @param channels a multiple of the lanes
 * @param pixels where each of the rows' pixels lies
 */
record LanePlanes(GemmKernels gemm, int channels, int rows, int width, int top, int bottom, int side, int[] pixels) {
    static LanePlanes of(GemmKernels gemm, int channels, int rows, int width, int top, int bottom, int side) {
        int pitch = width + 2 * side;
        return new LanePlanes(gemm, channels, rows, width, top, bottom, side, IntStream.range(0, rows * width)
                .map(p -> ((p / width + top) * pitch + p % width + side) * gemm.lanes()).toArray());
    }

    /** {@return elements between rows} */
    int row() {
        return (width + 2 * side) * gemm.lanes();
    }

    /** {@return elements between groups of channels} */
    int plane() {
        return (top + rows + bottom) * row();
    }

    int size() {
        return channels / gemm.lanes() * plane();
    }

    /** {@return by image, where the first pixels of {@code down × across} tiles lie, two pixels apart from the corner on} */
    int[] tiles(int images, int down, int across) {
        int one = down * across;
        return IntStream.range(0, images * one)
                .map(t -> t / one * size() + t % one / across * 2 * row() + t % across * 2 * gemm.lanes()).toArray();
    }

    /** Copies these rows of all channels, {@code step} elements apart in x, to here. */
    void fill(float[] x, int xOffset, int step, float[] to, int toOffset) {
        int edge = side * gemm.lanes();
        for (int c = 0; c < channels; c += gemm.lanes()) {
            int at = toOffset + c / gemm.lanes() * plane();
            Arrays.fill(to, at, at + top * row() + edge, 0f);
            for (int i = 1; i < rows && edge > 0; i++) {
                int start = at + (top + i) * row();
                Arrays.fill(to, start - edge, start + edge, 0f);
            }
            Arrays.fill(to, at + (top + rows) * row() - edge, at + plane(), 0f);
            gemm.winograd().toLanes(rows * width, x, xOffset + c * step, step, to, at, pixels);
        }
    }
}
