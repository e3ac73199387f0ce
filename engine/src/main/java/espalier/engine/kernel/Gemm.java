package espalier.engine.kernel;

import static espalier.engine.kernel.GemmKernels.ROWS;

import java.util.Arrays;

/**
 * {@code C = A·B} for any sizes and strides, single-threaded: packing and blocking around {@link GemmKernels#tile}, after
 * Goto and van de Geijn, <em>Anatomy of High-Performance Matrix Multiplication</em>, and BLIS.
 */
public final class Gemm {
    /** Terms of the sum in one block: a panel of 4 vectors (64 KiB at 512 bits) is streamed from L2, a row panel stays in L1. */
    static final int BLOCK_K = 256;
    /** Columns in one block: BLOCK_K × BLOCK_N floats are packed at a time and stay in L2. */
    private static final int BLOCK_N = 512;
    /** Rows in one block. */
    private static final int BLOCK_M = 128;

    private Gemm() {}

    /** {@return the floats of scratch that {@link #multiply} needs} */
    public static int scratchSize(GemmKernels g, int m, int n, int k) {
        int kb = Math.min(k, BLOCK_K);
        return kb * (roundUp(Math.min(n, BLOCK_N), g.lanes() * g.maxVectors()) + roundUp(Math.min(m, BLOCK_M), ROWS))
                + ROWS * g.lanes() * g.maxVectors();
    }

    /**
     * {@code C = A·B}, or {@code C += A·B}.
     *
     * @param m rows of A and C
     * @param n columns of B and C
     * @param k columns of A, rows of B
     * @param rsA elements between rows of A, {@code csA} between its columns; so for B
     * @param ldc elements between rows of C, whose columns are adjacent
     * @param scratch at least {@link #scratchSize} elements from {@code scratchOffset} on, overwritten
     */
    public static void multiply(GemmKernels g, int m, int n, int k, float[] a, int aOffset, int rsA, int csA,
            float[] b, int bOffset, int rsB, int csB, float[] c, int cOffset, int ldc, boolean accumulate, float[] scratch, int scratchOffset) {
        if (k == 0 && !accumulate) {
            for (int i = 0; i < m; i++) {
                Arrays.fill(c, cOffset + i * ldc, cOffset + i * ldc + n, 0f);
            }
        }
        int nr = g.lanes() * g.maxVectors();
        for (int p = 0; p < k; p += BLOCK_K) {
            int kb = Math.min(BLOCK_K, k - p);
            boolean add = accumulate || p > 0;
            for (int j = 0; j < n; j += BLOCK_N) {
                int nb = Math.min(BLOCK_N, n - j);
                int rowsAt = packPanels(g, kb, nb, b, bOffset + p * rsB + j * csB, rsB, csB, scratch, scratchOffset);
                for (int i = 0; i < m; i += BLOCK_M) {
                    int mb = Math.min(BLOCK_M, m - i);
                    int tileAt = rowsAt + packRows(mb, kb, a, aOffset + i * rsA + p * csA, rsA, csA, scratch, rowsAt);
                    for (int jr = 0; jr < nb; jr += nr) {
                        int columns = Math.min(nr, nb - jr);
                        panel(g, mb, kb, columns, scratch, rowsAt, scratch, scratchOffset + jr * kb, c, cOffset + i * ldc + j + jr, ldc, add,
                                scratch, tileAt);
                    }
                }
            }
        }
    }

    /**
     * All rows of C under one panel: {@code C[m × columns] = A·panel}, or {@code +=}.
     *
     * @param rows A packed by {@link #packRows}
     * @param panel {@code [k][vectors·lanes]}, as many vectors as {@code columns} needs
     * @param tile scratch of one tile from {@code tileOffset} on, for edges and sums
     */
    static void panel(GemmKernels g, int m, int k, int columns, float[] rows, int rowsOffset, float[] panel, int panelOffset,
            float[] c, int cOffset, int ldc, boolean accumulate, float[] tile, int tileOffset) {
        int vectors = vectors(g, columns);
        int width = vectors * g.lanes();
        for (int i = 0; i < m; i += ROWS) {
            int at = rowsOffset + i * k;
            if (i + ROWS <= m && columns == width && !accumulate) {
                g.tile(vectors, k, rows, at, panel, panelOffset, c, cOffset + i * ldc, ldc);
            } else {
                g.tile(vectors, k, rows, at, panel, panelOffset, tile, tileOffset, width);
                for (int r = 0; r < Math.min(ROWS, m - i); r++) {
                    int from = tileOffset + r * width;
                    int to = cOffset + (i + r) * ldc;
                    if (accumulate) {
                        g.addTo(tile, from, c, to, columns);
                    } else {
                        System.arraycopy(tile, from, c, to, columns);
                    }
                }
            }
        }
    }

    static int vectors(GemmKernels g, int columns) {
        return (columns + g.lanes() - 1) / g.lanes();
    }

    static int roundUp(int n, int multiple) {
        return (n + multiple - 1) / multiple * multiple;
    }

    /**
     * Packs A into panels {@code [m/ROWS][k][ROWS]}, the last filled up with zeros.
     *
     * @return the number of elements written
     */
    static int packRows(int m, int k, float[] a, int aOffset, int rs, int cs, float[] to, int toOffset) {
        int at = toOffset;
        for (int i = 0; i < m; i += ROWS, at += k * ROWS) {
            for (int r = 0; r < ROWS; r++) {
                if (i + r < m) {
                    int from = aOffset + (i + r) * rs;
                    for (int p = 0; p < k; p++) {
                        to[at + p * ROWS + r] = a[from + p * cs];
                    }
                } else {
                    for (int p = 0; p < k; p++) {
                        to[at + p * ROWS + r] = 0f;
                    }
                }
            }
        }
        return at - toOffset;
    }

    /** Packs B into panels, each as many vectors wide as it has columns; returns where they end. */
    private static int packPanels(GemmKernels g, int k, int n, float[] b, int bOffset, int rs, int cs, float[] to,
            int toOffset) {
        int nr = g.lanes() * g.maxVectors();
        int at = toOffset;
        for (int j = 0; j < n; j += nr) {
            int columns = Math.min(nr, n - j);
            int width = vectors(g, columns) * g.lanes();
            int from = bOffset + j * cs;
            if (rs == 1) {
                g.transpose(columns, k, b, from, cs, to, at, width);
            } else {
                for (int p = 0; p < k; p++) {
                    int row = from + p * rs;
                    int end = at + p * width + columns;
                    if (cs == 1) {
                        System.arraycopy(b, row, to, at + p * width, columns);
                    } else {
                        for (int q = 0; q < columns; q++) {
                            to[at + p * width + q] = b[row + q * cs];
                        }
                    }
                    Arrays.fill(to, end, at + (p + 1) * width, 0f);
                }
            }
            at += k * width;
        }
        return at;
    }
}
