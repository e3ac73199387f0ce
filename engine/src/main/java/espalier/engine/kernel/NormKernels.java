package espalier.engine.kernel;

/**
 * Loops of batch normalization over one channel: {@code planes} runs of {@code size} elements, {@code stride} apart, the
 * first at {@code offset}. In [N,C,H,W] channel c is N planes of H·W elements, C·H·W apart, from c·H·W; in [N,C], planes of
 * one element. A negative stride walks the planes from the last to the first. All arrays of a call lie alike.
 *
 * <p>Sums are formed in float over a few thousand elements at most and in double beyond, in an order that depends on these
 * sizes and the vector width only.
 */
public interface NormKernels {
    /** {@return Σ x over the channel} */
    double sum(float[] x, int offset, int planes, int stride, int size);

    /** {@return Σ (x − mean)² over the channel} */
    double squaredDeviations(float[] x, int offset, int planes, int stride, int size, float mean);

    /** {@code y = x · scale + shift} over the channel, then {@code max(y, 0)} if {@code relu}. */
    void affine(float[] x, float[] y, int offset, int planes, int stride, int size, float scale, float shift, boolean relu);

    /** {@code y = x · scale + shift + r} over the channel, then {@code max(y, 0)} if {@code relu}. */
    void affineAdd(float[] x, float[] r, float[] y, int offset, int planes, int stride, int size, float scale, float shift,
            boolean relu);

    /**
     * {@code sums[at] = Σ g}, {@code sums[at + 1] = Σ g · (x − mean)} over the channel; {@code g} is gy, or, if
     * {@code relu}, gy where {@code x · scale + shift > 0} and 0 elsewhere.
     */
    void gradientSums(float[] x, float[] gy, int offset, int planes, int stride, int size, float mean, float scale, float shift,
            boolean relu, double[] sums, int at);

    /** {@code gx = g · scale + (x − mean) · slope + constant} over the channel, with g as in {@link #gradientSums}. */
    void affineGrad(float[] x, float[] gy, float[] gx, int offset, int planes, int stride, int size, float mean, float scale,
            float shift, boolean relu, float slope, float constant);

    /**
     * {@code g = gy} where {@code y > 0} and 0 elsewhere, {@code sums[at] = Σ g}, {@code sums[at + 1] = Σ g · (x − mean)} over
     * the channel.
     */
    void maskedSums(float[] x, float[] y, float[] gy, float[] g, int offset, int planes, int stride, int size, float mean,
            double[] sums, int at);

    /** {@code g = gy} where {@code y > 0} and 0 elsewhere, {@code gx = g · scale} over the channel. */
    void maskedScale(float[] y, float[] gy, float[] g, float[] gx, int offset, int planes, int stride, int size, float scale);
}
