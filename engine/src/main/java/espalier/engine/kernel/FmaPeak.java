package espalier.engine.kernel;

/**
 * Nothing but multiply-adds in registers: how fast this processor can possibly multiply matrices, with the kernels in force.
 *
 * <p>What other kernels reach is told as a fraction of this.
 */
public final class FmaPeak {
    private static final boolean VECTORS = Kernels.active().lanes() > 1;
    /** Chains of dependent multiply-adds: more than latency times throughput of any processor we know. */
    private static final int CHAINS = 16;

    private FmaPeak() {}

    /** {@return floating-point operations of {@link #run}: two for each multiply-add} */
    public static double flops(int iterations) {
        return 2.0 * CHAINS * Kernels.active().lanes() * iterations;
    }

    /** {@return a number that depends on all multiply-adds, so that none is left out} */
    public static float run(int iterations) {
        // Behind a method call, so that the class that needs the module is linked only where the module is.
        return VECTORS ? VectorPeak.run(iterations) : scalar(iterations);
    }

    private static float scalar(int iterations) {
        float a0 = 0, a1 = 1, a2 = 2, a3 = 3, a4 = 4, a5 = 5, a6 = 6, a7 = 7;
        float b0 = 0, b1 = 1, b2 = 2, b3 = 3, b4 = 4, b5 = 5, b6 = 6, b7 = 7;
        for (int i = 0; i < iterations; i++) {
            a0 = a0 * 0.5f + 1f;
            a1 = a1 * 0.5f + 1f;
            a2 = a2 * 0.5f + 1f;
            a3 = a3 * 0.5f + 1f;
            a4 = a4 * 0.5f + 1f;
            a5 = a5 * 0.5f + 1f;
            a6 = a6 * 0.5f + 1f;
            a7 = a7 * 0.5f + 1f;
            b0 = b0 * 0.5f + 1f;
            b1 = b1 * 0.5f + 1f;
            b2 = b2 * 0.5f + 1f;
            b3 = b3 * 0.5f + 1f;
            b4 = b4 * 0.5f + 1f;
            b5 = b5 * 0.5f + 1f;
            b6 = b6 * 0.5f + 1f;
            b7 = b7 * 0.5f + 1f;
        }
        return a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7 + b0 + b1 + b2 + b3 + b4 + b5 + b6 + b7;
    }
}
