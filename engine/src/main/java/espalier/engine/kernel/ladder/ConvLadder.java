package espalier.engine.kernel.ladder;

import espalier.engine.kernel.ConvShape;
import espalier.engine.kernel.Convolution;
import espalier.engine.kernel.Kernels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * {@code y[o,i,j] = Σ x[c, i·stride + r·dilation − padding, j·stride + q·dilation − padding] · W[o,c,r,q]} for each of some
 * images: x [images,c,h,w], weight [o,c,kh,kw], y [images,o,oh,ow].
 */
public final class ConvLadder {
    private ConvLadder() {}

    /** Overwrites y of the images from {@code first} to before {@code last}. */
    @FunctionalInterface
    public interface Layer {
        void apply(ConvShape s, int first, int last, float[] x, float[] weight, float[] y);
    }

    /** {@return the rungs on one thread, the slowest first} */
    public static List<Rung<Layer>> rungs() {
        List<Rung<Layer>> rungs = new ArrayList<>();
        rungs.add(new Rung<>("naive", "seven loops as in the definition, with a question at every pixel",
                ConvLadder::naive));
        rungs.add(new Rung<>("reordered", "one weight at a time over whole rows, whose ends are known beforehand",
                ConvLadder::reordered));
        rungs.add(new Rung<>("blocked", "one row of output at a time: the rows of input that it needs stay in the cache",
                ConvLadder::blocked));
        if (Kernels.active().lanes() > 1) {
            rungs.add(new Rung<>("simd", "the row of output stays in vector registers; the image gets a border of zeros",
                    SimdRungs::convolve));
        }
        rungs.add(new Rung<>("packed", "a tile of channels shares each load of pixels: a product with panels of patches",
                ConvLadder::packed));
        return rungs;
    }

    private static void naive(ConvShape s, int first, int last, float[] x, float[] weight, float[] y) {
        for (int n = first; n < last; n++) {
            for (int o = 0; o < s.o(); o++) {
                for (int i = 0; i < s.oh(); i++) {
                    for (int j = 0; j < s.ow(); j++) {
                        float sum = 0;
                        for (int c = 0; c < s.c(); c++) {
                            for (int r = 0; r < s.kh(); r++) {
                                for (int q = 0; q < s.kw(); q++) {
                                    int row = i * s.stride() + r * s.dilation() - s.padding();
                                    int column = j * s.stride() + q * s.dilation() - s.padding();
                                    if (row >= 0 && row < s.h() && column >= 0 && column < s.w()) {
                                        sum += x[((n * s.c() + c) * s.h() + row) * s.w() + column]
                                                * weight[((o * s.c() + c) * s.kh() + r) * s.kw() + q];
                                    }
                                }
                            }
                        }
                        y[((n * s.o() + o) * s.oh() + i) * s.ow() + j] = sum;
                    }
                }
            }
        }
    }

    private static void reordered(ConvShape s, int first, int last, float[] x, float[] weight, float[] y) {
        Arrays.fill(y, first * s.o() * s.positions(), last * s.o() * s.positions(), 0f);
        for (int n = first; n < last; n++) {
            for (int o = 0; o < s.o(); o++) {
                for (int c = 0; c < s.c(); c++) {
                    for (int r = 0; r < s.kh(); r++) {
                        for (int q = 0; q < s.kw(); q++) {
                            for (int i = 0; i < s.oh(); i++) {
                                addRow(s, n, o, i, c, r, q, x, weight, y);
                            }
                        }
                    }
                }
            }
        }
    }

    private static void blocked(ConvShape s, int first, int last, float[] x, float[] weight, float[] y) {
        Arrays.fill(y, first * s.o() * s.positions(), last * s.o() * s.positions(), 0f);
        for (int n = first; n < last; n++) {
            for (int i = 0; i < s.oh(); i++) {
                for (int o = 0; o < s.o(); o++) {
                    for (int c = 0; c < s.c(); c++) {
                        for (int r = 0; r < s.kh(); r++) {
                            for (int q = 0; q < s.kw(); q++) {
                                addRow(s, n, o, i, c, r, q, x, weight, y);
                            }
                        }
                    }
                }
            }
        }
    }

    /** What one weight adds to one row of output. */
    private static void addRow(ConvShape s, int n, int o, int i, int c, int r, int q, float[] x, float[] weight, float[] y) {
        int row = i * s.stride() + r * s.dilation() - s.padding();
        if (row < 0 || row >= s.h()) {
            return;
        }
        int shift = q * s.dilation() - s.padding();
        int from = Math.max(0, Math.ceilDiv(-shift, s.stride()));
        int to = Math.min(s.ow(), Math.ceilDiv(s.w() - shift, s.stride()));
        float w = weight[((o * s.c() + c) * s.kh() + r) * s.kw() + q];
        int xAt = ((n * s.c() + c) * s.h() + row) * s.w() + shift;
        int yAt = ((n * s.o() + o) * s.oh() + i) * s.ow();
        if (s.stride() == 1) {
            // A loop of its own, or it is not vectorized.
            for (int j = from; j < to; j++) {
                y[yAt + j] += w * x[xAt + j];
            }
        } else {
            for (int j = from; j < to; j++) {
                y[yAt + j] += w * x[xAt + j * s.stride()];
            }
        }
    }

    private static void packed(ConvShape s, int first, int last, float[] x, float[] weight, float[] y) {
        Convolution conv = Convolution.direct(Kernels.active().gemm(), s, 1);
        float[] rows = new float[conv.packedForwardSize()];
        float[] scratch = new float[conv.forwardScratch()];
        conv.packForward(weight, rows);
        int images = conv.forwardImages();
        for (int n = first; n < last; n += images) {
            conv.forward(rows, null, 0, 0, Math.min(images, last - n), x, n * s.c() * s.h() * s.w(), 0, s.o(),
                    y, n * s.o() * s.positions(), scratch, 0);
        }
    }
}
