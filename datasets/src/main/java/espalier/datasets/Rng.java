package espalier.datasets;

/**
 * A stream of random numbers that is a function of its key alone (SplitMix64), the same on every platform and JDK.
 *
 * <p>Give each image its own: {@code new Rng(seed, epoch, image)}.
 */
final class Rng {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;
    private long state;

    Rng(long... key) {
        for (long k : key) {
            state = mix(state + GOLDEN) ^ mix(k + GOLDEN);
        }
    }

    long nextLong() {
        return mix(state += GOLDEN);
    }

    /** {@return an int in [0, bound); the bias is below bound/2³²} */
    int below(int bound) {
        return (int) ((nextLong() >>> 32) * bound >>> 32);
    }

    /** {@return a float in [0, 1)} */
    float uniform() {
        return (nextLong() >>> 40) * 0x1p-24f;
    }

    float uniform(float from, float to) {
        return from + (to - from) * uniform();
    }

    /** {@return nearly normal, mean 0, deviation 1, never beyond ±3.5: the sum of four uniforms, free of transcendentals} */
    float normal() {
        long bits = nextLong();
        int sum = (int) (bits & 0xFFFF) + (int) (bits >>> 16 & 0xFFFF) + (int) (bits >>> 32 & 0xFFFF) + (int) (bits >>> 48);
        return (sum - 131070) * (1.7320508f / 65536f);
    }

    boolean flip() {
        return nextLong() < 0;
    }

    /** {@return the numbers 0 to n−1 in random order} */
    int[] permutation(int n) {
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            int j = below(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
