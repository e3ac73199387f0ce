package espalier.engine.kernel;

/** Nothing but loads: how fast numbers come from memory, or from the cache that they fit into, with the kernels in force. */
public final class LoadPeak {
    /** Floats that a turn of the loop reads, at most. */
    public static final int STEP = 16 * 16;

    private static final boolean VECTORS = Kernels.active().lanes() > 1;

    private LoadPeak() {}

    /**
     * Reads {@code x[at]} to {@code x[at + n]} so many times.
     *
     * @param n a multiple of {@link #STEP}
     * @return a number that depends on all of them, so that none is left out
     */
    public static float run(float[] x, int at, int n, int times) {
        // Behind a method call, so that the class that needs the module is linked only where the module is.
        return VECTORS ? VectorLoads.run(x, at, n, times) : scalar(x, at, n, times);
    }

    private static float scalar(float[] x, int at, int n, int times) {
        float a = 0, b = 0, c = 0, d = 0;
        for (int t = 0; t < times; t++) {
            for (int i = at; i < at + n; i += 4) {
                a += x[i];
                b += x[i + 1];
                c += x[i + 2];
                d += x[i + 3];
            }
        }
        return a + b + c + d;
    }
}
