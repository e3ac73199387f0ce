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
            for (; i <= end - 2 * N; i += 2 * N) {
                even = load(x, i).add(even);
                odd = load(x, i + N).add(odd);
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
            for (; i <= end - 2 * N; i += 2 * N) {
                FloatVector d = load(x, i).sub(mean);
                even = d.mul(d).add(even);
                d = load(x, i + N).sub(mean);
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
            SMALL.affine(x, y, at + done, 1, 0, size - done, scale, shift, relu);
        }
    }

    private static int affine(float[] x, float[] y, int offset, int size, float scale, float shift) {
        int i = 0;
        for (int bound = F.loopBound(size); i < bound; i += N) {
            load(x, offset + i).mul(scale).add(shift).intoArray(y, offset + i);
        }
        return i;
    }

    private static int affineRelu(float[] x, float[] y, int offset, int size, float scale, float shift) {
        int i = 0;
        for (int bound = F.loopBound(size); i < bound; i += N) {
            FloatVector v = load(x, offset + i).mul(scale).add(shift);
            v.blend(0f, v.compare(LE, 0f)).intoArray(y, offset + i);
        }
        return i;
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
            SMALL.affineAdd(x, r, y, at + done, 1, 0, size - done, scale, shift, relu);
        }
    }

    private static int affineAdd(float[] x, float[] r, float[] y, int offset, int size, float scale, float shift) {
        int i = 0;
        for (int bound = F.loopBound(size); i < bound; i += N) {
            load(x, offset + i).mul(scale).add(shift).add(load(r, offset + i)).intoArray(y, offset + i);
        }
        return i;
    }

    private static int affineAddRelu(float[] x, float[] r, float[] y, int offset, int size, float scale, float shift) {
        int i = 0;
        for (int bound = F.loopBound(size); i < bound; i += N) {
            FloatVector v = load(x, offset + i).mul(scale).add(shift).add(load(r, offset + i));
            v.blend(0f, v.compare(LE, 0f)).intoArray(y, offset + i);
        }
        return i;
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

    /** In one method, above what C2 inlines: after the sums' loops it was inlined in part, and boxed in three starts of ten. */
    @Override
    public void affineGrad(float[] x, float[] gy, float[] gx, int offset, int planes, int stride, int size, float mean,
            float scale, float shift, boolean relu, float slope, float constant) {
        if (size < N) {
            SMALL.affineGrad(x, gy, gx, offset, planes, stride, size, mean, scale, shift, relu, slope, constant);
            return;
        }
        for (int p = 0, at = offset; p < planes; p++, at += stride) {
            int i = at;
            int whole = at + F.loopBound(size);
            if (relu) {
                for (; i < whole; i += N) {
                    FloatVector v = FloatVector.fromArray(F, x, i);
                    FloatVector g = FloatVector.fromArray(F, gy, i).blend(0f, v.mul(scale).add(shift).compare(LE, 0f));
                    g.mul(scale).add(v.sub(mean).mul(slope)).add(constant).intoArray(gx, i);
                }
            } else {
                for (; i < whole; i += N) {
                    FloatVector pull = FloatVector.fromArray(F, x, i).sub(mean).mul(slope);
                    FloatVector.fromArray(F, gy, i).mul(scale).add(pull).add(constant).intoArray(gx, i);
                }
            }
            for (int end = at + size; i < end; i++) {
                float g = relu && x[i] * scale + shift <= 0f ? 0f : gy[i];
                gx[i] = g * scale + (x[i] - mean) * slope + constant;
            }
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
            SMALL.maskedScale(y, gy, g, gx, at + done, 1, 0, size - done, scale);
        }
    }

    private static int maskedScale(float[] y, float[] gy, float[] g, float[] gx, int offset, int size, float scale) {
        int i = 0;
        for (int bound = F.loopBound(size); i < bound; i += N) {
            FloatVector masked = load(gy, offset + i).blend(0f, load(y, offset + i).compare(LE, 0f));
            masked.intoArray(g, offset + i);
            masked.mul(scale).intoArray(gx, offset + i);
        }
        return i;
    }
}
