package espalier.engine.op;

import espalier.engine.kernel.Gemm;
import espalier.engine.kernel.GemmKernels;
import espalier.engine.kernel.Kernels;
import espalier.engine.parallel.Parallel;
import espalier.engine.tensor.Scratch;

/** {@code C = αA·B + βC} on all threads; {@link Gemm} is the one-thread product. */
public final class MatrixProduct {
    /** Pieces of work a thread, so that one which is held up does not hold up the others. */
    private static final int PIECES = 2;

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
}
