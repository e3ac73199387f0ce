package espalier.engine.kernel;

import static espalier.engine.kernel.Lanes.F;

import jdk.incubator.vector.FloatVector;

/** Element-wise loops on vectors, with a scalar tail: masked loops lose to it. */
final class VectorElementwise implements ElementwiseKernels {
    @Override
    public void add(float[] a, int aOffset, float[] b, int bOffset, float[] y, int yOffset, int n) {
        int i = 0;
        for (int bound = F.loopBound(n); i < bound; i += F.length()) {
            FloatVector.fromArray(F, a, aOffset + i).add(FloatVector.fromArray(F, b, bOffset + i)).intoArray(y, yOffset + i);
        }
        for (; i < n; i++) {
            y[yOffset + i] = a[aOffset + i] + b[bOffset + i];
        }
    }
}
