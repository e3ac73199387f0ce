package espalier.engine.kernel;

/**
 * Loops over arrays of one length. Offsets name the first element; an output may be one of the inputs, at the same offset.
 *
 * <p>Scalar and vector implementations give the same bits: no fused multiply-add, no reordered sum.
 */
public interface ElementwiseKernels {
    /** {@code y = a + b} over n elements. */
    void add(float[] a, int aOffset, float[] b, int bOffset, float[] y, int yOffset, int n);

    /** {@code y = max(a + b, 0)} over n elements; NaN stays NaN. */
    void addRelu(float[] a, int aOffset, float[] b, int bOffset, float[] y, int yOffset, int n);

    /** {@code y = a · b} over n elements. */
    void mul(float[] a, int aOffset, float[] b, int bOffset, float[] y, int yOffset, int n);

    /** {@code y += a · x} over n elements, a being one number. */
    void scaledAdd(float a, float[] x, int xOffset, float[] y, int yOffset, int n);

    /** {@code y = (x − mean) / std} over n elements, mean and std being one number each. */
    void standardize(float[] x, int xOffset, float mean, float std, float[] y, int yOffset, int n);

    /** {@code y = max(x, 0)} over n elements; NaN stays NaN. */
    void relu(float[] x, int xOffset, float[] y, int yOffset, int n);

    /** {@code gx = y > 0 ? gy : 0} over n elements, y being the output of {@link #relu}. */
    void reluGrad(float[] y, int yOffset, float[] gy, int gyOffset, float[] gx, int gxOffset, int n);

    /** {@code y = min(max(x, 0), 6)} over n elements; NaN stays NaN. */
    void relu6(float[] x, int xOffset, float[] y, int yOffset, int n);

    /** {@code gx = 0 < y < 6 ? gy : 0} over n elements, y being the output of {@link #relu6}. */
    void relu6Grad(float[] y, int yOffset, float[] gy, int gyOffset, float[] gx, int gxOffset, int n);

    /**
     * {@code y = keep(i) ? x · scale : 0} over n elements, where {@code keep(i) = hash(seed, position + i) ≥ threshold}.
     *
     * @param position counter of the first element: an array cut in pieces gets the same mask as in one piece
     * @param threshold of 2²⁴: the share of elements that are dropped
     */
    void dropout(float[] x, int xOffset, float[] y, int yOffset, int n, long seed, int position, int threshold, float scale);
}
