package espalier.engine.kernel;

import java.util.SplittableRandom;

/** Random arrays for the tests of float kernels, and how far their sums may be off. */
final class Values {
    private final SplittableRandom random;

    Values(long seed) {
        random = new SplittableRandom(seed);
    }

    /** {@return n numbers in [−1, 1)} */
    float[] of(int n) {
        float[] v = new float[n];
        for (int i = 0; i < n; i++) {
            v[i] = random.nextFloat(-1f, 1f);
        }
        return v;
    }

    /** Each of k products and additions rounds by at most 2⁻²⁴ of what has been summed so far. */
    static double bound(int k, double magnitude) {
        return (k + 2) * 0x1p-24 * magnitude;
    }
}
