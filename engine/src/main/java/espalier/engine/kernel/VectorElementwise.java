package espalier.engine.kernel;

import static espalier.engine.kernel.Lanes.F;
import static espalier.engine.kernel.Lanes.I;
import static espalier.engine.kernel.Lanes.N;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Element-wise loops on vectors, with a scalar tail: masked loops lose to it.
 *
 * <p>Rectifying is compare and blend, because {@code max} with Java's rules for NaN and −0 costs several instructions.
 */
final class VectorElementwise implements ElementwiseKernels {
    private static final ScalarElementwise TAIL = new ScalarElementwise();

    @Override
    public void add(float[] a, int aOffset, float[] b, int bOffset, float[] y, int yOffset, int n) {
        int i = 0;
        for (int bound = F.loopBound(n); i < bound; i += N) {
            fromArray(F, a, aOffset + i).add(fromArray(F, b, bOffset + i)).intoArray(y, yOffset + i);
        }
        TAIL.add(a, aOffset + i, b, bOffset + i, y, yOffset + i, n - i);
    }

    @Override
    public void addRelu(float[] a, int aOffset, float[] b, int bOffset, float[] y, int yOffset, int n) {
        int i = 0;
        for (int bound = F.loopBound(n); i < bound; i += N) {
            FloatVector v = fromArray(F, a, aOffset + i).add(fromArray(F, b, bOffset + i));
            v.blend(0f, v.compare(LE, 0f)).intoArray(y, yOffset + i);
        }
        TAIL.addRelu(a, aOffset + i, b, bOffset + i, y, yOffset + i, n - i);
    }

    @Override
    public void mul(float[] a, int aOffset, float[] b, int bOffset, float[] y, int yOffset, int n) {
        int i = 0;
        for (int bound = F.loopBound(n); i < bound; i += N) {
            fromArray(F, a, aOffset + i).mul(fromArray(F, b, bOffset + i)).intoArray(y, yOffset + i);
        }
        TAIL.mul(a, aOffset + i, b, bOffset + i, y, yOffset + i, n - i);
    }

    @Override
    public void scaledAdd(float a, float[] x, int xOffset, float[] y, int yOffset, int n) {
        int i = 0;
        for (int bound = F.loopBound(n); i < bound; i += N) {
            fromArray(F, y, yOffset + i).add(fromArray(F, x, xOffset + i).mul(a)).intoArray(y, yOffset + i);
        }
        TAIL.scaledAdd(a, x, xOffset + i, y, yOffset + i, n - i);
    }

    @Override
    public void standardize(float[] x, int xOffset, float mean, float std, float[] y, int yOffset, int n) {
        int i = 0;
        for (int bound = F.loopBound(n); i < bound; i += N) {
            fromArray(F, x, xOffset + i).sub(mean).div(std).intoArray(y, yOffset + i);
        }
        TAIL.standardize(x, xOffset + i, mean, std, y, yOffset + i, n - i);
    }

    @Override
    public void relu(float[] x, int xOffset, float[] y, int yOffset, int n) {
        int i = 0;
        for (int bound = F.loopBound(n); i < bound; i += N) {
            FloatVector v = fromArray(F, x, xOffset + i);
            v.blend(0f, v.compare(LE, 0f)).intoArray(y, yOffset + i);
        }
        TAIL.relu(x, xOffset + i, y, yOffset + i, n - i);
    }

    @Override
    public void reluGrad(float[] y, int yOffset, float[] gy, int gyOffset, float[] gx, int gxOffset, int n) {
        int i = 0;
        for (int bound = F.loopBound(n); i < bound; i += N) {
            fromArray(F, gy, gyOffset + i).blend(0f, fromArray(F, y, yOffset + i).compare(LE, 0f)).intoArray(gx, gxOffset + i);
        }
        TAIL.reluGrad(y, yOffset + i, gy, gyOffset + i, gx, gxOffset + i, n - i);
    }

    @Override
    public void relu6(float[] x, int xOffset, float[] y, int yOffset, int n) {
        int i = 0;
        for (int bound = F.loopBound(n); i < bound; i += N) {
            FloatVector v = fromArray(F, x, xOffset + i);
            v.blend(0f, v.compare(LE, 0f)).blend(6f, v.compare(GE, 6f)).intoArray(y, yOffset + i);
        }
        TAIL.relu6(x, xOffset + i, y, yOffset + i, n - i);
    }

    @Override
    public void relu6Grad(float[] y, int yOffset, float[] gy, int gyOffset, float[] gx, int gxOffset, int n) {
        int i = 0;
        for (int bound = F.loopBound(n); i < bound; i += N) {
            FloatVector v = fromArray(F, y, yOffset + i);
            fromArray(F, gy, gyOffset + i).blend(0f, v.compare(LE, 0f)).blend(0f, v.compare(GE, 6f)).intoArray(gx, gxOffset + i);
        }
        TAIL.relu6Grad(y, yOffset + i, gy, gyOffset + i, gx, gxOffset + i, n - i);
    }

    @Override
    public void dropout(float[] x, int xOffset, float[] y, int yOffset, int n, long seed, int position, int threshold,
            float scale) {
        long key = ScalarElementwise.key(seed);
        int low = (int) key;
        int high = (int) (key >>> 32);
        IntVector counter = IntVector.broadcast(I, position).addIndex(1);
        int i = 0;
        for (int bound = F.loopBound(n); i < bound; i += N) {
            IntVector hash = mix(mix(counter.lanewise(XOR, low)).add(high));
            fromArray(F, x, xOffset + i).mul(scale)
                    .blend(0f, hash.lanewise(LSHR, 8).compare(LT, threshold).cast(F))
                    .intoArray(y, yOffset + i);
            counter = counter.add(N);
        }
        TAIL.dropout(x, xOffset + i, y, yOffset + i, n - i, seed, position + i, threshold, scale);
    }

    private static IntVector mix(IntVector h) {
        h = h.lanewise(XOR, h.lanewise(LSHR, 16)).mul(0x7feb352d);
        h = h.lanewise(XOR, h.lanewise(LSHR, 15)).mul(0x846ca68b);
        return h.lanewise(XOR, h.lanewise(LSHR, 16));
    }
}
