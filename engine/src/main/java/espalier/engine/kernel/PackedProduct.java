package espalier.engine.kernel;

import static espalier.engine.kernel.GemmKernels.HALF_ROWS;
import static espalier.engine.kernel.GemmKernels.ROWS;

/**
 * {@code C += A·Wᵀ} for a few rows of A, W [n,k] packed once: in panels of as many rows of W as tiles have columns, {@code
 * [n/width][k][width]}, so that each is read from end to end.
 */
public final class PackedProduct {
    private final GemmKernels gemm;
    private final int n;
    private final int k;
    private final int width;

    public PackedProduct(GemmKernels gemm, int n, int k) {
        this.gemm = gemm;
        this.n = n;
        this.k = k;
        width = gemm.lanes() * gemm.next(Gemm.vectors(gemm, n));
    }

    /** {@return the columns of a panel; the last panel has {@link #columns}} */
    public int width() {
        return width;
    }

    /** {@return the panels of W} */
    public int panels() {
        return Math.ceilDiv(n, width);
    }

    /** {@return the columns of a panel, in whole vectors: those beyond n are zeros} */
    public int columns(int panel) {
        return Math.min(width, Gemm.roundUp(n - panel * width, gemm.lanes()));
    }

    /** {@return W, packed} */
    public float[] pack(float[] w) {
        float[] packed = new float[panels() == 0 ? 0 : k * ((panels() - 1) * width + columns(panels() - 1))];
        for (int p = 0; p < panels(); p++) {
            gemm.transpose(Math.min(width, n - p * width), k, w, p * width * k, k, packed, p * width * k, columns(p));
        }
        return packed;
    }

    /** {@return floats of m rows of A, packed} */
    public int rowsSize(int m) {
        return Gemm.roundUp(m, ROWS) * k;
    }

    /** {@return where row i of A begins} */
    public int row(int i) {
        return i / ROWS * ROWS * k + i % ROWS;
    }

    /**
     * {@code C[i][j] += Σ A[i][p]·W[panel·width + j][p]}, in the order of p.
     *
     * @param m rows, a multiple of {@link GemmKernels#HALF_ROWS}
     * @param a packed: row i from {@link #row} on, its elements {@link GemmKernels#ROWS} apart
     * @param c [m][{@link #columns}]
     */
    public void multiply(int m, float[] a, int aOffset, float[] packed, int panel, float[] c, int cOffset) {
        int columns = columns(panel);
        for (int q = 0; q < k; q += Gemm.BLOCK_K) {
            int kb = Math.min(Gemm.BLOCK_K, k - q);
            int from = panel * width * k + q * columns;
            for (int i = 0; i < m; i += ROWS) {
                gemm.tile(m - i < ROWS ? HALF_ROWS : ROWS, columns / gemm.lanes(), kb, a, aOffset + i * k + q * ROWS,
                        packed, from, columns, c, cOffset + i * columns, columns);
            }
        }
    }
}
