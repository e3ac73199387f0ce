package espalier.engine.sparse;

import espalier.engine.kernel.ConvShape;
import espalier.engine.kernel.GemmKernels;
import java.util.stream.IntStream;

/**
 * A padded image once for every column of taps, of its pixels those that the outputs' columns meet: [channels, columns of taps,
 * phases, height, outputs of a row, images]. Phase a holds the rows a, a + stride, …; those that no tap reads are left out.
 *
 * <p>So rows follow each other without a gap, and their vectors begin on cache lines, where in the image a tap to the side moves
 * every vector across two.
 */
final class TapColumns {
    private final ConvShape g;
    private final Planes in;
    private final int height;
    /** The phases that are used, as they lie. */
    private final int[] phases;

    /** @param in whose border is at least the padding */
    TapColumns(ConvShape g, Planes in) {
        this.g = g;
        this.in = in;
        height = g.oh() + (g.kh() - 1) * g.dilation() / g.stride();
        phases = IntStream.range(0, g.kh()).map(ky -> ky * g.dilation() % g.stride()).distinct().sorted().toArray();
    }

    int plane() {
        return g.kw() * phases.length * height * g.ow();
    }

    int size() {
        return in.channels() * plane();
    }

    /** {@return where the pixel of the first output's tap (ky, kx) lies in a channel} */
    int tap(int ky, int kx) {
        int y = ky * g.dilation();
        int place = 0;
        while (phases[place] != y % g.stride()) {
            place++;
        }
        return ((kx * phases.length + place) * height + y / g.stride()) * g.ow();
    }

    /** Copies n images; up to a vector more than {@link #size} is written. */
    void copy(GemmKernels gemm, float[] x, int xAt, int n, float[] to, int toAt) {
        int at = toAt;
        for (int c = 0; c < in.channels(); c++) {
            for (int kx = 0; kx < g.kw(); kx++) {
                for (int phase : phases) {
                    int rows = Math.min(height, Math.ceilDiv(g.h() + 2 * g.padding() - phase, g.stride()));
                    int from = xAt + in.at(c, phase - g.padding(), kx * g.dilation() - g.padding()) * n;
                    copyRows(gemm, rows, x, from, n, to, at);
                    at += height * g.ow() * n;
                }
            }
        }
    }

    private void copyRows(GemmKernels gemm, int rows, float[] x, int from, int n, float[] to, int at) {
        int pitch = g.stride() * in.pitch() * n;
        int row = g.ow() * n;
        if (n == 1 || g.stride() == 1) {
            // At least a vector: each row goes over what was too much of the one before.
            int length = g.stride() <= 2 ? Math.max(row, gemm.lanes()) : row;
            gemm.copyRows(rows, length, x, from, pitch, g.stride(), to, at, row);
            return;
        }
        for (int i = 0; i < rows; i++) {
            PlaneOps.copyEvery(gemm, x, from + i * pitch, g.stride() * n, to, at + i * row, g.ow(), n);
        }
    }
}
