package espalier.engine.quant;

import static java.lang.Math.ceilDiv;

import espalier.engine.kernel.ConvShape;
import espalier.engine.kernel.Int8Kernels;
import java.util.Arrays;

/**
 * Where the pixels of a padded image lie once they are 16 bits wide, so that a tap of the kernel sees neighbours: [C, s,
 * columns, height, width, n], of s·s phases of row and column where the stride is s.
 *
 * <p>Where rows of the output fill panels, {@code columns} are the s phases, and a run of neighbours is an output row. Else
 * there is a column for each column of the kernel, as wide as the output, and a run is the whole output: one partly empty
 * panel in place of one a row. For single images of 8×8 that is one panel, where rows take eight; for rows with their padding
 * between them, whose outputs are dropped, it was two.
 */
final class TapPlanes {
    private final ConvShape g;
    private final int channels;
    private final int n;
    private final boolean whole;
    private final int runs;
    private final int length;
    private final int columns;
    private final int height;
    private final int width;

    /**
     * @param g geometry of one group
     * @param channels of all groups
     * @param n images
     * @param panel positions that are computed at once
     */
    TapPlanes(ConvShape g, int channels, int n, int panel) {
        this.g = g;
        this.channels = channels;
        this.n = n;
        int row = g.ow() * n;
        whole = ceilDiv(g.oh() * row, panel) < g.oh() * ceilDiv(row, panel);
        runs = whole ? 1 : g.oh();
        length = whole ? g.oh() * row : row;
        columns = whole ? g.kw() : g.stride();
        height = ceilDiv(g.h() + 2 * g.padding(), g.stride());
        width = whole ? g.ow() : ceilDiv(g.w() + 2 * g.padding(), g.stride());
    }

    int images() {
        return n;
    }

    int runs() {
        return runs;
    }

    /** {@return positions of a run, of all images} */
    int length() {
        return length;
    }

    /** {@return what lies between the starts of two runs} */
    int pitch() {
        return width * n;
    }

    /** {@return elements in all} */
    int size() {
        return at(channels);
    }

    /** {@return where channel c begins} */
    int at(int c) {
        return plane(c, 0, 0) * n;
    }

    /** Writes where each tap (c, ky, kx) of a group begins, from the start of the group's first channel. */
    void offsets(int[] offsets, int base) {
        int s = g.stride();
        int k = 0;
        for (int ky = 0; ky < g.kh(); ky++) {
            int y = ky * g.dilation();
            for (int kx = 0; kx < g.kw(); kx++) {
                int x = kx * g.dilation();
                int pixel = whole ? plane(0, y % s, kx) : plane(0, y % s, x % s) + x / s;
                offsets[k++] = base + (pixel + y / s * width) * n;
            }
        }
        int channel = at(1);
        for (int kernel = k; k < g.taps(); k++) {
            offsets[k] = offsets[k - kernel] + channel;
        }
    }

    /**
     * Fills {@code y} from {@code base} on with x, and with {@code zero} around it.
     *
     * @param x [C, H, W, n]
     */
    void widen(Int8Kernels kernels, byte[] x, short zero, short[] y, int base) {
        boolean samePitch = g.stride() == 1 && width == g.w() && g.padding() < g.w();
        for (int c = 0; c < channels; c++) {
            if (samePitch) {
                for (int q = 0; q < columns; q++) {
                    shift(kernels, x, c, q, zero, y, base);
                }
            } else {
                rows(kernels, x, c, zero, y, base);
            }
        }
    }

    private void rows(Int8Kernels kernels, byte[] x, int c, short zero, short[] y, int base) {
        int s = g.stride();
        Arrays.fill(y, base + at(c), base + at(c + 1), zero);
        for (int q = 0; q < columns; q++) {
            int start = start(q);
            int first = Math.max(0, ceilDiv(-start, s));
            int count = Math.max(0, Math.min(width, ceilDiv(g.w() - start, s)) - first);
            for (int row = 0; row < g.h(); row++) {
                int padded = row + g.padding();
                int to = plane(c, padded % s, q) + padded / s * width + first;
                kernels.widen(x, ((c * g.h() + row) * g.w() + start + first * s) * n, s * n, y, base + to * n, count, n);
            }
        }
    }

    /** A whole channel at once, moved by the pixels that its rows begin later; what moves into another row is cleared. */
    private void shift(Int8Kernels kernels, byte[] x, int c, int q, short zero, short[] y, int base) {
        int row = g.w() * n;
        int shift = start(q) * n;
        int from = base + plane(c, 0, q) * n;
        int to = from + g.padding() * row;
        int end = to + g.h() * row;
        kernels.widen(x, c * g.h() * row, n, y, to - shift, g.h() * g.w(), n);
        Arrays.fill(y, from, to, zero);
        Arrays.fill(y, end, end + g.padding() * row, zero);
        for (int at = to; at < end && shift != 0; at += row) {
            int outside = shift < 0 ? at : at + row - shift;
            Arrays.fill(y, outside, outside + Math.abs(shift), zero);
        }
    }

    /** {@return the column of the image where those of a plane begin} */
    private int start(int column) {
        return column * (whole ? g.dilation() : 1) - g.padding();
    }

    /** {@return the first pixel of a channel's phase of rows and its column} */
    private int plane(int channel, int phase, int column) {
        return ((channel * g.stride() + phase) * columns + column) * height * width;
    }
}
