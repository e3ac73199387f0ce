package espalier.engine.kernel;

import static espalier.engine.kernel.Lanes.F;
import static espalier.engine.kernel.Lanes.N;
import static espalier.engine.kernel.Lanes.load;
import static jdk.incubator.vector.VectorOperators.LE;

import jdk.incubator.vector.FloatVector;

/**
 * Batch normalization's loops on vectors, for planes that hold one; smaller ones are left to {@link ScalarNorm}.
 *
 * <p>Sums run in float, in two vectors, over {@link #GROUP} elements or one plane, whichever is more, and then go on in
 * double.
 */
final class VectorNorm implements NormKernels {
    private static final ScalarNorm SMALL = new ScalarNorm();
    private static final int GROUP = 4096;
    /** Written out: in loops of one vector, planes of four (8×8) took 1.3 times as long in half of the JVM starts. */
    private static final int FOUR = 4 * N;

    @Override
    public double sum(float[] x, int offset, int planes, int stride, int size) {
        if (size < N) {
            return SMALL.sum(x, offset, planes, stride, size);
        }
        int group = Math.max(1, GROUP / size);
        double sum = 0;
        for (int p = 0; p < planes; p += group) {
            sum += sumOfGroup(x, offset + p * stride, Math.min(group, planes - p), stride, size);
        }
        return sum;
    }

    private static double sumOfGroup(float[] x, int offset, int planes, int stride, int size) {
        FloatVector even = FloatVector.zero(F);
        FloatVector odd = FloatVector.zero(F);
        double tail = 0;
        for (int p = 0, i = offset; p < planes; p++) {
            int end = offset + p * stride + size;
            for (; i <= end - FOUR; i += FOUR) {
                even = load(x, i).add(even);
                odd = load(x, i + N).add(odd);
                even = load(x, i + 2 * N).add(even);
                odd = load(x, i + 3 * N).add(odd);
            }
            for (; i <= end - N; i += N) {
                even = load(x, i).add(even);
            }
            for (; i < end; i++) {
                tail += x[i];
            }
            i += stride - size;
        }
        return tail + Lanes.sum(even.add(odd));
    }

    @Override
    public double squaredDeviations(float[] x, int offset, int planes, int stride, int size, float mean) {
        if (size < N) {
            return SMALL.squaredDeviations(x, offset, planes, stride, size, mean);
        }
        int group = Math.max(1, GROUP / size);
        double sum = 0;
        for (int p = 0; p < planes; p += group) {
            sum += deviationsOfGroup(x, offset + p * stride, Math.min(group, planes - p), stride, size, mean);
        }
        return sum;
    }

    private static double deviationsOfGroup(float[] x, int offset, int planes, int stride, int size, float mean) {
        FloatVector even = FloatVector.zero(F);
        FloatVector odd = FloatVector.zero(F);
        double tail = 0;
        for (int p = 0, i = offset; p < planes; p++) {
            int end = offset + p * stride + size;
            for (; i <= end - FOUR; i += FOUR) {
                FloatVector d = load(x, i).sub(mean);
                even = d.mul(d).add(even);
                d = load(x, i + N).sub(mean);
                odd = d.mul(d).add(odd);
                d = load(x, i + 2 * N).sub(mean);
                even = d.mul(d).add(even);
                d = load(x, i + 3 * N).sub(mean);
                odd = d.mul(d).add(odd);
            }
            for (; i <= end - N; i += N) {
                FloatVector d = load(x, i).sub(mean);
                even = d.mul(d).add(even);
            }
            for (; i < end; i++) {
                float d = x[i] - mean;
                tail += d * d;
            }
            i += stride - size;
        }
        return tail + Lanes.sum(even.add(odd));
    }

    @Override
    public void affine(float[] x, float[] y, int offset, int planes, int stride, int size, float scale, float shift,
            boolean relu) {
        if (size < N) {
            SMALL.affine(x, y, offset, planes, stride, size, scale, shift, relu);
            return;
        }
        for (int p = 0, at = offset; p < planes; p++, at += stride) {
            int done = relu ? affineRelu(x, y, at, size, scale, shift) : affine(x, y, at, size, scale, shift);
            if (done < size) {
                SMALL.affine(x, y, at + done, 1, 0, size - done, scale, shift, relu);
            }
        }
    }

    private static int affine(float[] x, float[] y, int offset, int size, float scale, float shift) {
        int i = offset;
        for (int last = offset + size - FOUR; i <= last; i += FOUR) {
            affineOf(x, y, i, scale, shift);
            affineOf(x, y, i + N, scale, shift);
            affineOf(x, y, i + 2 * N, scale, shift);
            affineOf(x, y, i + 3 * N, scale, shift);
        }
        for (int last = offset + size - N; i <= last; i += N) {
            affineOf(x, y, i, scale, shift);
        }
        return i - offset;
    }

    private static void affineOf(float[] x, float[] y, int i, float scale, float shift) {
        load(x, i).mul(scale).add(shift).intoArray(y, i);
    }

    private static int affineRelu(float[] x, float[] y, int offset, int size, float scale, float shift) {
        int i = offset;
        for (int last = offset + size - FOUR; i <= last; i += FOUR) {
            affineReluOf(x, y, i, scale, shift);
            affineReluOf(x, y, i + N, scale, shift);
            affineReluOf(x, y, i + 2 * N, scale, shift);
            affineReluOf(x, y, i + 3 * N, scale, shift);
        }
        for (int last = offset + size - N; i <= last; i += N) {
            affineReluOf(x, y, i, scale, shift);
        }
        return i - offset;
    }

    private static void affineReluOf(float[] x, float[] y, int i, float scale, float shift) {
        FloatVector v = load(x, i).mul(scale).add(shift);
        v.blend(0f, v.compare(LE, 0f)).intoArray(y, i);
    }

    @Override
    public void affineAdd(float[] x, float[] r, float[] y, int offset, int planes, int stride, int size, float scale,
            float shift, boolean relu) {
        if (size < N) {
            SMALL.affineAdd(x, r, y, offset, planes, stride, size, scale, shift, relu);
            return;
        }
        for (int p = 0, at = offset; p < planes; p++, at += stride) {
            int done = relu ? affineAddRelu(x, r, y, at, size, scale, shift) : affineAdd(x, r, y, at, size, scale, shift);
            if (done < size) {
                SMALL.affineAdd(x, r, y, at + done, 1, 0, size - done, scale, shift, relu);
            }
        }
    }

    private static int affineAdd(float[] x, float[] r, float[] y, int offset, int size, float scale, float shift) {
        int i = offset;
        for (int last = offset + size - FOUR; i <= last; i += FOUR) {
            affineAddOf(x, r, y, i, scale, shift);
            affineAddOf(x, r, y, i + N, scale, shift);
            affineAddOf(x, r, y, i + 2 * N, scale, shift);
            affineAddOf(x, r, y, i + 3 * N, scale, shift);
        }
        for (int last = offset + size - N; i <= last; i += N) {
            affineAddOf(x, r, y, i, scale, shift);
        }
        return i - offset;
    }

    private static void affineAddOf(float[] x, float[] r, float[] y, int i, float scale, float shift) {
        load(x, i).mul(scale).add(shift).add(load(r, i)).intoArray(y, i);
    }

    private static int affineAddRelu(float[] x, float[] r, float[] y, int offset, int size, float scale, float shift) {
        int i = offset;
        for (int last = offset + size - FOUR; i <= last; i += FOUR) {
            affineAddReluOf(x, r, y, i, scale, shift);
            affineAddReluOf(x, r, y, i + N, scale, shift);
            affineAddReluOf(x, r, y, i + 2 * N, scale, shift);
            affineAddReluOf(x, r, y, i + 3 * N, scale, shift);
        }
        for (int last = offset + size - N; i <= last; i += N) {
            affineAddReluOf(x, r, y, i, scale, shift);
        }
        return i - offset;
    }

    private static void affineAddReluOf(float[] x, float[] r, float[] y, int i, float scale, float shift) {
        FloatVector v = load(x, i).mul(scale).add(shift).add(load(r, i));
        v.blend(0f, v.compare(LE, 0f)).intoArray(y, i);
    }

    @Override
    public void gradientSums(float[] x, float[] gy, int offset, int planes, int stride, int size, float mean, float scale,
            float shift, boolean relu, double[] sums, int at) {
        if (size < N) {
            SMALL.gradientSums(x, gy, offset, planes, stride, size, mean, scale, shift, relu, sums, at);
            return;
        }
        sums[at] = 0;
        sums[at + 1] = 0;
        int group = Math.max(1, GROUP / size);
        for (int p = 0; p < planes; p += group) {
            int from = offset + p * stride;
            int count = Math.min(group, planes - p);
            if (relu) {
                sumsOfGroupRelu(x, gy, from, count, stride, size, mean, scale, shift, sums, at);
            } else {
                sumsOfGroup(x, gy, from, count, stride, size, mean, sums, at);
            }
        }
    }

    private static void sumsOfGroup(float[] x, float[] gy, int offset, int planes, int stride, int size, float mean,
            double[] sums, int at) {
        FloatVector sum = FloatVector.zero(F);
        FloatVector product = FloatVector.zero(F);
        double tail = 0;
        double productTail = 0;
        for (int p = 0, i = offset; p < planes; p++) {
            int end = offset + p * stride + size;
            for (; i <= end - N; i += N) {
                FloatVector g = load(gy, i);
                sum = g.add(sum);
                product = g.mul(load(x, i).sub(mean)).add(product);
            }
            for (; i < end; i++) {
                tail += gy[i];
                productTail += gy[i] * (x[i] - mean);
            }
            i += stride - size;
        }
        sums[at] += tail + Lanes.sum(sum);
        sums[at + 1] += productTail + Lanes.sum(product);
    }

    private static void sumsOfGroupRelu(float[] x, float[] gy, int offset, int planes, int stride, int size, float mean,
            float scale, float shift, double[] sums, int at) {
        FloatVector sum = FloatVector.zero(F);
        FloatVector product = FloatVector.zero(F);
        double tail = 0;
        double productTail = 0;
        for (int p = 0, i = offset; p < planes; p++) {
            int end = offset + p * stride + size;
            for (; i <= end - N; i += N) {
                FloatVector v = load(x, i);
                FloatVector g = load(gy, i).blend(0f, v.mul(scale).add(shift).compare(LE, 0f));
                sum = g.add(sum);
                product = g.mul(v.sub(mean)).add(product);
            }
            for (; i < end; i++) {
                float g = x[i] * scale + shift <= 0f ? 0f : gy[i];
                tail += g;
                productTail += g * (x[i] - mean);
            }
            i += stride - size;
        }
        sums[at] += tail + Lanes.sum(sum);
        sums[at + 1] += productTail + Lanes.sum(product);
    }

    @Override
    public void affineGrad(float[] x, float[] gy, float[] gx, int offset, int planes, int stride, int size, float mean,
            float scale, float shift, boolean relu, float slope, float constant) {
        if (size < N) {
            SMALL.affineGrad(x, gy, gx, offset, planes, stride, size, mean, scale, shift, relu, slope, constant);
            return;
        }
        for (int p = 0, at = offset; p < planes; p++, at += stride) {
            int done = relu
                    ? affineReluGrad(x, gy, gx, at, size, mean, scale, shift, slope, constant)
                    : affineGrad(x, gy, gx, at, size, mean, scale, slope, constant);
            if (done < size) {
                SMALL.affineGrad(x, gy, gx, at + done, 1, 0, size - done, mean, scale, shift, relu, slope, constant);
            }
        }
    }

    private static int affineGrad(float[] x, float[] gy, float[] gx, int offset, int size, float mean, float scale,
            float slope, float constant) {
        int i = offset;
        for (int last = offset + size - FOUR; i <= last; i += FOUR) {
            affineGradOf(x, gy, gx, i, mean, scale, slope, constant);
            affineGradOf(x, gy, gx, i + N, mean, scale, slope, constant);
            affineGradOf(x, gy, gx, i + 2 * N, mean, scale, slope, constant);
            affineGradOf(x, gy, gx, i + 3 * N, mean, scale, slope, constant);
        }
        for (int last = offset + size - N; i <= last; i += N) {
            affineGradOf(x, gy, gx, i, mean, scale, slope, constant);
        }
        return i - offset;
    }

    private static void affineGradOf(float[] x, float[] gy, float[] gx, int i, float mean, float scale, float slope,
            float constant) {
        load(gy, i).mul(scale).add(load(x, i).sub(mean).mul(slope)).add(constant).intoArray(gx, i);
    }

    private static int affineReluGrad(float[] x, float[] gy, float[] gx, int offset, int size, float mean, float scale,
            float shift, float slope, float constant) {
        int i = offset;
        for (int last = offset + size - FOUR; i <= last; i += FOUR) {
            affineReluGradOf(x, gy, gx, i, mean, scale, shift, slope, constant);
            affineReluGradOf(x, gy, gx, i + N, mean, scale, shift, slope, constant);
            affineReluGradOf(x, gy, gx, i + 2 * N, mean, scale, shift, slope, constant);
            affineReluGradOf(x, gy, gx, i + 3 * N, mean, scale, shift, slope, constant);
        }
        for (int last = offset + size - N; i <= last; i += N) {
            affineReluGradOf(x, gy, gx, i, mean, scale, shift, slope, constant);
        }
        return i - offset;
    }

    private static void affineReluGradOf(float[] x, float[] gy, float[] gx, int i, float mean, float scale, float shift,
            float slope, float constant) {
        FloatVector v = load(x, i);
        FloatVector g = load(gy, i).blend(0f, v.mul(scale).add(shift).compare(LE, 0f));
        g.mul(scale).add(v.sub(mean).mul(slope)).add(constant).intoArray(gx, i);
    }

    @Override
    public void maskedSums(float[] x, float[] y, float[] gy, float[] g, int offset, int planes, int stride, int size,
            float mean, double[] sums, int at) {
        if (size < N) {
            SMALL.maskedSums(x, y, gy, g, offset, planes, stride, size, mean, sums, at);
            return;
        }
        sums[at] = 0;
        sums[at + 1] = 0;
        int group = Math.max(1, GROUP / size);
        for (int p = 0; p < planes; p += group) {
            maskedSumsOfGroup(x, y, gy, g, offset + p * stride, Math.min(group, planes - p), stride, size, mean, sums, at);
        }
    }

    private static void maskedSumsOfGroup(float[] x, float[] y, float[] gy, float[] g, int offset, int planes, int stride,
            int size, float mean, double[] sums, int at) {
        FloatVector sum = FloatVector.zero(F);
        FloatVector product = FloatVector.zero(F);
        double tail = 0;
        double productTail = 0;
        for (int p = 0, i = offset; p < planes; p++) {
            int end = offset + p * stride + size;
            for (; i <= end - N; i += N) {
                FloatVector masked = load(gy, i).blend(0f, load(y, i).compare(LE, 0f));
                masked.intoArray(g, i);
                sum = masked.add(sum);
                product = masked.mul(load(x, i).sub(mean)).add(product);
            }
            for (; i < end; i++) {
                g[i] = y[i] <= 0f ? 0f : gy[i];
                tail += g[i];
                productTail += g[i] * (x[i] - mean);
            }
            i += stride - size;
        }
        sums[at] += tail + Lanes.sum(sum);
        sums[at + 1] += productTail + Lanes.sum(product);
    }

    @Override
    public void maskedScale(float[] y, float[] gy, float[] g, float[] gx, int offset, int planes, int stride, int size,
            float scale) {
        if (size < N) {
            SMALL.maskedScale(y, gy, g, gx, offset, planes, stride, size, scale);
            return;
        }
        for (int p = 0, at = offset; p < planes; p++, at += stride) {
            int done = maskedScale(y, gy, g, gx, at, size, scale);
            if (done < size) {
                SMALL.maskedScale(y, gy, g, gx, at + done, 1, 0, size - done, scale);
            }
        }
    }

    private static int maskedScale(float[] y, float[] gy, float[] g, float[] gx, int offset, int size, float scale) {
        int i = offset;
        for (int last = offset + size - FOUR; i <= last; i += FOUR) {
            maskedScaleOf(y, gy, g, gx, i, scale);
            maskedScaleOf(y, gy, g, gx, i + N, scale);
            maskedScaleOf(y, gy, g, gx, i + 2 * N, scale);
            maskedScaleOf(y, gy, g, gx, i + 3 * N, scale);
        }
        for (int last = offset + size - N; i <= last; i += N) {
            maskedScaleOf(y, gy, g, gx, i, scale);
        }
        return i - offset;
    }

    private static void maskedScaleOf(float[] y, float[] gy, float[] g, float[] gx, int i, float scale) {
        FloatVector masked = load(gy, i).blend(0f, load(y, i).compare(LE, 0f));
        masked.intoArray(g, i);
        masked.mul(scale).intoArray(gx, i);
    }
}
