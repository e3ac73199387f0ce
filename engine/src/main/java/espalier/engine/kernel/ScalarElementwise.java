package espalier.engine.kernel;

/** Element-wise loops in plain Java. */
final class ScalarElementwise implements ElementwiseKernels {
    @Override
    public void add(float[] a, int aOffset, float[] b, int bOffset, float[] y, int yOffset, int n) {
        for (int i = 0; i < n; i++) {
            y[yOffset + i] = a[aOffset + i] + b[bOffset + i];
        }
    }

    @Override
    public void addRelu(float[] a, int aOffset, float[] b, int bOffset, float[] y, int yOffset, int n) {
        for (int i = 0; i < n; i++) {
            float v = a[aOffset + i] + b[bOffset + i];
            y[yOffset + i] = v <= 0f ? 0f : v;
        }
    }

    @Override
    public void mul(float[] a, int aOffset, float[] b, int bOffset, float[] y, int yOffset, int n) {
        for (int i = 0; i < n; i++) {
            y[yOffset + i] = a[aOffset + i] * b[bOffset + i];
        }
    }

    @Override
    public void scaledAdd(float a, float[] x, int xOffset, float[] y, int yOffset, int n) {
        for (int i = 0; i < n; i++) {
            y[yOffset + i] += a * x[xOffset + i];
        }
    }

    @Override
    public void standardize(float[] x, int xOffset, float mean, float std, float[] y, int yOffset, int n) {
        for (int i = 0; i < n; i++) {
            y[yOffset + i] = (x[xOffset + i] - mean) / std;
        }
    }

    @Override
    public void relu(float[] x, int xOffset, float[] y, int yOffset, int n) {
        for (int i = 0; i < n; i++) {
            float v = x[xOffset + i];
            y[yOffset + i] = v <= 0f ? 0f : v;
        }
    }

    @Override
    public void reluGrad(float[] y, int yOffset, float[] gy, int gyOffset, float[] gx, int gxOffset, int n) {
        for (int i = 0; i < n; i++) {
            gx[gxOffset + i] = y[yOffset + i] <= 0f ? 0f : gy[gyOffset + i];
        }
    }

    @Override
    public void relu6(float[] x, int xOffset, float[] y, int yOffset, int n) {
        for (int i = 0; i < n; i++) {
            float v = x[xOffset + i];
            y[yOffset + i] = v <= 0f ? 0f : v >= 6f ? 6f : v;
        }
    }

    @Override
    public void relu6Grad(float[] y, int yOffset, float[] gy, int gyOffset, float[] gx, int gxOffset, int n) {
        for (int i = 0; i < n; i++) {
            float v = y[yOffset + i];
            gx[gxOffset + i] = v <= 0f || v >= 6f ? 0f : gy[gyOffset + i];
        }
    }

    @Override
    public void dropout(float[] x, int xOffset, float[] y, int yOffset, int n, long seed, int position, int threshold,
            float scale) {
        long key = key(seed);
        int low = (int) key;
        int high = (int) (key >>> 32);
        for (int i = 0; i < n; i++) {
            int hash = mix(mix(position + i ^ low) + high);
            y[yOffset + i] = hash >>> 8 < threshold ? 0f : x[xOffset + i] * scale;
        }
    }

    /** SplitMix64's finalizer: neighbouring seeds, used as they are, would give the same mask in another order. */
    static long key(long seed) {
        long z = (seed ^ seed >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }

    /** Wellons' lowbias32, the least biased of the two-multiply bijections of 32 bits that his search found. */
    private static int mix(int h) {
        h = (h ^ h >>> 16) * 0x7feb352d;
        h = (h ^ h >>> 15) * 0x846ca68b;
        return h ^ h >>> 16;
    }
}
