package espalier.engine.kernel;

/**
 * The innermost loops of matrix multiplication and convolution: the only code of theirs that knows the machine.
 *
 * <p>A <em>tile</em> is {@link #ROWS} rows by 1 to {@link #maxVectors} vectors of the result. The row operand is packed
 * {@code [k][ROWS]}, the column operand is a <em>panel</em> {@code [k][vectors·lanes]}.
 */
public interface GemmKernels {
    /** Rows of a tile. */
    int ROWS = 4;

    /** {@return floats in a vector; 1 for scalar} */
    int lanes();

    /** {@return the most vectors that a tile has columns} */
    int maxVectors();

    /**
     * {@code C = A·B}: one full tile.
     *
     * @param vectors the tile's columns, in vectors, 1 to {@link #maxVectors}
     * @param a packed {@code [k][ROWS]}
     * @param b packed {@code [k][vectors·lanes]}
     * @param c row-major with {@code ldc} elements a row
     */
    void tile(int vectors, int k, float[] a, int aOffset, float[] b, int bOffset, float[] c, int cOffset, int ldc);

    /** {@code to += from} over n elements. */
    void addTo(float[] from, int fromOffset, float[] to, int toOffset, int n);

    /**
     * {@code C[i][j] += Σ_p A[i][p]·B[p][j]}: the row operand is read as it lies, {@code lda} apart, which saves packing it.
     * Used for weight gradients: A holds image patches, B the transposed output gradient.
     *
     * @param m rows, any number
     * @param vectors columns, in vectors, any number
     * @param k terms of the sum
     * @param b {@code [k][vectors·lanes]}
     * @param c {@code [m][vectors·lanes]}
     */
    void accumulateOuter(int m, int vectors, int k, float[] a, int aOffset, int lda, float[] b, int bOffset,
            float[] c, int cOffset);

    /**
     * {@code S[i][j][l] += Σ_p A[i][p·lanes + l]·B[j][p·lanes + l]}: dot products of rows with rows, their sums left apart by
     * lane. Where a layer has few outputs this loads less than {@link #accumulateOuter}: no element is broadcast.
     *
     * @param m rows of A, a multiple of {@link #ROWS}
     * @param n rows of B, a multiple of {@link #ROWS}
     * @param vectors length of the rows, in vectors
     * @param sums {@code [m/ROWS][n/ROWS][ROWS][ROWS][lanes]}
     */
    void accumulateDots(int m, int n, int vectors, float[] a, int aOffset, int lda, float[] b, int bOffset, int ldb,
            float[] sums, int sumsOffset);

    /**
     * {@code panel[k][j] = source[rowOffsets[firstRow + k] + columnOffsets[firstColumn + j]]}, zeros up to the next whole vector: gathers image patches.
     *
     * @param ld elements between rows of the panel
     */
    void gatherPanel(float[] source, int sourceOffset, int[] rowOffsets, int firstRow, int rows,
            int[] columnOffsets, int firstColumn, int columns, float[] panel, int panelOffset, int ld);

    /**
     * {@code y[j][i] = x[i][j]} for i below m and j below n, and 0 for i from m to {@code ldy}.
     *
     * @param ldx elements in a row of x
     * @param ldy elements in a row of y, at least m
     */
    void transpose(int m, int n, float[] x, int xOffset, int ldx, float[] y, int yOffset, int ldy);
}
