package espalier.bench.peer;

import java.util.SplittableRandom;

/** Numbers to compute with: the same for everybody who asks with the same seed, in a new array each time. */
public final class Values {
    private Values() {}

    /** {@return n numbers in [low, high)} */
    public static float[] uniform(int n, float low, float high, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = low + (high - low) * (random.nextInt() >>> 8) * 0x1p-24f;
        }
        return values;
    }

    /** {@return n classes below {@code classes}} */
    public static int[] labels(int n, int classes, long seed) {
        return new SplittableRandom(seed).ints(n, 0, classes).toArray();
    }
}
