package espalier.engine.kernel;

/**
 * Products of a sparse matrix in compressed rows (CSR) with runs of neighbouring numbers that nobody gathered: convolutions
 * over padded images, and linear layers over a batch.
 *
 * <p>Column k of the matrix multiplies the numbers that lie {@code offsets[k]} behind each run's start: for a convolution, the
 * offset of a tap into a padded image. Some runs are computed at once, wherever they lie, so that a non-zero's column, offset and
 * value are read once for all of them. (An offset for each non-zero in place of its column would save a load and a check, 4 to
 * 13 % of a convolution, and need 4 bytes more where 6 are enough.)
 */
public interface SparseKernels {
    /** {@return how many runs of so many vectors are computed at once} */
    static int runs(int vectors) {
        return vectors == 8 ? 2 : 4;
    }

    /** {@return floats in a vector; 1 for scalar} */
    int lanes();

    /** {@return the most vectors of a run: a power of two} */
    int maxVectors();

    /**
     * {@code y[yAt + yRuns[i] + o·yStep + p] = max(low, bias[o] + Σ_j values[j] · x[xAt + xRuns[i] + offsets[columns[j]] + p])}, j
     * over row o's non-zeros in order, each product fused with its addition; for rows o in [first, last), the
     * {@link #runs} runs i from {@code run} on, and p below {@code vectors·lanes}.
     *
     * @param vectors length of a run: a power of two, at most {@link #maxVectors}
     * @param stride how many vectors apart those of a run lie in x: 1; or 2, where they are four; or any, where it is one
     * @param starts row o's non-zeros are {@code starts[o]} to {@code ends[o]}, or some of them
     * @param low 0 for a relu, −∞ for none
     * @param xRuns where runs start in x; {@code yRuns} where their row 0 goes in y; runs may overlap in y when they agree there
     */
    void rows(int vectors, int stride, int first, int last, int[] starts, int[] ends, char[] columns, float[] values,
            int[] offsets, float[] bias, float low, float[] x, int xAt, int[] xRuns, float[] y, int yAt, int[] yRuns, int run,
            int yStep);

    /**
     * As {@link #rows} with stride 1, but the sums start from {@code y + bias[o]}: y is read and overwritten.
     *
     * @param yRuns where the runs' row 0 is in y; none overlap, but that one may be the one before it again
     */
    void addRows(int vectors, int first, int last, int[] starts, int[] ends, char[] columns, float[] values, int[] offsets,
            float[] bias, float low, float[] x, int xAt, int[] xRuns, float[] y, int yAt, int[] yRuns, int run, int yStep);

    /**
     * As {@link #rows} for one run of one vector, of which every fourth non-zero goes into a sum of its own, since additions to
     * one sum wait for each other: {@code max(low, (s_0 + s_1) + (s_2 + s_3) + bias[o])}, where s_i takes the i-th of each four
     * non-zeros of row o, and s_0 those after the last four.
     */
    void vector(int first, int last, int[] starts, int[] ends, char[] columns, float[] values, int[] offsets,
            float[] bias, float low, float[] x, int xAt, float[] y, int yAt, int yStep);
}
