package espalier.engine.kernel;

import java.util.Arrays;

/** Pooling in plain Java. */
final class ScalarPool implements PoolKernels {
    @Override
    public void maxPool(float[] x, int xOffset, int planes, int h, int w, float[] y, float[] index, int yOffset, int oh, int ow,
            int kernel, int stride, int padding) {
        int at = yOffset;
        for (int p = 0, plane = xOffset; p < planes; p++, plane += h * w) {
            for (int r = 0; r < oh; r++, at += ow) {
                maxOfRow(x, plane, h, w, r * stride - padding, 0, ow, y, index, at, kernel, stride, padding);
            }
        }
    }

    /** The windows from column {@code from} to {@code to} of the row of windows that starts at x's row {@code top}. */
    static void maxOfRow(float[] x, int plane, int h, int w, int top, int from, int to, float[] y, float[] index, int at,
            int kernel, int stride, int padding) {
        int first = Math.max(top, 0);
        int end = Math.min(top + kernel, h);
        for (int c = from; c < to; c++) {
            int left = c * stride - padding;
            int best = argMax(x, plane, w, first, end, Math.max(left, 0), Math.min(left + kernel, w));
            y[at + c] = x[plane + best];
            if (index != null) {
                index[at + c] = best;
            }
        }
    }

    private static int argMax(float[] x, int plane, int w, int top, int bottom, int left, int right) {
        int best = top * w + left;
        float max = x[plane + best];
        for (int r = top; r < bottom; r++) {
            for (int i = r * w + left; i < r * w + right; i++) {
                float v = x[plane + i];
                if (v > max || v != v) {
                    max = v;
                    best = i;
                }
            }
        }
        return best;
    }

    @Override
    public void maxPoolGrad(float[] gy, float[] index, int yOffset, int planes, int outSize, float[] gx, int xOffset,
            int inSize) {
        Arrays.fill(gx, xOffset, xOffset + planes * inSize, 0f);
        int at = yOffset;
        for (int p = 0, plane = xOffset; p < planes; p++, plane += inSize) {
            for (int i = 0; i < outSize; i++, at++) {
                gx[plane + (int) index[at]] += gy[at];
            }
        }
    }

    @Override
    public void avgPool(float[] x, int xOffset, int planes, int h, int w, float[] y, int yOffset, int oh, int ow, int kernel,
            int stride) {
        int at = yOffset;
        for (int p = 0, plane = xOffset; p < planes; p++, plane += h * w) {
            for (int r = 0; r < oh; r++, at += ow) {
                meanOfRow(x, plane + r * stride * w, w, 0, ow, y, at, kernel, stride);
            }
        }
    }

    /** The windows from column {@code from} to {@code to} of the row of windows that starts with x's {@code row}. */
    static void meanOfRow(float[] x, int row, int w, int from, int to, float[] y, int at, int kernel, int stride) {
        for (int c = from; c < to; c++) {
            float sum = 0f;
            for (int k = 0; k < kernel; k++) {
                int first = row + k * w + c * stride;
                for (int i = first; i < first + kernel; i++) {
                    sum += x[i];
                }
            }
            y[at + c] = sum / (kernel * kernel);
        }
    }

    @Override
    public void avgPoolGrad(float[] gy, int yOffset, int planes, int oh, int ow, float[] gx, int xOffset, int h, int w,
            int kernel, int stride) {
        Arrays.fill(gx, xOffset, xOffset + planes * h * w, 0f);
        int at = yOffset;
        for (int p = 0, plane = xOffset; p < planes; p++, plane += h * w) {
            for (int r = 0; r < oh; r++, at += ow) {
                sharesOfRow(gy, at, 0, ow, gx, plane + r * stride * w, w, kernel, stride);
            }
        }
    }

    /** The windows from column {@code from} to {@code to} of the row of windows that starts with gx's {@code row}. */
    static void sharesOfRow(float[] gy, int at, int from, int to, float[] gx, int row, int w, int kernel, int stride) {
        for (int c = from; c < to; c++) {
            float share = gy[at + c] / (kernel * kernel);
            for (int k = 0; k < kernel; k++) {
                int first = row + k * w + c * stride;
                for (int i = first; i < first + kernel; i++) {
                    gx[i] += share;
                }
            }
        }
    }

    @Override
    public void planeMeans(float[] x, int xOffset, int planes, int size, float[] y, int yOffset) {
        for (int p = 0, from = xOffset; p < planes; p++, from += size) {
            double sum = 0;
            for (int i = from; i < from + size; i++) {
                sum += x[i];
            }
            y[yOffset + p] = (float) (sum / size);
        }
    }

    @Override
    public void maxOfWindow(float[] x, int xOffset, int rows, int ldx, int columns, float[] y, int yOffset, int n) {
        for (int p = 0; p < n; p++) {
            float max = x[xOffset + p];
            for (int r = 0; r < rows; r++) {
                int from = xOffset + r * ldx + p;
                for (int i = from; i < from + columns * n; i += n) {
                    max = Math.max(max, x[i]);
                }
            }
            y[yOffset + p] = max;
        }
    }

    @Override
    public void meanOfWindow(float[] x, int xOffset, int rows, int ldx, int columns, float[] y, int yOffset, int n) {
        for (int p = 0; p < n; p++) {
            float sum = 0f;
            for (int r = 0; r < rows; r++) {
                int from = xOffset + r * ldx + p;
                for (int i = from; i < from + columns * n; i += n) {
                    sum += x[i];
                }
            }
            y[yOffset + p] = sum / (rows * columns);
        }
    }
}
