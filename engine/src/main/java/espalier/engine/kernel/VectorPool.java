package espalier.engine.kernel;

import static espalier.engine.kernel.Lanes.F;
import static espalier.engine.kernel.Lanes.N;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.NE;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Pooling with as many windows at once as a vector has lanes, for stride 2, averages also for 1; what remains is left to
 * {@link ScalarPool}.
 *
 * <p>Rows are often shorter than a vector. So the last vector of a row may write past the row's end: what it spoils there
 * belongs to windows that are computed afterwards. Only where it would leave this call's part of y, windows are computed
 * one by one.
 */
final class VectorPool implements PoolKernels {
    private static final ScalarPool SCALAR = new ScalarPool();
    private static final VectorNorm SUMS = new VectorNorm();
    private static final VectorShuffle<Float> EVEN = VectorShuffle.fromOp(F, i -> 2 * i % N);
    private static final VectorShuffle<Float> TWICE_LOWER = VectorShuffle.fromOp(F, i -> i / 2);
    private static final VectorShuffle<Float> TWICE_UPPER = VectorShuffle.fromOp(F, i -> (N + i) / 2);
    private static final VectorMask<Float> UPPER = VectorMask.fromLong(F, -1L << N / 2 & (1L << N) - 1);

    @Override
    public void maxPool(float[] x, int xOffset, int planes, int h, int w, float[] y, float[] index, int yOffset, int oh, int ow,
            int kernel, int stride, int padding) {
        // Stride 1 on vectors boxed in one JVM start of three, whatever was done about it.
        if (stride != 2 || w + padding < kernel) {
            SCALAR.maxPool(x, xOffset, planes, h, w, y, index, yOffset, oh, ow, kernel, stride, padding);
            return;
        }
        int limit = yOffset + planes * oh * ow;
        boolean inside = 2 * oh <= h && 2 * ow <= w;
        if (kernel == 2 && padding == 0 && inside) {
            for (int p = 0; p < planes; p++) {
                maxOfFours(x, xOffset + p * h * w, h, w, y, index, yOffset + p * oh * ow, oh, ow, limit);
            }
            return;
        }
        // Windows [inner, end) of a row lie within it.
        int inner = Math.min((padding + stride - 1) / stride, ow);
        int end = Math.max(inner, Math.min((w + padding - kernel) / stride + 1, ow));
        int at = yOffset;
        for (int p = 0, plane = xOffset; p < planes; p++, plane += h * w) {
            for (int r = 0; r < oh; r++, at += ow) {
                int top = r * stride - padding;
                int c = maxOfInner(x, plane, w, Math.max(top, 0), Math.min(top + kernel, h), inner, end, y, index, at, limit,
                        kernel, stride, padding);
                ScalarPool.maxOfRow(x, plane, h, w, top, 0, inner, y, index, at, kernel, stride, padding);
                ScalarPool.maxOfRow(x, plane, h, w, top, c, ow, y, index, at, kernel, stride, padding);
            }
        }
    }

    /**
     * Windows of 2×2, of all rows before the next columns: in most networks a row is one vector or two, and how C2 compiles loops
     * as short as that differs from one JVM start to the next (2.4 or 3.7 µs). Columns go backwards: the vectors past a row's
     * end must come before those that they spoil.
     */
    private static void maxOfFours(float[] x, int plane, int h, int w, float[] y, float[] index, int at, int oh, int ow,
            int limit) {
        for (int c = (ow - 1) / N * N; c >= 0; c -= N) {
            int rows = rowsOfFours(x, plane + 2 * c, w, at + c, oh, ow, limit);
            maxOfFours(x, plane, 2 * c, w, y, index, at + c, rows, ow);
            for (int r = rows; r < oh; r++) {
                ScalarPool.maxOfRow(x, plane, h, w, 2 * r, c, Math.min(c + N, ow), y, index, at + r * ow, 2, 2, 0);
            }
        }
    }

    /** {@return of how many rows, from the first on, a vector of windows of 2×2 leaves neither x nor y's part} */
    private static int rowsOfFours(float[] x, int from, int w, int to, int oh, int ow, int limit) {
        int read = Math.floorDiv(x.length - 2 * N - 1 - w - from, 2 * w) + 1;
        int written = Math.floorDiv(limit - N - to, ow) + 1;
        return Math.clamp(Math.min(read, written), 0, oh);
    }

    private static void maxOfFours(float[] x, int plane, int from, int w, float[] y, float[] index, int to, int rows, int ow) {
        FloatVector lanes = FloatVector.zero(F).addIndex(2);
        for (int r = 0; r < rows; r++) {
            int i = from + 2 * r * w;
            FloatVector a = even(x, plane + i);
            FloatVector b = even(x, plane + i + 1);
            FloatVector c = even(x, plane + i + w);
            FloatVector d = even(x, plane + i + w + 1);
            VectorMask<Float> first = b.compare(GT, a).or(b.compare(NE, b)).not();
            FloatVector ofTwo = b.blend(a, first);
            VectorMask<Float> second = c.compare(GT, ofTwo).or(c.compare(NE, c)).not();
            FloatVector ofThree = c.blend(ofTwo, second);
            VectorMask<Float> third = d.compare(GT, ofThree).or(d.compare(NE, d)).not();
            d.blend(ofThree, third).intoArray(y, to + r * ow);
            if (index != null) {
                FloatVector best = lanes.add(i + w).blend(lanes.add(i + 1).blend(lanes.add(i), first), second);
                lanes.add(i + w + 1).blend(best, third).intoArray(index, to + r * ow);
            }
        }
    }

    private static int maxOfInner(float[] x, int plane, int w, int top, int bottom, int inner, int end, float[] y,
            float[] index, int at, int limit, int kernel, int stride, int padding) {
        int c = inner;
        for (; c < end; c += N) {
            int left = c * stride - padding;
            if (at + c + N > limit || plane + (bottom - 1) * w + left + kernel - 1 + stride * N > x.length) {
                return c;
            }
            maxOfEven(x, plane, w, top, bottom, left, kernel, y, index, at + c);
        }
        return end;
    }

    private static void maxOfEven(float[] x, int plane, int w, int top, int bottom, int left, int kernel, float[] y,
            float[] index, int at) {
        FloatVector lanes = FloatVector.zero(F).addIndex(2);
        FloatVector max = even(x, plane + top * w + left);
        FloatVector best = lanes.add(top * w + left);
        for (int r = top; r < bottom; r++) {
            for (int i = r * w + left; i < r * w + left + kernel; i++) {
                FloatVector v = even(x, plane + i);
                // Nothing is called on what the loop carries: its class is a guess there, which others' profiles spoil, and it boxes.
                VectorMask<Float> stays = v.compare(GT, max).or(v.compare(NE, v)).not();
                max = v.blend(max, stays);
                best = lanes.add(i).blend(best, stays);
            }
        }
        max.intoArray(y, at);
        if (index != null) {
            best.intoArray(index, at);
        }
    }

    @Override
    public void maxPoolGrad(float[] gy, float[] index, int yOffset, int planes, int outSize, float[] gx, int xOffset,
            int inSize) {
        SCALAR.maxPoolGrad(gy, index, yOffset, planes, outSize, gx, xOffset, inSize);
    }

    @Override
    public void avgPool(float[] x, int xOffset, int planes, int h, int w, float[] y, int yOffset, int oh, int ow, int kernel,
            int stride) {
        if (stride > 2) {
            SCALAR.avgPool(x, xOffset, planes, h, w, y, yOffset, oh, ow, kernel, stride);
            return;
        }
        int limit = yOffset + planes * oh * ow;
        if (kernel == 2 && stride == 2) {
            for (int p = 0; p < planes; p++) {
                meansOfFours(x, xOffset + p * h * w, w, y, yOffset + p * oh * ow, oh, ow, limit);
            }
            return;
        }
        int at = yOffset;
        for (int p = 0, plane = xOffset; p < planes; p++, plane += h * w) {
            for (int r = 0; r < oh; r++, at += ow) {
                int row = plane + r * stride * w;
                int c = meansOfRow(x, row, w, ow, y, at, limit, kernel, stride);
                ScalarPool.meanOfRow(x, row, w, c, ow, y, at, kernel, stride);
            }
        }
    }

    private static int meansOfRow(float[] x, int row, int w, int ow, float[] y, int at, int limit, int kernel, int stride) {
        for (int c = 0; c < ow; c += N) {
            int left = row + c * stride;
            if (at + c + N > limit || left + (kernel - 1) * (w + 1) + stride * N > x.length) {
                return c;
            }
            if (stride == 1) {
                meansOfUnit(x, left, w, kernel, y, at + c);
            } else {
                meansOfEven(x, left, w, kernel, y, at + c);
            }
        }
        return ow;
    }

    /** As {@link #maxOfFours}. */
    private static void meansOfFours(float[] x, int plane, int w, float[] y, int at, int oh, int ow, int limit) {
        for (int c = (ow - 1) / N * N; c >= 0; c -= N) {
            int rows = rowsOfFours(x, plane + 2 * c, w, at + c, oh, ow, limit);
            meansOfFours(x, plane + 2 * c, w, y, at + c, rows, ow);
            for (int r = rows; r < oh; r++) {
                ScalarPool.meanOfRow(x, plane + 2 * r * w, w, c, Math.min(c + N, ow), y, at + r * ow, 2, 2);
            }
        }
    }

    private static void meansOfFours(float[] x, int from, int w, float[] y, int to, int rows, int ow) {
        for (int r = 0; r < rows; r++) {
            int i = from + 2 * r * w;
            // The sum with 0 makes of -0 what sums elsewhere do.
            FloatVector lower = fromArray(F, x, i).add(0f).add(fromArray(F, x, i + 1))
                    .add(fromArray(F, x, i + w)).add(fromArray(F, x, i + w + 1));
            FloatVector upper = fromArray(F, x, i + N).add(0f).add(fromArray(F, x, i + N + 1))
                    .add(fromArray(F, x, i + w + N)).add(fromArray(F, x, i + w + N + 1));
            even(lower, upper).div(4f).intoArray(y, to + r * ow);
        }
    }

    private static void meansOfUnit(float[] x, int left, int w, int kernel, float[] y, int at) {
        FloatVector sum = FloatVector.zero(F);
        for (int k = 0; k < kernel; k++, left += w) {
            for (int i = left; i < left + kernel; i++) {
                sum = fromArray(F, x, i).add(sum);
            }
        }
        sum.div((float) (kernel * kernel)).intoArray(y, at);
    }

    private static void meansOfEven(float[] x, int left, int w, int kernel, float[] y, int at) {
        FloatVector lower = FloatVector.zero(F);
        FloatVector upper = FloatVector.zero(F);
        for (int k = 0; k < kernel; k++, left += w) {
            for (int i = left; i < left + kernel; i++) {
                lower = fromArray(F, x, i).add(lower);
                upper = fromArray(F, x, i + N).add(upper);
            }
        }
        even(lower, upper).div((float) (kernel * kernel)).intoArray(y, at);
    }

    @Override
    public void avgPoolGrad(float[] gy, int yOffset, int planes, int oh, int ow, float[] gx, int xOffset, int h, int w,
            int kernel, int stride) {
        if (kernel != 2 || stride != 2) {
            SCALAR.avgPoolGrad(gy, yOffset, planes, oh, ow, gx, xOffset, h, w, kernel, stride);
            return;
        }
        if (h > 2 * oh || w > 2 * ow || ow % N != 0) {
            Arrays.fill(gx, xOffset, xOffset + planes * h * w, 0f);
        }
        int whole = ow / N * N;
        for (int p = 0; p < planes; p++) {
            int plane = xOffset + p * h * w;
            int at = yOffset + p * oh * ow;
            for (int c = 0; c < whole; c += N) {
                quarters(gy, at + c, oh, ow, gx, plane + 2 * c, w);
            }
            if (whole < ow) {
                for (int r = 0; r < oh; r++) {
                    ScalarPool.sharesOfRow(gy, at + r * ow, whole, ow, gx, plane + 2 * r * w, w, kernel, stride);
                }
            }
        }
    }

    private static void quarters(float[] gy, int at, int oh, int ow, float[] gx, int to, int w) {
        for (int r = 0; r < oh; r++) {
            // The sum with 0 makes of -0 what sums elsewhere do.
            FloatVector share = fromArray(F, gy, at + r * ow).div(4f).add(0f);
            FloatVector left = share.rearrange(TWICE_LOWER);
            FloatVector right = share.rearrange(TWICE_UPPER);
            int i = to + 2 * r * w;
            left.intoArray(gx, i);
            right.intoArray(gx, i + N);
            left.intoArray(gx, i + w);
            right.intoArray(gx, i + w + N);
        }
    }

    @Override
    public void planeMeans(float[] x, int xOffset, int planes, int size, float[] y, int yOffset) {
        for (int p = 0; p < planes; p++) {
            y[yOffset + p] = (float) (SUMS.sum(x, xOffset + p * size, 1, size, size) / size);
        }
    }

    @Override
    public void maxOfWindow(float[] x, int xOffset, int rows, int ldx, int columns, float[] y, int yOffset, int n) {
        if (n % N != 0) {
            SCALAR.maxOfWindow(x, xOffset, rows, ldx, columns, y, yOffset, n);
            return;
        }
        // In loops of two and two they took 1.2 or 1.9 µs, from one JVM start to the next.
        if (rows == 2 && columns == 2) {
            for (int p = 0, i = xOffset; p < n; p += N, i += N) {
                FloatVector top = fromArray(F, x, i).max(fromArray(F, x, i + n));
                top.max(fromArray(F, x, i + ldx).max(fromArray(F, x, i + ldx + n))).intoArray(y, yOffset + p);
            }
            return;
        }
        for (int p = 0; p < n; p += N) {
            FloatVector max = fromArray(F, x, xOffset + p);
            for (int r = 0; r < rows; r++) {
                int from = xOffset + r * ldx + p;
                for (int i = from; i < from + columns * n; i += n) {
                    max = fromArray(F, x, i).max(max);
                }
            }
            max.intoArray(y, yOffset + p);
        }
    }

    @Override
    public void meanOfWindow(float[] x, int xOffset, int rows, int ldx, int columns, float[] y, int yOffset, int n) {
        if (n % N != 0) {
            SCALAR.meanOfWindow(x, xOffset, rows, ldx, columns, y, yOffset, n);
            return;
        }
        // As in maxOfWindow; the sum with 0 makes of -0 what sums elsewhere do.
        if (rows == 2 && columns == 2) {
            for (int p = 0, i = xOffset; p < n; p += N, i += N) {
                FloatVector top = fromArray(F, x, i).add(0f).add(fromArray(F, x, i + n));
                top.add(fromArray(F, x, i + ldx)).add(fromArray(F, x, i + ldx + n)).div(4f).intoArray(y, yOffset + p);
            }
            return;
        }
        for (int p = 0; p < n; p += N) {
            FloatVector sum = FloatVector.zero(F);
            for (int r = 0; r < rows; r++) {
                int from = xOffset + r * ldx + p;
                for (int i = from; i < from + columns * n; i += n) {
                    sum = fromArray(F, x, i).add(sum);
                }
            }
            sum.div((float) (rows * columns)).intoArray(y, yOffset + p);
        }
    }

    /** {@return the elements at, at + 2, at + 4, …} */
    private static FloatVector even(float[] x, int at) {
        return even(fromArray(F, x, at), fromArray(F, x, at + N));
    }

    private static FloatVector even(FloatVector lower, FloatVector upper) {
        return VectorGemm.SELECTS
                ? VectorGemm.EVEN.selectFrom(lower, upper)
                : lower.rearrange(EVEN).blend(upper.rearrange(EVEN), UPPER);
    }
}
