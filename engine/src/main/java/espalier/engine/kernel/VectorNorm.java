package espalier.engine.kernel;

import static espalier.engine.kernel.Lanes.F;
import static espalier.engine.kernel.Lanes.N;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.VectorOperators.LE;

import jdk.incubator.vector.FloatVector;

/**
 * Batch normalization's loops on vectors, for planes that hold one; smaller ones are left to {@link ScalarNorm}.
 *
 * <p>Sums run in float, in two vectors, over {@link #GROUP} elements or one plane, whichever is more, and then go on in
 * double. Sums of gradients take two vectors at a time, in the same order: in two JVM starts of ten C2 did not, and they took 1.4
 * times as long; with four, they had too many nodes, and boxed.
 *
 * <p>All loops have the same form: one method walks all planes with one index. With a method or a counter of its own for each
 * plane, those of 8×8 (four vectors) took up to 2.5 times as long, and it differed from one JVM start to the next.
 */
final class VectorNorm implements NormKernels {
    private static final ScalarNorm SMALL = new ScalarNorm();
    private static final int GROUP = 4096;
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
                even = fromArray(F, x, i).add(even);
                odd = fromArray(F, x, i + N).add(odd);
                even = fromArray(F, x, i + 2 * N).add(even);
                odd = fromArray(F, x, i + 3 * N).add(odd);
            }
            for (; i <= end - N; i += N) {
                even = fromArray(F, x, i).add(even);
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
                FloatVector d = fromArray(F, x, i).sub(mean);
                even = d.mul(d).add(even);
                d = fromArray(F, x, i + N).sub(mean);
                odd = d.mul(d).add(odd);
                d = fromArray(F, x, i + 2 * N).sub(mean);
                even = d.mul(d).add(even);
                d = fromArray(F, x, i + 3 * N).sub(mean);
                odd = d.mul(d).add(odd);
            }
            for (; i <= end - N; i += N) {
                FloatVector d = fromArray(F, x, i).sub(mean);
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
        if (relu) {
            affineRelu(x, y, offset, planes, stride, size, scale, shift);
        } else {
            affine(x, y, offset, planes, stride, size, scale, shift);
        }
    }

    private static void affine(float[] x, float[] y, int offset, int planes, int stride, int size, float scale, float shift) {
        for (int p = 0, i = offset; p < planes; p++) {
            int end = i + size;
            for (; i <= end - N; i += N) {
                fromArray(F, x, i).mul(scale).add(shift).intoArray(y, i);
            }
            if (i < end) {
                SMALL.affine(x, y, i, 1, 0, end - i, scale, shift, false);
                i = end;
            }
            i += stride - size;
        }
    }

    private static void affineRelu(float[] x, float[] y, int offset, int planes, int stride, int size, float scale,
            float shift) {
        for (int p = 0, i = offset; p < planes; p++) {
            int end = i + size;
            for (; i <= end - N; i += N) {
                FloatVector v = fromArray(F, x, i).mul(scale).add(shift);
                v.blend(0f, v.compare(LE, 0f)).intoArray(y, i);
            }
            if (i < end) {
                SMALL.affine(x, y, i, 1, 0, end - i, scale, shift, true);
                i = end;
            }
            i += stride - size;
        }
    }

    @Override
    public void affineAdd(float[] x, float[] r, float[] y, int offset, int planes, int stride, int size, float scale,
            float shift, boolean relu) {
        if (size < N) {
            SMALL.affineAdd(x, r, y, offset, planes, stride, size, scale, shift, relu);
            return;
        }
        if (relu) {
            affineAddRelu(x, r, y, offset, planes, stride, size, scale, shift);
        } else {
            affineAdd(x, r, y, offset, planes, stride, size, scale, shift);
        }
    }

    private static void affineAdd(float[] x, float[] r, float[] y, int offset, int planes, int stride, int size, float scale,
            float shift) {
        for (int p = 0, i = offset; p < planes; p++) {
            int end = i + size;
            for (; i <= end - N; i += N) {
                fromArray(F, x, i).mul(scale).add(shift).add(fromArray(F, r, i)).intoArray(y, i);
            }
            if (i < end) {
                SMALL.affineAdd(x, r, y, i, 1, 0, end - i, scale, shift, false);
                i = end;
            }
            i += stride - size;
        }
    }

    private static void affineAddRelu(float[] x, float[] r, float[] y, int offset, int planes, int stride, int size,
            float scale, float shift) {
        for (int p = 0, i = offset; p < planes; p++) {
            int end = i + size;
            for (; i <= end - N; i += N) {
                FloatVector v = fromArray(F, x, i).mul(scale).add(shift).add(fromArray(F, r, i));
                v.blend(0f, v.compare(LE, 0f)).intoArray(y, i);
            }
            if (i < end) {
                SMALL.affineAdd(x, r, y, i, 1, 0, end - i, scale, shift, true);
                i = end;
            }
            i += stride - size;
        }
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
            for (; i <= end - 2 * N; i += 2 * N) {
                FloatVector g0 = fromArray(F, gy, i);
                sum = g0.add(sum);
                product = g0.mul(fromArray(F, x, i).sub(mean)).add(product);
                FloatVector g1 = fromArray(F, gy, i + N);
                sum = g1.add(sum);
                product = g1.mul(fromArray(F, x, i + N).sub(mean)).add(product);
            }
            for (; i <= end - N; i += N) {
                FloatVector g = fromArray(F, gy, i);
                sum = g.add(sum);
                product = g.mul(fromArray(F, x, i).sub(mean)).add(product);
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
            for (; i <= end - 2 * N; i += 2 * N) {
                FloatVector v0 = fromArray(F, x, i);
                FloatVector g0 = fromArray(F, gy, i).blend(0f, v0.mul(scale).add(shift).compare(LE, 0f));
                sum = g0.add(sum);
                product = g0.mul(v0.sub(mean)).add(product);
                FloatVector v1 = fromArray(F, x, i + N);
                FloatVector g1 = fromArray(F, gy, i + N).blend(0f, v1.mul(scale).add(shift).compare(LE, 0f));
                sum = g1.add(sum);
                product = g1.mul(v1.sub(mean)).add(product);
            }
            for (; i <= end - N; i += N) {
                FloatVector v = fromArray(F, x, i);
                FloatVector g = fromArray(F, gy, i).blend(0f, v.mul(scale).add(shift).compare(LE, 0f));
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
        if (relu) {
            affineReluGrad(x, gy, gx, offset, planes, stride, size, mean, scale, shift, slope, constant);
        } else {
            affineGrad(x, gy, gx, offset, planes, stride, size, mean, scale, slope, constant);
        }
    }

    private static void affineGrad(float[] x, float[] gy, float[] gx, int offset, int planes, int stride, int size, float mean,
            float scale, float slope, float constant) {
        for (int p = 0, i = offset; p < planes; p++) {
            int end = i + size;
            for (; i <= end - N; i += N) {
                FloatVector pull = fromArray(F, x, i).sub(mean).mul(slope);
                fromArray(F, gy, i).mul(scale).add(pull).add(constant).intoArray(gx, i);
            }
            if (i < end) {
                SMALL.affineGrad(x, gy, gx, i, 1, 0, end - i, mean, scale, 0, false, slope, constant);
                i = end;
            }
            i += stride - size;
        }
    }

    private static void affineReluGrad(float[] x, float[] gy, float[] gx, int offset, int planes, int stride, int size,
            float mean, float scale, float shift, float slope, float constant) {
        for (int p = 0, i = offset; p < planes; p++) {
            int end = i + size;
            for (; i <= end - N; i += N) {
                FloatVector v = fromArray(F, x, i);
                FloatVector g = fromArray(F, gy, i).blend(0f, v.mul(scale).add(shift).compare(LE, 0f));
                g.mul(scale).add(v.sub(mean).mul(slope)).add(constant).intoArray(gx, i);
            }
            if (i < end) {
                SMALL.affineGrad(x, gy, gx, i, 1, 0, end - i, mean, scale, shift, true, slope, constant);
                i = end;
            }
            i += stride - size;
        }
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
                FloatVector masked = fromArray(F, gy, i).blend(0f, fromArray(F, y, i).compare(LE, 0f));
                masked.intoArray(g, i);
                sum = masked.add(sum);
                product = masked.mul(fromArray(F, x, i).sub(mean)).add(product);
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
        for (int p = 0, i = offset; p < planes; p++) {
            int end = i + size;
            for (; i <= end - N; i += N) {
                FloatVector masked = fromArray(F, gy, i).blend(0f, fromArray(F, y, i).compare(LE, 0f));
                masked.intoArray(g, i);
                masked.mul(scale).intoArray(gx, i);
            }
            if (i < end) {
                SMALL.maskedScale(y, gy, g, gx, i, 1, 0, end - i, scale);
                i = end;
            }
            i += stride - size;
        }
    }
}
