package espalier.engine.kernel;

import static espalier.engine.kernel.GemmKernels.ROWS;

import java.util.Arrays;

/**
 * {@code C = αA·B + βC} for any sizes and strides, single-threaded: blocking and packing around {@link GemmKernels#tile}, after
 * Goto and van de Geijn, <em>Anatomy of High-Performance Matrix Multiplication</em>, and BLIS.
 *
 * <p>A panel of B stays in L2 while the rows of A pass by. A is read as it lies where its columns are adjacent: packing it
 * bought nothing and cost 6 % at 1024³.
 */
public final class Gemm {
    /** Terms of the sum in one block: a panel of 4 vectors (64 KiB at 512 bits) is streamed from L2, four rows stay in L1. */
    static final int BLOCK_K = 256;
    /** Rows in one block: as many as share a packed panel. */
    private static final int BLOCK_M = 1024;
    /** Below so many rows a packed panel of B is not used often enough to pay. */
    private static final int PACKED_ROWS = 32;

    private Gemm() {}

    /** {@return the floats of scratch that {@link #multiply} needs} */
    public static int scratchSize(GemmKernels g, int m, int n, int k) {
        int nr = g.lanes() * g.maxVectors();
        int kb = Math.min(k, BLOCK_K);
        return kb * Math.min(nr, roundUp(n, g.lanes())) + ROWS * nr + kb * roundUp(Math.min(m, BLOCK_M), ROWS);
    }

    /**
     * {@code C = αA·B + βC}.
     *
     * @param m rows of A and C
     * @param n columns of B and C
     * @param k columns of A, rows of B
     * @param rsA elements between rows of A, {@code csA} between its columns; so for B
     * @param beta 0 overwrites C, whatever it holds
     * @param ldc elements between rows of C, whose columns are adjacent
     * @param scratch at least {@link #scratchSize} elements from {@code scratchOffset} on, overwritten
     */
    public static void multiply(GemmKernels g, int m, int n, int k, float alpha, float[] a, int aOffset, int rsA, int csA,
            float[] b, int bOffset, int rsB, int csB, float beta, float[] c, int cOffset, int ldc,
            float[] scratch, int scratchOffset) {
        scale(m, n, beta, c, cOffset, ldc);
        if (alpha == 0) {
            return;
        }
        int nr = g.lanes() * g.maxVectors();
        int tileAt = scratchOffset + Math.min(k, BLOCK_K) * Math.min(nr, roundUp(n, g.lanes()));
        int rowsAt = tileAt + ROWS * nr;
        boolean packA = alpha != 1 || csA != 1 || m < ROWS;
        for (int p = 0; p < k; p += BLOCK_K) {
            int kb = Math.min(BLOCK_K, k - p);
            for (int i = 0; i < m; i += BLOCK_M) {
                int mb = Math.min(BLOCK_M, m - i);
                int from = aOffset + i * rsA + p * csA;
                if (packA) {
                    packRows(mb, kb, alpha, a, from, rsA, csA, scratch, rowsAt);
                }
                float[] rows = packA ? scratch : a;
                int rowsOffset = packA ? rowsAt : from;
                for (int j = 0; j < n; j += nr) {
                    int columns = Math.min(nr, n - j);
                    int source = bOffset + p * rsB + j * csB;
                    int target = cOffset + i * ldc + j;
                    if (csB == 1 && m < PACKED_ROWS && columns % g.lanes() == 0) {
                        panel(g, mb, kb, columns, rows, rowsOffset, rsA, packA, b, source, rsB, c, target, ldc, scratch, tileAt);
                    } else {
                        packPanel(g, kb, columns, b, source, rsB, csB, scratch, scratchOffset);
                        panel(g, mb, kb, columns, rows, rowsOffset, rsA, packA, scratch, scratchOffset,
                                roundUp(columns, g.lanes()), c, target, ldc, scratch, tileAt);
                    }
                }
            }
        }
    }

    private static void scale(int m, int n, float beta, float[] c, int cOffset, int ldc) {
        for (int i = 0; i < m && beta != 1; i++) {
            int from = cOffset + i * ldc;
            if (beta == 0) {
                Arrays.fill(c, from, from + n, 0f);
            } else {
                for (int j = from; j < from + n; j++) {
                    c[j] *= beta;
                }
            }
        }
    }

    /**
     * All rows of C under one panel: {@code C[m × columns] += A·panel}.
     *
     * @param rs elements between rows of A, where it is not packed: its columns are adjacent then, and m is at least
     *     {@link GemmKernels#ROWS}
     * @param packed whether {@link #packRows} has packed A
     * @param panel {@code [k][ldb]}, as many vectors wide as {@code columns} needs
     * @param tile scratch of one tile from {@code tileOffset} on, for edges
     */
    static void panel(GemmKernels g, int m, int k, int columns, float[] a, int aOffset, int rs, boolean packed,
            float[] panel, int panelOffset, int ldb, float[] c, int cOffset, int ldc, float[] tile, int tileOffset) {
        int vectors = vectors(g, columns);
        int width = vectors * g.lanes();
        int rsA = packed ? 1 : rs;
        int csA = packed ? ROWS : 1;
        int step = packed ? k : rs;
        for (int i = 0; i < m; i += ROWS) {
            int at = aOffset + i * step;
            int target = cOffset + i * ldc;
            int rows = Math.min(ROWS, m - i);
            if (rows == ROWS && columns == width) {
                g.tile(vectors, k, a, at, rsA, csA, panel, panelOffset, ldb, c, target, ldc);
                continue;
            }
            // Unpacked, the last tile reads rows that the one before has done; its results for them are dropped.
            int done = packed ? 0 : ROWS - rows;
            int edge = tileOffset + done * width;
            g.copyRows(rows, columns, c, target, ldc, 1, tile, edge, width);
            g.tile(vectors, k, a, at - done * rsA, rsA, csA, panel, panelOffset, ldb, tile, tileOffset, width);
            g.copyRows(rows, columns, tile, edge, width, 1, c, target, ldc);
        }
    }

    static int vectors(GemmKernels g, int columns) {
        return (columns + g.lanes() - 1) / g.lanes();
    }

    static int roundUp(int n, int multiple) {
        return (n + multiple - 1) / multiple * multiple;
    }

    /** Packs {@code αA} into tiles {@code [m/ROWS][k][ROWS]}, the last filled up with zeros. */
    static void packRows(int m, int k, float alpha, float[] a, int aOffset, int rs, int cs, float[] to, int toOffset) {
        int at = toOffset;
        for (int i = 0; i < m; i += ROWS, at += k * ROWS) {
            for (int r = 0; r < ROWS; r++) {
                if (i + r < m) {
                    int from = aOffset + (i + r) * rs;
                    for (int p = 0; p < k; p++) {
                        to[at + p * ROWS + r] = alpha * a[from + p * cs];
                    }
                } else {
                    for (int p = 0; p < k; p++) {
                        to[at + p * ROWS + r] = 0f;
                    }
                }
            }
        }
    }

    /** Packs columns of B into a panel {@code [k][vectors·lanes]}, zeros after the last column. */
    private static void packPanel(GemmKernels g, int k, int columns, float[] b, int bOffset, int rs, int cs,
            float[] to, int toOffset) {
        int width = roundUp(columns, g.lanes());
        if (rs == 1) {
            g.transpose(columns, k, b, bOffset, cs, to, toOffset, width);
            return;
        }
        g.copyRows(k, columns, b, bOffset, rs, cs, to, toOffset, width);
        for (int p = 0; p < k && columns < width; p++) {
            Arrays.fill(to, toOffset + p * width + columns, toOffset + (p + 1) * width, 0f);
        }
    }
}
