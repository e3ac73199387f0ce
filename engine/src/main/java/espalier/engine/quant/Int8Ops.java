package espalier.engine.quant;

import espalier.engine.kernel.Int8Kernels;
import java.util.Arrays;

/** The layers without weights, on unsigned bytes [C, H, W, n]. Outputs are overwritten and never an input. */
public final class Int8Ops {
    private Int8Ops() {}

    /**
     * {@code y = max of x over square windows}, which keeps scale and zero point; padding never wins.
     *
     * @param planes C, of height × width
     * @param y [C, outHeight, outWidth, n]
     */
    public static void maxPool(byte[] x, int planes, int height, int width, int kernel, int stride, int padding,
            byte[] y, int outHeight, int outWidth, int n) {
        for (int c = 0; c < planes; c++) {
            for (int oy = 0; oy < outHeight; oy++) {
                int top = Math.max(oy * stride - padding, 0);
                int bottom = Math.min(oy * stride - padding + kernel, height);
                for (int ox = 0; ox < outWidth; ox++) {
                    int left = Math.max(ox * stride - padding, 0);
                    int right = Math.min(ox * stride - padding + kernel, width);
                    int to = ((c * outHeight + oy) * outWidth + ox) * n;
                    System.arraycopy(x, ((c * height + top) * width + left) * n, y, to, n);
                    for (int row = top; row < bottom; row++) {
                        for (int column = left; column < right; column++) {
                            max(x, ((c * height + row) * width + column) * n, y, to, n);
                        }
                    }
                }
            }
        }
    }

    private static void max(byte[] x, int from, byte[] y, int to, int n) {
        for (int i = 0; i < n; i++) {
            y[to + i] = (byte) Math.max(x[from + i] & 0xFF, y[to + i] & 0xFF);
        }
    }

    /**
     * {@code y = clamp(round((Σ x − kernelHeight·kernelWidth·zeroPoint) · multiplier) + zeroPoint′, low, high)} over
     * windows, with {@code multiplier = }{@link #meanMultiplier}.
     *
     * @param planes C, of height × width
     * @param y [C, outHeight, outWidth, n]
     */
    public static void avgPool(byte[] x, int planes, int height, int width, int kernelHeight, int kernelWidth, int stride,
            QuantParams in, QuantParams out, int low, int high, byte[] y, int outHeight, int outWidth, int n,
            Int8Scratch scratch) {
        float multiplier = meanMultiplier(in, out, kernelHeight * kernelWidth);
        int[] sums = scratch.sums(n);
        for (int c = 0; c < planes; c++) {
            for (int oy = 0; oy < outHeight; oy++) {
                for (int ox = 0; ox < outWidth; ox++) {
                    Arrays.fill(sums, 0, n, -kernelHeight * kernelWidth * in.zeroPoint());
                    for (int row = oy * stride; row < oy * stride + kernelHeight; row++) {
                        for (int column = ox * stride; column < ox * stride + kernelWidth; column++) {
                            accumulate(x, ((c * height + row) * width + column) * n, sums, n);
                        }
                    }
                    int to = ((c * outHeight + oy) * outWidth + ox) * n;
                    for (int i = 0; i < n; i++) {
                        y[to + i] = (byte) Int8Kernels.round(sums[i] * multiplier, out.zeroPoint(), low, high);
                    }
                }
            }
        }
    }

    private static void accumulate(byte[] x, int from, int[] sums, int n) {
        for (int i = 0; i < n; i++) {
            sums[i] += x[from + i] & 0xFF;
        }
    }

    /** {@return {@code in.scale / (count · out.scale)}, formed in double, as float} */
    public static float meanMultiplier(QuantParams in, QuantParams out, int count) {
        return (float) ((double) in.scale() / ((double) out.scale() * count));
    }

    /**
     * {@code y [C + 2·padChannels, ⌈H/stride⌉, ⌈W/stride⌉, n]}: every stride-th row and column of x between channels of
     * zeros, as {@link espalier.engine.op.OptionAShortcut}.
     *
     * @param zeroPoint of x and y
     */
    public static void shortcut(byte[] x, int planes, int height, int width, int stride, int padChannels, int zeroPoint,
            byte[] y, int n) {
        int outHeight = Math.ceilDiv(height, stride);
        int outWidth = Math.ceilDiv(width, stride);
        int pad = padChannels * outHeight * outWidth * n;
        int to = pad;
        Arrays.fill(y, 0, pad, (byte) zeroPoint);
        for (int c = 0; c < planes; c++) {
            for (int row = 0; row < height; row += stride) {
                for (int column = 0; column < width; column += stride, to += n) {
                    System.arraycopy(x, ((c * height + row) * width + column) * n, y, to, n);
                }
            }
        }
        Arrays.fill(y, to, to + pad, (byte) zeroPoint);
    }

    /** {@code y[yOffset + i] = table[x[i]]} over n elements. */
    public static void lookUp(byte[] x, byte[] table, byte[] y, int yOffset, int n) {
        for (int i = 0; i < n; i++) {
            y[yOffset + i] = table[x[i] & 0xFF];
        }
    }

    /**
     * {@return for each q of {@code in}: {@code clamp(round((q − zeroPoint) · in.scale / out.scale) + zeroPoint′, low,
     * high)}}
     */
    public static byte[] table(QuantParams in, QuantParams out, int low, int high) {
        float multiplier = (float) ((double) in.scale() / out.scale());
        byte[] table = new byte[256];
        for (int q = 0; q < table.length; q++) {
            table[q] = (byte) Int8Kernels.round((q - in.zeroPoint()) * multiplier, out.zeroPoint(), low, high);
        }
        return table;
    }
}
