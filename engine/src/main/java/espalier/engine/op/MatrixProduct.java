package espalier.engine.op;

import espalier.engine.kernel.Gemm;
import espalier.engine.kernel.GemmKernels;
import espalier.engine.kernel.Kernels;
import espalier.engine.parallel.Parallel;
import espalier.engine.tensor.ArrayPool;
import espalier.engine.tensor.Scratch;

/** {@code C = αA·B + βC} on all threads; {@link Gemm} is the one-thread product. */
public final class MatrixProduct {
    /** Pieces of work a thread, so that one which is held up does not hold up the others. */
    private static final int PIECES = 2;
    /** Where B is packed once for all threads: pieces of rows a thread, rows of a piece at least, and products at least. */
    private static final int SHARED_PIECES = 4;
    private static final int SHARED_ROWS = 32;
    private static final long SHARED_PRODUCTS = 1 << 22;

    private MatrixProduct() {}

    /**
     * {@code C = αA·B + βC}. Each element is summed in the order of k, so how the work is split changes no bit.
     *
     * @param m rows of A and C
     * @param n columns of B and C; rows of C lie n apart
     * @param k columns of A, rows of B
     * @param rsA elements between rows of A, {@code csA} between its columns; so for B
     * @param beta 0 overwrites C, whatever it holds
     */
    public static void multiply(int m, int n, int k, float alpha, float[] a, int rsA, int csA, float[] b, int rsB, int csB,
            float beta, float[] c) {
        GemmKernels g = Kernels.active().gemm();
        int width = g.lanes() * g.maxVectors();
        if (Parallel.threads() > 1 && m >= SHARED_ROWS * SHARED_PIECES && n >= 2 * width && (long) m * n * k >= SHARED_PRODUCTS
                && alpha != 0) {
            shared(g, m, n, k, alpha, a, rsA, csA, b, rsB, csB, beta, c);
            return;
        }
        int pieces = Parallel.threads() == 1 ? 1 : PIECES * Parallel.threads();
        int panels = Math.ceilDiv(n, width);
        boolean byColumns = panels >= pieces;
        int unit = byColumns ? width : GemmKernels.ROWS;
        int units = byColumns ? panels : Math.ceilDiv(m, unit);
        Parallel.forEach(Math.min(pieces, units), piece -> {
            int count = Math.min(pieces, units);
            int from = (int) ((long) units * piece / count) * unit;
            int to = Math.min((int) ((long) units * (piece + 1) / count) * unit, byColumns ? n : m);
            int rows = byColumns ? m : to - from;
            int columns = byColumns ? to - from : n;
            float[] scratch = Scratch.atLeast(Gemm.scratchSize(g, rows, columns, k));
            Gemm.multiply(g, rows, columns, k, alpha, a, byColumns ? 0 : from * rsA, rsA, csA, b, byColumns ? from * csB : 0, rsB, csB,
                    beta, c, byColumns ? from : from * n, n, scratch, Scratch.FIRST);
        });
    }

    /**
     * By blocks of the sum: all threads pack B, then take rows. Threads that took columns, and packed all of A each, left one waiting:
     * 1024 columns are 22 panels, of which four pieces took 5, 6, 5 and 6. Two threads were 1.65 times one (Zen 4).
     */
    private static void shared(GemmKernels g, int m, int n, int k, float alpha, float[] a, int rsA, int csA,
            float[] b, int rsB, int csB, float beta, float[] c) {
        int pieces = SHARED_PIECES * Parallel.threads();
        int rows = Math.max(SHARED_ROWS, Math.ceilDiv(Math.ceilDiv(m, pieces), GemmKernels.ROWS) * GemmKernels.ROWS);
        float[] panels = ArrayPool.take(Gemm.panelsSize(g, n, Math.min(k, Gemm.BLOCK_K)));
        for (int p = 0; p < k; p += Gemm.BLOCK_K) {
            int kb = Math.min(Gemm.BLOCK_K, k - p);
            int terms = p;
            Parallel.forEach(pieces, i -> Gemm.packPanels(g, i, pieces, n, kb, b, terms * rsB, rsB, csB, panels, 0));
            Parallel.forRanges(m, rows, (from, to) -> Gemm.multiplyPanels(g, to - from, n, kb, alpha, a, from * rsA + terms * csA,
                    rsA, csA, panels, 0, terms == 0 ? beta : 1, c, from * n, n,
                    Scratch.atLeast(Gemm.scratchSize(g, to - from, n, kb)), Scratch.FIRST));
        }
        ArrayPool.give(panels);
    }
}
