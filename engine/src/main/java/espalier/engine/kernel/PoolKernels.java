package espalier.engine.kernel;

/**
 * Pooling of planes that lie one after another: {@code planes} of {@code h·w} elements in x and of {@code oh·ow} in y;
 * offsets name the first element. Windows are square.
 */
public interface PoolKernels {
    /**
     * {@code y = max of x over each window}; padding never wins, of equal elements the first does, NaN always.
     *
     * @param index where, within its plane of x, each maximum stands, at the same offset as y; null if nobody asks
     */
    void maxPool(float[] x, int xOffset, int planes, int h, int w, float[] y, float[] index, int yOffset, int oh, int ow,
            int kernel, int stride, int padding);

    /** {@code gx = 0}, then {@code gx[index] += gy}, the reverse of {@link #maxPool}. */
    void maxPoolGrad(float[] gy, float[] index, int yOffset, int planes, int outSize, float[] gx, int xOffset, int inSize);

    /** {@code y = mean of x over each window}; no window leaves the plane. */
    void avgPool(float[] x, int xOffset, int planes, int h, int w, float[] y, int yOffset, int oh, int ow, int kernel,
            int stride);

    /** {@code gx = Σ gy / kernel²} over the windows that hold the element, the reverse of {@link #avgPool}. */
    void avgPoolGrad(float[] gy, int yOffset, int planes, int oh, int ow, float[] gx, int xOffset, int h, int w, int kernel,
            int stride);

    /** {@code y = mean of each plane} of {@code size} elements. */
    void planeMeans(float[] x, int xOffset, int planes, int size, float[] y, int yOffset);

    /**
     * {@code y[p] = max of x[xOffset + row·ldx + column·n + p]} over the rows and columns of a window, at least one of each, of
     * pixels of which n images lie side by side, p below n; as {@code Math.max} of them in order.
     */
    void maxOfWindow(float[] x, int xOffset, int rows, int ldx, int columns, float[] y, int yOffset, int n);

    /** {@code y[p] = mean of x} over such a window: their sum, row by row from the first on, divided by how many they are. */
    void meanOfWindow(float[] x, int xOffset, int rows, int ldx, int columns, float[] y, int yOffset, int n);
}
