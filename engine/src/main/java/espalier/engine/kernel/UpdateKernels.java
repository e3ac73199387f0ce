package espalier.engine.kernel;

/**
 * One step of an optimizer or of an attack in one pass over memory, and the sums it needs. {@code offset} names the first
 * of n elements, in all arrays.
 *
 * <p>Scalar and vector implementations of the steps give the same bits; of the sums, only nearly so.
 */
public interface UpdateKernels {
    /**
     * Stochastic gradient descent: {@code d = g + weightDecay·w}, {@code v = momentum·v + d}, {@code w −= lr·v}, or, with
     * Nesterov's momentum, {@code w −= lr·(d + momentum·v)}. As PyTorch's {@code SGD} without dampening, whose v
     * starts at 0.
     *
     * @param v the velocity; null when momentum is 0
     */
    void sgdStep(float[] w, float[] g, float[] v, int offset, int n, float lr, float momentum, float weightDecay,
            boolean nesterov);

    /**
     * Adam: {@code m += (1 − β₁)·(g − m)}, {@code v = β₂·v + (1 − β₂)·g²},
     * {@code w −= lr/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + eps)}. As PyTorch's {@code Adam} and {@code AdamW}; m and v
     * start at 0.
     *
     * @param step t, 1 in the first step
     * @param decoupled {@code w ·= 1 − lr·weightDecay} before (AdamW), instead of {@code g += weightDecay·w} (Adam)
     */
    void adamStep(float[] w, float[] g, float[] m, float[] v, int offset, int n, long step, double lr, double beta1,
            double beta2, double eps, double weightDecay, boolean decoupled);

    /**
     * {@code y = clamp(x₀ + clamp(x + step·sign(g) − x₀, −epsilon, epsilon), low, high)}: a step of an L∞ attack, back into
     * the ball around x₀ and into the range of pixels. y may be x.
     */
    void signStep(float[] origin, float[] x, float[] g, float[] y, int offset, int n, float step, float epsilon, float low,
            float high);

    /**
     * {@code y = clamp(x₀ + factor·(x − x₀), low, high)}: back into an L2 ball around x₀, and into the range. y may be x.
     */
    void pullStep(float[] origin, float[] x, float[] y, int offset, int n, float factor, float low, float high);

    /** {@return Σ x²} */
    double sumOfSquares(float[] x, int offset, int n);

    /** {@return Σ (a − b)²} */
    double squaredDistance(float[] a, float[] b, int offset, int n);
}
