package espalier.engine.kernel;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * One image with as many channels side by side as vectors have lanes: {@code [channels/lanes][height + 2·border][width +
 * 2·border][lanes]}, zeros in the border, so that a pixel of these channels is a vector.
 *
 * @param channels a multiple of the lanes
 */
record LanePlanes(GemmKernels gemm, int channels, int height, int width, int border, int[] pixels) {
    static LanePlanes of(GemmKernels gemm, int channels, int height, int width, int border) {
        int pitch = width + 2 * border;
        return new LanePlanes(gemm, channels, height, width, border, IntStream.range(0, height * width)
                .map(p -> ((p / width + border) * pitch + p % width + border) * gemm.lanes()).toArray());
    }

    /** {@return elements between rows} */
    int row() {
        return (width + 2 * border) * gemm.lanes();
    }

    /** {@return elements between groups of channels} */
    int plane() {
        return (height + 2 * border) * row();
    }

    int size() {
        return channels / gemm.lanes() * plane();
    }

    /** {@return where the first pixels of {@code down} by {@code across} tiles lie, two pixels apart from the corner on, image by image} */
    int[] tiles(int images, int down, int across) {
        int one = down * across;
        return IntStream.range(0, images * one)
                .map(t -> t / one * size() + t % one / across * 2 * row() + t % across * 2 * gemm.lanes()).toArray();
    }

    /** Copies an image {@code [channels,height,width]} to here. */
    void fill(float[] x, int xOffset, float[] to, int toOffset) {
        int positions = height * width;
        int edge = border * (row() + gemm.lanes());
        for (int c = 0; c < channels; c += gemm.lanes()) {
            int at = toOffset + c / gemm.lanes() * plane();
            if (border > 0) {
                Arrays.fill(to, at, at + edge, 0f);
                for (int i = 1; i < height; i++) {
                    int end = at + (border + i) * row() + border * gemm.lanes();
                    Arrays.fill(to, end - 2 * border * gemm.lanes(), end, 0f);
                }
                Arrays.fill(to, at + plane() - edge, at + plane(), 0f);
            }
            gemm.winograd().toLanes(positions, x, xOffset + c * positions, positions, to, at, pixels);
        }
    }
}
