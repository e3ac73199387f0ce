package espalier.engine.tensor;

/**
 * One large array per thread for what a kernel needs while it runs. Its contents are lost at the next {@link #atLeast} of the
 * thread.
 *
 * <p>Vectors that straddle cache lines cost a kernel that packs panels a fifth of its time. A Java array starts 16 bytes into
 * its object; G1 gives one of at least half a heap region (32 MiB at most) regions of its own, so that its element {@link
 * #FIRST} lies on a 64-byte boundary. Nothing but speed depends on it.
 */
public final class Scratch {
    /** The first element to use. Multiples of 16 elements from here stay aligned. */
    public static final int FIRST = 12;

    private static final int LENGTH = 1 << 22;
    private static final ThreadLocal<float[]> SLAB = ThreadLocal.withInitial(() -> new float[LENGTH]);

    private Scratch() {}

    /** {@return this thread's array, with at least {@code n} elements from {@link #FIRST} on and arbitrary contents} */
    public static float[] atLeast(int n) {
        float[] slab = SLAB.get();
        if (slab.length - FIRST < n) {
            slab = new float[n + FIRST];
            SLAB.set(slab);
        }
        return slab;
    }
}
