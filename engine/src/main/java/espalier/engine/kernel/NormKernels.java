package espalier.engine.kernel;

/**
 * Loops of batch normalization over one channel: {@code planes} runs of {@code size} elements, {@code stride} apart, the
 * first at {@code offset}. In [N,C,H,W] channel c is N planes of H·W elements, C·H·W apart, from c·H·W; in [N,C], planes of
 * one element.
 *
 * <p>Sums are formed in float over a few thousand elements at most and in double beyond, in an order that depends on these
 * sizes and the vector width only.
 */
public interface NormKernels {
    /** {@return Σ x over the channel} */
    double sum(float[] x, int offset, int planes, int stride, int size);

    /** {@return Σ (x − mean)² over the channel} */
    double squaredDeviations(float[] x, int offset, int planes, int stride, int size, float mean);

    /** {@code y = x · scale + shift} over the channel, then {@code max(y, 0)} if {@code relu}; y lies as x does. */
    void affine(float[] x, float[] y, int offset, int planes, int stride, int size, float scale, float shift, boolean relu);

    /**
     * {@code sums[at] = Σ g}, {@code sums[at + 1] = Σ g · (x − mean)} over the channel; {@code g} is gy, or, if
     * {@code relu}, gy where {@code x · scale + shift > 0} and 0 elsewhere.
     */
    void gradientSums(float[] x, float[] gy, int offset, int planes, int stride, int size, float mean, float scale, float shift,
            boolean relu, double[] sums, int at);

    /** {@code gx = g · scale + (x − mean) · slope + constant} over the channel, with g as in {@link #gradientSums}. */
    void affineGrad(float[] x, float[] gy, float[] gx, int offset, int planes, int stride, int size, float mean, float scale,
            float shift, boolean relu, float slope, float constant);
}
