package espalier.nn;

/**
 * Derives independent seeds from a seed and numbers that say what for: the only random state of a training is (seed, epoch,
 * step).
 */
public final class Seeds {
    private Seeds() {}

    /** {@return a well-mixed 64-bit hash of {@code seed} and {@code path}}. Source: SplitMix64's finalizer. */
    public static long derive(long seed, long... path) {
        long h = mix(seed);
        for (long p : path) {
            h = mix(h ^ mix(p));
        }
        return h;
    }

    private static long mix(long z) {
        z += 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
