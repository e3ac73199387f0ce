package espalier.engine.kernel;

import static espalier.engine.kernel.GemmKernels.HALF_ROWS;
import static espalier.engine.kernel.GemmKernels.OUTER_ROWS;
import static espalier.engine.kernel.GemmKernels.ROWS;

import java.util.Arrays;

/**
 * {@code C = αA·B + βC} for any sizes and strides, single-threaded: blocking and packing around {@link GemmKernels#tile}, after
 * Goto and van de Geijn, <em>Anatomy of High-Performance Matrix Multiplication</em>, and BLIS.
 *
 * <p>A panel of B is streamed from L1 or L2 while the packed rows of A pass by, which stay in L2 for all panels. How the sizes of
 * blocks are chosen changes no bit: each element is summed in the order of k.
 */
public final class Gemm {
    /** Terms of the sum in one block: a panel of 3 vectors then takes 48 KiB at 512 bits; of 128 or 384 it is no faster. */
    public static final int BLOCK_K = 256;
    /** Rows in one block: half of L2, at most as many as share a panel well. */
    private static final int BLOCK_M = Math.clamp(CacheSizes.l2() / 2 / (Float.BYTES * BLOCK_K) / ROWS * ROWS, 128, 1024);
    /** Below so many rows a packed panel of B is not used often enough to pay. */
    private static final int PACKED_ROWS = 32;
    /** Rows of one vector that are summed before they go to C, 6 KiB at 512 bits: whole tiles of outer products. */
    private static final int NARROW_ROWS = 8 * OUTER_ROWS;
    /** Floats between rows whose lines share one set of L1, which holds eight: 12 of them took 1.1 times what packing did. */
    private static final int ALIASED = 1 << 10;

    private Gemm() {}

    /** {@return the floats of scratch that {@link #multiply} needs} */
    public static int scratchSize(GemmKernels g, int m, int n, int k) {
        int kb = Math.min(k, BLOCK_K);
        return panelSize(g, n, kb) + tileSize(g, n) + kb * roundUp(Math.min(m, BLOCK_M), ROWS);
    }

    private static int tileSize(GemmKernels g, int n) {
        return Math.max(ROWS * widest(g, n), NARROW_ROWS * g.lanes());
    }

    private static int widest(GemmKernels g, int n) {
        return g.lanes() * g.next(vectors(g, n));
    }

    private static int panelSize(GemmKernels g, int n, int kb) {
        return kb * widest(g, n);
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
        int tileAt = scratchOffset + panelSize(g, n, Math.min(k, BLOCK_K));
        int rowsAt = tileAt + tileSize(g, n);
        boolean narrow = csA == 1 && alpha == 1 && vectors(g, n) == 1 && rsA % ALIASED != 0;
        int unpacked = narrow ? m / OUTER_ROWS * OUTER_ROWS : 0;
        for (int p = 0; p < k; p += BLOCK_K) {
            int kb = Math.min(BLOCK_K, k - p);
            if (unpacked > 0) {
                packPanel(g, kb, n, b, bOffset + p * rsB, rsB, csB, scratch, scratchOffset);
                narrow(g, unpacked, kb, n, a, aOffset + p, rsA, scratch, scratchOffset, c, cOffset, ldc, scratch, tileAt);
            }
            for (int i = unpacked; i < m; i += BLOCK_M) {
                int mb = Math.min(BLOCK_M, m - i);
                packRows(g, mb, kb, alpha, a, aOffset + i * rsA + p * csA, rsA, csA, scratch, rowsAt);
                for (int j = 0, width; j < n; j += width) {
                    width = widest(g, n - j);
                    int columns = Math.min(width, n - j);
                    int source = bOffset + p * rsB + j * csB;
                    int target = cOffset + i * ldc + j;
                    if (csB == 1 && m < PACKED_ROWS && columns == width) {
                        panel(g, mb, kb, columns, scratch, rowsAt, b, source, rsB, c, target, ldc, scratch, tileAt);
                    } else {
                        packPanel(g, kb, columns, b, source, rsB, csB, scratch, scratchOffset);
                        panel(g, mb, kb, columns, scratch, rowsAt, scratch, scratchOffset, width, c, target, ldc, scratch, tileAt);
                    }
                }
            }
        }
    }

    /** {@return the floats that all panels of B take, of a block of {@code kb} terms} */
    public static int panelsSize(GemmKernels g, int n, int kb) {
        return kb * roundUp(n, g.lanes());
    }

    /** Packs every {@code step}-th panel of {@code B [kb][n]} from the {@code first} on, to where {@link #multiplyPanels} reads it. */
    public static void packPanels(GemmKernels g, int first, int step, int n, int kb, float[] b, int bOffset, int rsB, int csB,
            float[] panels, int panelsOffset) {
        for (int j = 0, index = 0, width; j < n; j += width, index++) {
            width = widest(g, n - j);
            if (index % step == first) {
                packPanel(g, kb, Math.min(width, n - j), b, bOffset + j * csB, rsB, csB, panels, panelsOffset + kb * j);
            }
        }
    }

    /**
     * {@code C = αA·B + βC}, A {@code [m][kb]} of at most {@link #BLOCK_K} columns, all panels of B packed.
     *
     * @param scratch at least {@link #scratchSize} elements from {@code scratchOffset} on, overwritten
     */
    public static void multiplyPanels(GemmKernels g, int m, int n, int kb, float alpha, float[] a, int aOffset, int rsA, int csA,
            float[] panels, int panelsOffset, float beta, float[] c, int cOffset, int ldc, float[] scratch, int scratchOffset) {
        scale(m, n, beta, c, cOffset, ldc);
        int rowsAt = scratchOffset + ROWS * widest(g, n);
        for (int i = 0; i < m; i += BLOCK_M) {
            int mb = Math.min(BLOCK_M, m - i);
            packRows(g, mb, kb, alpha, a, aOffset + i * rsA, rsA, csA, scratch, rowsAt);
            for (int j = 0, width; j < n; j += width) {
                width = widest(g, n - j);
                panel(g, mb, kb, Math.min(width, n - j), scratch, rowsAt, panels, panelsOffset + kb * j, width,
                        c, cOffset + i * ldc + j, ldc, scratch, scratchOffset);
            }
        }
    }

    private static void scale(int m, int n, float beta, float[] c, int cOffset, int ldc) {
        int rows = ldc == n ? Math.min(m, 1) : m;
        int columns = ldc == n ? m * n : n;
        for (int i = 0; i < rows && beta != 1; i++) {
            int from = cOffset + i * ldc;
            if (beta == 0) {
                Arrays.fill(c, from, from + columns, 0f);
            } else {
                for (int j = from; j < from + columns; j++) {
                    c[j] *= beta;
                }
            }
        }
    }

    /**
     * All rows of C under one panel: {@code C[m × columns] += A·panel}.
     *
     * @param a packed by {@link #packRows}
     * @param panel {@code [k][ldb]}, as many vectors wide as {@code columns} needs
     * @param tile scratch of one tile from {@code tileOffset} on, for edges
     */
    static void panel(GemmKernels g, int m, int k, int columns, float[] a, int aOffset,
            float[] panel, int panelOffset, int ldb, float[] c, int cOffset, int ldc, float[] tile, int tileOffset) {
        int vectors = vectors(g, columns);
        int width = vectors * g.lanes();
        for (int i = 0; i < m; i += ROWS) {
            int at = aOffset + i * k;
            int target = cOffset + i * ldc;
            int rows = Math.min(ROWS, m - i);
            int computed = rows > HALF_ROWS ? ROWS : HALF_ROWS;
            if (rows == computed && columns == width) {
                g.tile(rows, vectors, k, a, at, panel, panelOffset, ldb, c, target, ldc);
                continue;
            }
            copyWide(g, rows, columns, width, c, target, ldc, tile, tileOffset);
            g.tile(computed, vectors, k, a, at, panel, panelOffset, ldb, tile, tileOffset, width);
            g.copyRows(rows, columns, tile, tileOffset, width, 1, c, target, ldc);
        }
    }

    /** {@link #panel} of one vector, A as it lies: packed, 256×256 times 16 columns took 33 µs instead of 27. */
    private static void narrow(GemmKernels g, int m, int k, int columns, float[] a, int aOffset, int lda,
            float[] panel, int panelOffset, float[] c, int cOffset, int ldc, float[] tile, int tileOffset) {
        int width = g.lanes();
        for (int i = 0; i < m; i += NARROW_ROWS) {
            int rows = Math.min(NARROW_ROWS, m - i);
            copyWide(g, rows, columns, width, c, cOffset + i * ldc, ldc, tile, tileOffset);
            g.accumulateOuter(rows, 1, k, a, aOffset + i * lda, lda, panel, panelOffset, tile, tileOffset);
            g.copyRows(rows, columns, tile, tileOffset, width, 1, c, cOffset + i * ldc, ldc);
        }
    }

    static int vectors(GemmKernels g, int columns) {
        return (columns + g.lanes() - 1) / g.lanes();
    }

    static int roundUp(int n, int multiple) {
        return (n + multiple - 1) / multiple * multiple;
    }

    /** Packs {@code αA} into tiles {@code [m/ROWS][k][ROWS]}, the last filled up with zeros. */
    static void packRows(GemmKernels g, int m, int k, float alpha, float[] a, int aOffset, int rs, int cs,
            float[] to, int toOffset) {
        for (int i = 0, at = toOffset; i < m; i += ROWS, at += k * ROWS) {
            int rows = Math.min(ROWS, m - i);
            int from = aOffset + i * rs;
            clear(k, rows, ROWS, to, at);
            if (cs == 1) {
                g.transpose(rows, k, a, from, rs, to, at, ROWS);
            } else {
                g.copyRows(k, rows, a, from, cs, rs, to, at, ROWS);
            }
            for (int p = at; p < at + k * ROWS && alpha != 1; p++) {
                to[p] *= alpha;
            }
        }
    }

    /** Packs columns of B into a panel {@code [k][vectors·lanes]}. */
    private static void packPanel(GemmKernels g, int k, int columns, float[] b, int bOffset, int rs, int cs,
            float[] to, int toOffset) {
        int width = roundUp(columns, g.lanes());
        if (cs == 1) {
            copyWide(g, k, columns, width, b, bOffset, rs, to, toOffset);
            return;
        }
        clear(k, columns, width, to, toOffset);
        if (rs == 1) {
            g.transpose(columns, k, b, bOffset, cs, to, toOffset, width);
        } else {
            g.copyRows(k, columns, b, bOffset, rs, cs, to, toOffset, width);
        }
    }

    /**
     * Copies rows of so many columns by whole vectors: what lies behind them comes along where x does not end, to columns whose sums
     * are not used, whatever another thread writes there meanwhile. Without it, 256×256 times 11 columns took 1.15 times as long as
     * times 16.
     */
    private static void copyWide(GemmKernels g, int m, int columns, int width, float[] x, int xOffset, int ldx,
            float[] y, int yOffset) {
        int wide = Math.clamp(Math.floorDiv(x.length - xOffset - width, Math.max(1, ldx)) + 1, 0, m);
        g.copyRows(wide, width, x, xOffset, ldx, 1, y, yOffset, width);
        clear(m - wide, columns, width, y, yOffset + wide * width);
        g.copyRows(m - wide, columns, x, xOffset + wide * ldx, ldx, 1, y, yOffset + wide * width, width);
    }

    /** Zeros, where columns end before {@code width}: everywhere, which is faster than between many short rows. */
    private static void clear(int k, int columns, int width, float[] x, int xOffset) {
        if (columns < width) {
            Arrays.fill(x, xOffset, xOffset + k * width, 0f);
        }
    }
}
