package espalier.engine.sparse;

import espalier.engine.kernel.ConvShape;
import java.util.Arrays;

/**
 * A padded image as its stride² sub-images: [channels, used phases, height, width, images]. Phase (a, b) holds the rows a,
 * a + stride, … and the columns b, b + stride, …; those that no tap reads are left out.
 */
final class SubImages {
    private final ConvShape g;
    private final Planes in;
    private final int height;
    private final int width;
    /** By phase: its place among those that are used; −1 for none. */
    private final int[] places;
    private final int used;

    /** @param pitch the least width of a sub-image, for runs that cover several rows */
    SubImages(ConvShape g, Planes in, int pitch) {
        this.g = g;
        this.in = in;
        int s = g.stride();
        height = Math.ceilDiv(g.h() + 2 * g.padding(), s);
        width = Math.max(pitch, Math.ceilDiv(g.w() + 2 * g.padding(), s));
        places = new int[s * s];
        Arrays.fill(places, -1);
        int count = 0;
        for (int ky = 0; ky < g.kh(); ky++) {
            for (int kx = 0; kx < g.kw(); kx++) {
                int phase = phase(ky * g.dilation(), kx * g.dilation());
                if (places[phase] < 0) {
                    places[phase] = count++;
                }
            }
        }
        used = count;
    }

    private int phase(int y, int x) {
        return y % g.stride() * g.stride() + x % g.stride();
    }

    int pitch() {
        return width;
    }

    int plane() {
        return used * height * width;
    }

    int size() {
        return in.channels() * plane();
    }

    /** {@return where the pixel of the first output's tap (y, x) lies in a channel} */
    int tap(int y, int x) {
        return (places[phase(y, x)] * height + y / g.stride()) * width + x / g.stride();
    }

    void copy(float[] x, int xAt, int n, float[] to, int toAt) {
        int s = g.stride();
        Arrays.fill(to, toAt, toAt + size() * n, 0f);
        for (int c = 0; c < in.channels(); c++) {
            for (int row = 0; row < in.height(); row++) {
                for (int first = 0; first < Math.min(s, in.width()); first++) {
                    if (places[phase(row + g.padding(), first + g.padding())] >= 0) {
                        int at = toAt + (c * plane() + tap(row + g.padding(), first + g.padding())) * n;
                        PlaneOps.copyEvery(x, xAt + in.at(c, row, first) * n, s * n, to, at, Math.ceilDiv(in.width() - first, s), n);
                    }
                }
            }
        }
    }
}
