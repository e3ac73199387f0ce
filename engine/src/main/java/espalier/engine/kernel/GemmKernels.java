package espalier.engine.kernel;

/**
 * The innermost loops of matrix multiplication and convolution: the only code of theirs that knows the machine.
 *
 * <p>A <em>tile</em> is {@link #ROWS} rows by 1 to {@link #maxVectors} vectors of the result, kept in registers while the sum
 * over k runs, in the order of k: how rows and columns are divided changes no bit of a result.
 */
public interface GemmKernels {
    /** Rows of a tile, and of A that are packed together: {@code [k][ROWS]}. */
    int ROWS = 8;
    /** Rows of a tile where no more are left. */
    int HALF_ROWS = 4;
    /** Rows of one vector of which {@link #accumulateOuter} makes a tile: those left over are slow. */
    int OUTER_ROWS = 12;
    /** The most vectors of {@link #tapsRow}. */
    int ROW_VECTORS = 4;
    /** Outputs of a call of {@link #dots} that share loads. */
    int DOT_OUTPUTS = 4;
    /** Taps of a call of {@link #dots}. */
    int DOT_TAPS = 6;

    /** {@return floats in a vector; 1 for scalar} */
    int lanes();

    /** {@return the most vectors that a tile has columns} */
    int maxVectors();

    /** {@return what Winograd's convolutions need, on vectors of as many lanes} */
    WinogradKernels winograd();

    /** {@return how many of so many vectors the next tile takes: tiles are as even as can be, since narrow ones are slow} */
    default int next(int vectors) {
        return Math.ceilDiv(vectors, Math.max(1, Math.ceilDiv(vectors, maxVectors())));
    }

    /**
     * {@code C += A·B}: one tile.
     *
     * @param rows {@link #ROWS} or {@link #HALF_ROWS}
     * @param vectors the tile's columns, in vectors, 1 to {@link #maxVectors}
     * @param a packed {@code [k][ROWS]}, also where half of the rows are used
     * @param ldb elements between rows of B, whose columns are adjacent; so {@code ldc} for C
     */
    void tile(int rows, int vectors, int k, float[] a, int aOffset, float[] b, int bOffset, int ldb,
            float[] c, int cOffset, int ldc);

    /**
     * {@code C = A·B}: one tile, vector v of row p of B at {@code b[at_v + taps[tapsOffset + p]]}.
     *
     * @param rows {@link #ROWS} or {@link #HALF_ROWS}
     * @param a packed {@code [k][ROWS]}
     * @param at0 where the vectors lie; those beyond {@code vectors} are not read
     */
    void taps(int rows, int vectors, int k, float[] a, int aOffset, float[] b, int[] taps, int tapsOffset,
            int at0, int at1, int at2, float[] c, int cOffset, int ldc);

    /** {@link #taps} for one of the rows, A still packed {@code [k][ROWS]}, of up to {@link #ROW_VECTORS}. */
    void tapsRow(int vectors, int k, float[] a, int aOffset, float[] b, int[] taps, int tapsOffset,
            int at0, int at1, int at2, int at3, float[] c, int cOffset);

    /**
     * {@code C[targets[v] + l] = Σ_p A[p]·B[positions[v] + taps[p] + l]} for nine terms p, each vector v and lane l: a depthwise
     * convolution of one channel, whose nine weights stay in registers.
     *
     * @param a its elements {@link #ROWS} apart
     */
    void nineTaps(float[] a, int aOffset, float[] b, int bOffset, int[] taps, int[] positions, float[] c, int cOffset, int[] targets);

    /**
     * {@code C[v·lanes + l] = Σ_{r,q} A[(3r + q)·lanes + l]·B[positions[v] + r·row + q·lanes + l]}, r and q below 3: a depthwise
     * convolution with channels in lanes.
     */
    void nineLanes(int vectors, float[] a, int aOffset, float[] b, int bOffset, int row, int[] positions, float[] c, int cOffset);

    /**
     * {@code S[(3r + q)·lanes + l] += Σ_v X[positions[v] + r·row + q·lanes + l]·G[v·lanes + l]}, r and q below 3: the weight gradient
     * of {@link #nineLanes}.
     */
    void nineDots(int vectors, float[] x, int xOffset, int row, int[] positions, float[] g, int gOffset,
            float[] sums, int sumsOffset);

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
     * {@code S[o][t][l] += Σ_p X[xOffset + taps[tapsOffset + t] + xAt[p] + l]·G[gOffset + o·ldg + gAt[p] + l]}: dot products of
     * shifted images with output gradients, for {@link #DOT_TAPS} taps, their sums left apart by lane. No element is broadcast.
     *
     * @param outputs any number; {@link #DOT_OUTPUTS} share their loads of x
     * @param vectors of positions: how many elements of {@code xAt} and {@code gAt} are used
     * @param sums {@code [outputs][DOT_TAPS][lanes]}
     */
    void dots(int outputs, int vectors, float[] x, int xOffset, int[] xAt, int[] taps, int tapsOffset,
            float[] g, int[] gAt, int gOffset, int ldg, float[] sums, int sumsOffset);

    /**
     * {@code panel[k][j] = source[rowOffsets[firstRow + k] + columnOffsets[firstColumn + j]]}, zeros up to the next whole vector:
     * gathers image patches.
     *
     * @param ld elements between rows of the panel
     */
    void gatherPanel(float[] source, int sourceOffset, int[] rowOffsets, int firstRow, int rows,
            int[] columnOffsets, int firstColumn, int columns, float[] panel, int panelOffset, int ld);

    /**
     * {@code y[i][j] = x[i][j·step]} for i below m and j below n.
     *
     * @param ldx elements between rows of x, {@code ldy} between rows of y
     */
    void copyRows(int m, int n, float[] x, int xOffset, int ldx, int step, float[] y, int yOffset, int ldy);

    /**
     * {@code y[i][2j] = x[aOffset + i·ldx + j], y[i][2j + 1] = x[bOffset + i·ldx + j]} for i below m and j below n.
     *
     * @param x of which up to a vector behind what is copied may be read; nothing is written beside it
     */
    void interleaveRows(int m, int n, float[] x, int aOffset, int bOffset, int ldx, float[] y, int yOffset, int ldy);

    /** {@code y[i][j] += x[i][j]} for i below m and j below n; rows of x lie {@code ldx} apart, rows of y {@code ldy}. */
    void addRows(int m, int n, float[] x, int xOffset, int ldx, float[] y, int yOffset, int ldy);

    /**
     * {@code y[i][j] = min(max(y[i][j] + bias[i], lowest), highest)} for i below m and j below n: what follows a convolution, while
     * its result is in the cache. NaN stays NaN.
     */
    void finishRows(int m, int n, float[] bias, int biasOffset, float lowest, float highest, float[] y, int yOffset, int ldy);

    /**
     * {@code y[j][i] = x[i][j]} for i below m and j below n.
     *
     * @param ldx elements between rows of x
     * @param ldy elements between rows of y, at least m
     */
    void transpose(int m, int n, float[] x, int xOffset, int ldx, float[] y, int yOffset, int ldy);
}
