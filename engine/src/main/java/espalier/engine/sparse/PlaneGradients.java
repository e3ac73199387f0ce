package espalier.engine.sparse;

import espalier.engine.kernel.ElementwiseKernels;

/**
 * The vector-Jacobian products of {@link PlaneOps}: each adds to gx, which has the planes of x, what gy brings, which has those
 * of y.
 */
public final class PlaneGradients {
    private PlaneGradients() {}

    /** The first of a window's greatest gets the gradient. */
    public static void maxPool(float[] x, int xAt, Planes in, int kernel, int stride, int padding, float[] y, int yAt, Planes out,
            float[] gy, int gyAt, float[] gx, int gxAt, int n) {
        for (int c = 0; c < out.channels(); c++) {
            for (int oy = 0; oy < out.height(); oy++) {
                int top = Math.max(oy * stride - padding, 0);
                int bottom = Math.min(oy * stride - padding + kernel, in.height());
                for (int ox = 0; ox < out.width(); ox++) {
                    int left = Math.max(ox * stride - padding, 0);
                    int right = Math.min(ox * stride - padding + kernel, in.width());
                    int at = out.at(c, oy, ox) * n;
                    for (int i = 0; i < n; i++) {
                        int winner = winner(x, xAt + i, in, c, top, bottom, left, right, y[yAt + at + i], n);
                        gx[gxAt + winner * n + i] += gy[gyAt + at + i];
                    }
                }
            }
        }
    }

    private static int winner(float[] x, int xAt, Planes in, int c, int top, int bottom, int left, int right, float max, int n) {
        for (int row = top; row < bottom; row++) {
            for (int column = left, at = in.at(c, row, left); column < right; column++, at++) {
                if (x[xAt + at * n] == max) {
                    return at;
                }
            }
        }
        return in.at(c, top, left);
    }

    /** Each of a window gets its share. */
    public static void avgPool(Planes in, int kernelHeight, int kernelWidth, int stride, Planes out, float[] gy, int gyAt,
            float[] gx, int gxAt, int n) {
        float size = kernelHeight * kernelWidth;
        for (int c = 0; c < out.channels(); c++) {
            for (int oy = 0; oy < out.height(); oy++) {
                for (int ox = 0; ox < out.width(); ox++) {
                    int from = gyAt + out.at(c, oy, ox) * n;
                    for (int row = oy * stride; row < oy * stride + kernelHeight; row++) {
                        int to = gxAt + in.at(c, row, ox * stride) * n;
                        for (int column = 0; column < kernelWidth; column++, to += n) {
                            for (int i = 0; i < n; i++) {
                                gx[to + i] += gy[from + i] / size;
                            }
                        }
                    }
                }
            }
        }
    }

    /** What was sampled gets the gradient. */
    public static void shortcut(Planes in, int stride, int padChannels, Planes out, float[] gy, int gyAt, float[] gx, int gxAt,
            int n) {
        for (int c = 0; c < in.channels(); c++) {
            for (int row = 0; row < out.height(); row++) {
                int to = gxAt + in.at(c, row * stride, 0) * n;
                int from = gyAt + out.at(padChannels + c, row, 0) * n;
                for (int column = 0; column < out.width(); column++, to += stride * n, from += n) {
                    for (int i = 0; i < n; i++) {
                        gx[to + i] += gy[from + i];
                    }
                }
            }
        }
    }

    /** Of a concatenation: the channels of gy from {@code channel} on. */
    public static void slice(ElementwiseKernels kernels, Planes in, int channel, Planes out, float[] gy, int gyAt, float[] gx,
            int gxAt, int n) {
        int row = in.width() * n;
        for (int c = 0; c < in.channels(); c++) {
            for (int i = 0; i < in.height(); i++) {
                int from = gyAt + out.at(channel + c, i, 0) * n;
                int to = gxAt + in.at(c, i, 0) * n;
                kernels.add(gx, to, gy, from, gx, to, row);
            }
        }
    }

    /** Of a flattening: gy lies without a border. */
    public static void flatten(Planes in, float[] gy, int gyAt, float[] gx, int gxAt, int n) {
        int row = in.width() * n;
        for (int c = 0, from = gyAt; c < in.channels(); c++) {
            for (int i = 0; i < in.height(); i++, from += row) {
                int to = gxAt + in.at(c, i, 0) * n;
                for (int j = 0; j < row; j++) {
                    gx[to + j] += gy[from + j];
                }
            }
        }
    }
}
