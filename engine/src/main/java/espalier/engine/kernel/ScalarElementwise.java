package espalier.engine.kernel;

/** Element-wise loops in plain Java. */
final class ScalarElementwise implements ElementwiseKernels {
    @Override
    public void add(float[] a, int aOffset, float[] b, int bOffset, float[] y, int yOffset, int n) {
        for (int i = 0; i < n; i++) {
            y[yOffset + i] = a[aOffset + i] + b[bOffset + i];
        }
    }
}
