package espalier.engine.kernel;

import static espalier.engine.kernel.Lanes.F;
import static espalier.engine.kernel.VectorTranspose.LOWER;
import static espalier.engine.kernel.VectorTranspose.UPPER;

import jdk.incubator.vector.FloatVector;

/**
 * Sixteen rows to the lanes of vectors, where vectors have sixteen lanes: interleaved four times.
 *
 * <p>All is selected before anything is stored: after a store to floats, C2 reads the constants that select anew, and converts
 * them to integers with ten instructions, once for each of sixteen stores.
 */
final class VectorLaneTranspose {
    private static final int N = 16;

    private VectorLaneTranspose() {}

    /** @param n 0, or at least 16: what is left of whole vectors is copied with some of the last one again */
    static void toLanes(int n, float[] x, int xOffset, int plane, float[] y, int yOffset, int[] at) {
        for (int i = 0; i < n; i += N) {
            int p = Math.min(i, n - N);
            int from = xOffset + p;
            FloatVector x0 = FloatVector.fromArray(F, x, from);
            FloatVector x1 = FloatVector.fromArray(F, x, from + plane);
            FloatVector x2 = FloatVector.fromArray(F, x, from + 2 * plane);
            FloatVector x3 = FloatVector.fromArray(F, x, from + 3 * plane);
            FloatVector x4 = FloatVector.fromArray(F, x, from + 4 * plane);
            FloatVector x5 = FloatVector.fromArray(F, x, from + 5 * plane);
            FloatVector x6 = FloatVector.fromArray(F, x, from + 6 * plane);
            FloatVector x7 = FloatVector.fromArray(F, x, from + 7 * plane);
            FloatVector x8 = FloatVector.fromArray(F, x, from + 8 * plane);
            FloatVector x9 = FloatVector.fromArray(F, x, from + 9 * plane);
            FloatVector x10 = FloatVector.fromArray(F, x, from + 10 * plane);
            FloatVector x11 = FloatVector.fromArray(F, x, from + 11 * plane);
            FloatVector x12 = FloatVector.fromArray(F, x, from + 12 * plane);
            FloatVector x13 = FloatVector.fromArray(F, x, from + 13 * plane);
            FloatVector x14 = FloatVector.fromArray(F, x, from + 14 * plane);
            FloatVector x15 = FloatVector.fromArray(F, x, from + 15 * plane);
            FloatVector a0 = LOWER.selectFrom(x0, x8);
            FloatVector a1 = UPPER.selectFrom(x0, x8);
            FloatVector a2 = LOWER.selectFrom(x1, x9);
            FloatVector a3 = UPPER.selectFrom(x1, x9);
            FloatVector a4 = LOWER.selectFrom(x2, x10);
            FloatVector a5 = UPPER.selectFrom(x2, x10);
            FloatVector a6 = LOWER.selectFrom(x3, x11);
            FloatVector a7 = UPPER.selectFrom(x3, x11);
            FloatVector a8 = LOWER.selectFrom(x4, x12);
            FloatVector a9 = UPPER.selectFrom(x4, x12);
            FloatVector a10 = LOWER.selectFrom(x5, x13);
            FloatVector a11 = UPPER.selectFrom(x5, x13);
            FloatVector a12 = LOWER.selectFrom(x6, x14);
            FloatVector a13 = UPPER.selectFrom(x6, x14);
            FloatVector a14 = LOWER.selectFrom(x7, x15);
            FloatVector a15 = UPPER.selectFrom(x7, x15);
            FloatVector b0 = LOWER.selectFrom(a0, a8);
            FloatVector b1 = UPPER.selectFrom(a0, a8);
            FloatVector b2 = LOWER.selectFrom(a1, a9);
            FloatVector b3 = UPPER.selectFrom(a1, a9);
            FloatVector b4 = LOWER.selectFrom(a2, a10);
            FloatVector b5 = UPPER.selectFrom(a2, a10);
            FloatVector b6 = LOWER.selectFrom(a3, a11);
            FloatVector b7 = UPPER.selectFrom(a3, a11);
            FloatVector b8 = LOWER.selectFrom(a4, a12);
            FloatVector b9 = UPPER.selectFrom(a4, a12);
            FloatVector b10 = LOWER.selectFrom(a5, a13);
            FloatVector b11 = UPPER.selectFrom(a5, a13);
            FloatVector b12 = LOWER.selectFrom(a6, a14);
            FloatVector b13 = UPPER.selectFrom(a6, a14);
            FloatVector b14 = LOWER.selectFrom(a7, a15);
            FloatVector b15 = UPPER.selectFrom(a7, a15);
            FloatVector c0 = LOWER.selectFrom(b0, b8);
            FloatVector c1 = UPPER.selectFrom(b0, b8);
            FloatVector c2 = LOWER.selectFrom(b1, b9);
            FloatVector c3 = UPPER.selectFrom(b1, b9);
            FloatVector c4 = LOWER.selectFrom(b2, b10);
            FloatVector c5 = UPPER.selectFrom(b2, b10);
            FloatVector c6 = LOWER.selectFrom(b3, b11);
            FloatVector c7 = UPPER.selectFrom(b3, b11);
            FloatVector c8 = LOWER.selectFrom(b4, b12);
            FloatVector c9 = UPPER.selectFrom(b4, b12);
            FloatVector c10 = LOWER.selectFrom(b5, b13);
            FloatVector c11 = UPPER.selectFrom(b5, b13);
            FloatVector c12 = LOWER.selectFrom(b6, b14);
            FloatVector c13 = UPPER.selectFrom(b6, b14);
            FloatVector c14 = LOWER.selectFrom(b7, b15);
            FloatVector c15 = UPPER.selectFrom(b7, b15);
            FloatVector y0 = LOWER.selectFrom(c0, c8);
            FloatVector y1 = UPPER.selectFrom(c0, c8);
            FloatVector y2 = LOWER.selectFrom(c1, c9);
            FloatVector y3 = UPPER.selectFrom(c1, c9);
            FloatVector y4 = LOWER.selectFrom(c2, c10);
            FloatVector y5 = UPPER.selectFrom(c2, c10);
            FloatVector y6 = LOWER.selectFrom(c3, c11);
            FloatVector y7 = UPPER.selectFrom(c3, c11);
            FloatVector y8 = LOWER.selectFrom(c4, c12);
            FloatVector y9 = UPPER.selectFrom(c4, c12);
            FloatVector y10 = LOWER.selectFrom(c5, c13);
            FloatVector y11 = UPPER.selectFrom(c5, c13);
            FloatVector y12 = LOWER.selectFrom(c6, c14);
            FloatVector y13 = UPPER.selectFrom(c6, c14);
            FloatVector y14 = LOWER.selectFrom(c7, c15);
            FloatVector y15 = UPPER.selectFrom(c7, c15);
            y0.intoArray(y, yOffset + at[p]);
            y1.intoArray(y, yOffset + at[p + 1]);
            y2.intoArray(y, yOffset + at[p + 2]);
            y3.intoArray(y, yOffset + at[p + 3]);
            y4.intoArray(y, yOffset + at[p + 4]);
            y5.intoArray(y, yOffset + at[p + 5]);
            y6.intoArray(y, yOffset + at[p + 6]);
            y7.intoArray(y, yOffset + at[p + 7]);
            y8.intoArray(y, yOffset + at[p + 8]);
            y9.intoArray(y, yOffset + at[p + 9]);
            y10.intoArray(y, yOffset + at[p + 10]);
            y11.intoArray(y, yOffset + at[p + 11]);
            y12.intoArray(y, yOffset + at[p + 12]);
            y13.intoArray(y, yOffset + at[p + 13]);
            y14.intoArray(y, yOffset + at[p + 14]);
            y15.intoArray(y, yOffset + at[p + 15]);
        }
    }

    /**
     * {@code y[j][i] = x[i][j]} for i below m and j below 16.
     *
     * @param m 0, or at least 16: what is left of whole vectors is copied with some of the last one again
     */
    static void columns(int m, float[] x, int xOffset, int ldx, float[] y, int yOffset, int ldy) {
        for (int i = 0; i < m; i += N) {
            int p = Math.min(i, m - N);
            int from = xOffset + p * ldx;
            int to = yOffset + p;
            FloatVector x0 = FloatVector.fromArray(F, x, from);
            FloatVector x1 = FloatVector.fromArray(F, x, from + ldx);
            FloatVector x2 = FloatVector.fromArray(F, x, from + 2 * ldx);
            FloatVector x3 = FloatVector.fromArray(F, x, from + 3 * ldx);
            FloatVector x4 = FloatVector.fromArray(F, x, from + 4 * ldx);
            FloatVector x5 = FloatVector.fromArray(F, x, from + 5 * ldx);
            FloatVector x6 = FloatVector.fromArray(F, x, from + 6 * ldx);
            FloatVector x7 = FloatVector.fromArray(F, x, from + 7 * ldx);
            FloatVector x8 = FloatVector.fromArray(F, x, from + 8 * ldx);
            FloatVector x9 = FloatVector.fromArray(F, x, from + 9 * ldx);
            FloatVector x10 = FloatVector.fromArray(F, x, from + 10 * ldx);
            FloatVector x11 = FloatVector.fromArray(F, x, from + 11 * ldx);
            FloatVector x12 = FloatVector.fromArray(F, x, from + 12 * ldx);
            FloatVector x13 = FloatVector.fromArray(F, x, from + 13 * ldx);
            FloatVector x14 = FloatVector.fromArray(F, x, from + 14 * ldx);
            FloatVector x15 = FloatVector.fromArray(F, x, from + 15 * ldx);
            FloatVector a0 = LOWER.selectFrom(x0, x8);
            FloatVector a1 = UPPER.selectFrom(x0, x8);
            FloatVector a2 = LOWER.selectFrom(x1, x9);
            FloatVector a3 = UPPER.selectFrom(x1, x9);
            FloatVector a4 = LOWER.selectFrom(x2, x10);
            FloatVector a5 = UPPER.selectFrom(x2, x10);
            FloatVector a6 = LOWER.selectFrom(x3, x11);
            FloatVector a7 = UPPER.selectFrom(x3, x11);
            FloatVector a8 = LOWER.selectFrom(x4, x12);
            FloatVector a9 = UPPER.selectFrom(x4, x12);
            FloatVector a10 = LOWER.selectFrom(x5, x13);
            FloatVector a11 = UPPER.selectFrom(x5, x13);
            FloatVector a12 = LOWER.selectFrom(x6, x14);
            FloatVector a13 = UPPER.selectFrom(x6, x14);
            FloatVector a14 = LOWER.selectFrom(x7, x15);
            FloatVector a15 = UPPER.selectFrom(x7, x15);
            FloatVector b0 = LOWER.selectFrom(a0, a8);
            FloatVector b1 = UPPER.selectFrom(a0, a8);
            FloatVector b2 = LOWER.selectFrom(a1, a9);
            FloatVector b3 = UPPER.selectFrom(a1, a9);
            FloatVector b4 = LOWER.selectFrom(a2, a10);
            FloatVector b5 = UPPER.selectFrom(a2, a10);
            FloatVector b6 = LOWER.selectFrom(a3, a11);
            FloatVector b7 = UPPER.selectFrom(a3, a11);
            FloatVector b8 = LOWER.selectFrom(a4, a12);
            FloatVector b9 = UPPER.selectFrom(a4, a12);
            FloatVector b10 = LOWER.selectFrom(a5, a13);
            FloatVector b11 = UPPER.selectFrom(a5, a13);
            FloatVector b12 = LOWER.selectFrom(a6, a14);
            FloatVector b13 = UPPER.selectFrom(a6, a14);
            FloatVector b14 = LOWER.selectFrom(a7, a15);
            FloatVector b15 = UPPER.selectFrom(a7, a15);
            FloatVector c0 = LOWER.selectFrom(b0, b8);
            FloatVector c1 = UPPER.selectFrom(b0, b8);
            FloatVector c2 = LOWER.selectFrom(b1, b9);
            FloatVector c3 = UPPER.selectFrom(b1, b9);
            FloatVector c4 = LOWER.selectFrom(b2, b10);
            FloatVector c5 = UPPER.selectFrom(b2, b10);
            FloatVector c6 = LOWER.selectFrom(b3, b11);
            FloatVector c7 = UPPER.selectFrom(b3, b11);
            FloatVector c8 = LOWER.selectFrom(b4, b12);
            FloatVector c9 = UPPER.selectFrom(b4, b12);
            FloatVector c10 = LOWER.selectFrom(b5, b13);
            FloatVector c11 = UPPER.selectFrom(b5, b13);
            FloatVector c12 = LOWER.selectFrom(b6, b14);
            FloatVector c13 = UPPER.selectFrom(b6, b14);
            FloatVector c14 = LOWER.selectFrom(b7, b15);
            FloatVector c15 = UPPER.selectFrom(b7, b15);
            FloatVector y0 = LOWER.selectFrom(c0, c8);
            FloatVector y1 = UPPER.selectFrom(c0, c8);
            FloatVector y2 = LOWER.selectFrom(c1, c9);
            FloatVector y3 = UPPER.selectFrom(c1, c9);
            FloatVector y4 = LOWER.selectFrom(c2, c10);
            FloatVector y5 = UPPER.selectFrom(c2, c10);
            FloatVector y6 = LOWER.selectFrom(c3, c11);
            FloatVector y7 = UPPER.selectFrom(c3, c11);
            FloatVector y8 = LOWER.selectFrom(c4, c12);
            FloatVector y9 = UPPER.selectFrom(c4, c12);
            FloatVector y10 = LOWER.selectFrom(c5, c13);
            FloatVector y11 = UPPER.selectFrom(c5, c13);
            FloatVector y12 = LOWER.selectFrom(c6, c14);
            FloatVector y13 = UPPER.selectFrom(c6, c14);
            FloatVector y14 = LOWER.selectFrom(c7, c15);
            FloatVector y15 = UPPER.selectFrom(c7, c15);
            y0.intoArray(y, to);
            y1.intoArray(y, to + ldy);
            y2.intoArray(y, to + 2 * ldy);
            y3.intoArray(y, to + 3 * ldy);
            y4.intoArray(y, to + 4 * ldy);
            y5.intoArray(y, to + 5 * ldy);
            y6.intoArray(y, to + 6 * ldy);
            y7.intoArray(y, to + 7 * ldy);
            y8.intoArray(y, to + 8 * ldy);
            y9.intoArray(y, to + 9 * ldy);
            y10.intoArray(y, to + 10 * ldy);
            y11.intoArray(y, to + 11 * ldy);
            y12.intoArray(y, to + 12 * ldy);
            y13.intoArray(y, to + 13 * ldy);
            y14.intoArray(y, to + 14 * ldy);
            y15.intoArray(y, to + 15 * ldy);
        }
    }
}
