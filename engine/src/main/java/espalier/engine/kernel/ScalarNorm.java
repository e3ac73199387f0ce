package espalier.engine.kernel;

/** Batch normalization's loops in plain Java. */
final class ScalarNorm implements NormKernels {
    @Override
    public double sum(float[] x, int offset, int planes, int stride, int size) {
        double sum = 0;
        for (int p = 0, from = offset; p < planes; p++, from += stride) {
            for (int i = from; i < from + size; i++) {
                sum += x[i];
            }
        }
        return sum;
    }

    @Override
    public double squaredDeviations(float[] x, int offset, int planes, int stride, int size, float mean) {
        double sum = 0;
        for (int p = 0, from = offset; p < planes; p++, from += stride) {
            for (int i = from; i < from + size; i++) {
                float d = x[i] - mean;
                sum += d * d;
            }
        }
        return sum;
    }

    @Override
    public void affine(float[] x, float[] y, int offset, int planes, int stride, int size, float scale, float shift,
            boolean relu) {
        for (int p = 0, from = offset; p < planes; p++, from += stride) {
            for (int i = from; i < from + size; i++) {
                float v = x[i] * scale + shift;
                y[i] = relu && v <= 0f ? 0f : v;
            }
        }
    }

    @Override
    public void affineAdd(float[] x, float[] r, float[] y, int offset, int planes, int stride, int size, float scale,
            float shift, boolean relu) {
        for (int p = 0, from = offset; p < planes; p++, from += stride) {
            for (int i = from; i < from + size; i++) {
                float v = x[i] * scale + shift + r[i];
                y[i] = relu && v <= 0f ? 0f : v;
            }
        }
    }

    @Override
    public void gradientSums(float[] x, float[] gy, int offset, int planes, int stride, int size, float mean, float scale,
            float shift, boolean relu, double[] sums, int at) {
        double sum = 0;
        double product = 0;
        for (int p = 0, from = offset; p < planes; p++, from += stride) {
            for (int i = from; i < from + size; i++) {
                float g = relu && x[i] * scale + shift <= 0f ? 0f : gy[i];
                sum += g;
                product += g * (x[i] - mean);
            }
        }
        sums[at] = sum;
        sums[at + 1] = product;
    }

    @Override
    public void affineGrad(float[] x, float[] gy, float[] gx, int offset, int planes, int stride, int size, float mean,
            float scale, float shift, boolean relu, float slope, float constant) {
        for (int p = 0, from = offset; p < planes; p++, from += stride) {
            for (int i = from; i < from + size; i++) {
                float g = relu && x[i] * scale + shift <= 0f ? 0f : gy[i];
                gx[i] = g * scale + (x[i] - mean) * slope + constant;
            }
        }
    }

    @Override
    public void maskedSums(float[] x, float[] y, float[] gy, float[] g, int offset, int planes, int stride, int size,
            float mean, double[] sums, int at) {
        double sum = 0;
        double product = 0;
        for (int p = 0, from = offset; p < planes; p++, from += stride) {
            for (int i = from; i < from + size; i++) {
                g[i] = y[i] <= 0f ? 0f : gy[i];
                sum += g[i];
                product += g[i] * (x[i] - mean);
            }
        }
        sums[at] = sum;
        sums[at + 1] = product;
    }

    @Override
    public void maskedScale(float[] y, float[] gy, float[] g, float[] gx, int offset, int planes, int stride, int size,
            float scale) {
        for (int p = 0, from = offset; p < planes; p++, from += stride) {
            for (int i = from; i < from + size; i++) {
                g[i] = y[i] <= 0f ? 0f : gy[i];
                gx[i] = g[i] * scale;
            }
        }
    }
}
