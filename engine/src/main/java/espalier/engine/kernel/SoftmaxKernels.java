package espalier.engine.kernel;

/** Loops over rows of {@code k} numbers, one after another; offsets name the first element of the first row. */
public interface SoftmaxKernels {
    /** {@code y = x − log Σ exp x}, row by row. */
    void logSoftmax(float[] x, int xOffset, float[] y, int yOffset, int rows, int k);

    /** {@code gx = gy − exp(y) · Σ gy}, row by row, y being the output of {@link #logSoftmax}. */
    void logSoftmaxGrad(float[] y, int yOffset, float[] gy, int gyOffset, float[] gx, int gxOffset, int rows, int k);

    /**
     * {@return Σ over rows of {@code −Σ q log p}}, where {@code p = softmax(x)} and q is {@code 1 − smoothing} at the row's
     * target plus {@code smoothing / k} everywhere
     *
     * @param targets the class of each row, from {@code first}
     * @param logP receives the logarithm of the softmax, where x lies; null if nobody asks
     */
    double crossEntropy(float[] x, int offset, int[] targets, int first, int rows, int k, double smoothing, float[] logP);

    /**
     * {@code gx = (p − q) · scale}, row by row, with p and q as in {@link #crossEntropy}; exact also where p is so close to
     * 1 that their difference in float would be 0.
     */
    void crossEntropyGrad(float[] logP, int offset, int[] targets, int first, int rows, int k, double smoothing, float scale,
            float[] gx);
}
