package espalier.engine.kernel;

import java.util.Arrays;

/** Pooling in plain Java. */
final class ScalarPool implements PoolKernels {
    @Override
    public void maxPool(float[] x, int xOffset, int planes, int h, int w, float[] y, float[] index, int yOffset, int oh, int ow,
            int kernel, int stride, int padding) {
        int at = yOffset;
        for (int p = 0, plane = xOffset; p < planes; p++, plane += h * w) {
            for (int r = 0; r < oh; r++) {
                int top = r * stride - padding;
                for (int c = 0; c < ow; c++, at++) {
                    int left = c * stride - padding;
                    int best = argMax(x, plane, w, Math.max(top, 0), Math.min(top + kernel, h),
                            Math.max(left, 0), Math.min(left + kernel, w));
                    y[at] = x[plane + best];
                    if (index != null) {
                        index[at] = best;
                    }
                }
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
            for (int r = 0; r < oh; r++) {
                for (int c = 0; c < ow; c++, at++) {
                    float sum = 0f;
                    for (int k = 0; k < kernel; k++) {
                        int from = plane + (r * stride + k) * w + c * stride;
                        for (int i = from; i < from + kernel; i++) {
                            sum += x[i];
                        }
                    }
                    y[at] = sum / (kernel * kernel);
                }
            }
        }
    }

    @Override
    public void avgPoolGrad(float[] gy, int yOffset, int planes, int oh, int ow, float[] gx, int xOffset, int h, int w,
            int kernel, int stride) {
        Arrays.fill(gx, xOffset, xOffset + planes * h * w, 0f);
        int at = yOffset;
        for (int p = 0, plane = xOffset; p < planes; p++, plane += h * w) {
            for (int r = 0; r < oh; r++) {
                for (int c = 0; c < ow; c++, at++) {
                    float share = gy[at] / (kernel * kernel);
                    for (int k = 0; k < kernel; k++) {
                        int from = plane + (r * stride + k) * w + c * stride;
                        for (int i = from; i < from + kernel; i++) {
                            gx[i] += share;
                        }
                    }
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
}
