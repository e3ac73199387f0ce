package espalier.engine.kernel;

import static espalier.engine.kernel.Lanes.F;
import static espalier.engine.kernel.VectorTranspose.LOWER;
import static espalier.engine.kernel.VectorTranspose.UPPER;

import jdk.incubator.vector.FloatVector;

/** Sixteen channels to the lanes of vectors and back, where vectors have sixteen lanes: rows interleaved four times. */
final class VectorLaneTranspose {
    private static final int N = 16;

    private VectorLaneTranspose() {}

    /** @param n a multiple of 16 */
    static void toLanes(int n, float[] x, int xOffset, int plane, float[] y, int yOffset, int[] at) {
        for (int p = 0; p < n; p += N) {
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
            LOWER.selectFrom(c0, c8).intoArray(y, yOffset + at[p]);
            UPPER.selectFrom(c0, c8).intoArray(y, yOffset + at[p + 1]);
            LOWER.selectFrom(c1, c9).intoArray(y, yOffset + at[p + 2]);
            UPPER.selectFrom(c1, c9).intoArray(y, yOffset + at[p + 3]);
            LOWER.selectFrom(c2, c10).intoArray(y, yOffset + at[p + 4]);
            UPPER.selectFrom(c2, c10).intoArray(y, yOffset + at[p + 5]);
            LOWER.selectFrom(c3, c11).intoArray(y, yOffset + at[p + 6]);
            UPPER.selectFrom(c3, c11).intoArray(y, yOffset + at[p + 7]);
            LOWER.selectFrom(c4, c12).intoArray(y, yOffset + at[p + 8]);
            UPPER.selectFrom(c4, c12).intoArray(y, yOffset + at[p + 9]);
            LOWER.selectFrom(c5, c13).intoArray(y, yOffset + at[p + 10]);
            UPPER.selectFrom(c5, c13).intoArray(y, yOffset + at[p + 11]);
            LOWER.selectFrom(c6, c14).intoArray(y, yOffset + at[p + 12]);
            UPPER.selectFrom(c6, c14).intoArray(y, yOffset + at[p + 13]);
            LOWER.selectFrom(c7, c15).intoArray(y, yOffset + at[p + 14]);
            UPPER.selectFrom(c7, c15).intoArray(y, yOffset + at[p + 15]);
        }
    }

    /** @param n a multiple of 16 */
    static void fromLanes(int n, float[] x, int xOffset, float[] y, int yOffset, int plane) {
        for (int p = 0; p < n; p += N) {
            int from = xOffset + p * N;
            int to = yOffset + p;
            FloatVector x0 = FloatVector.fromArray(F, x, from);
            FloatVector x1 = FloatVector.fromArray(F, x, from + N);
            FloatVector x2 = FloatVector.fromArray(F, x, from + 2 * N);
            FloatVector x3 = FloatVector.fromArray(F, x, from + 3 * N);
            FloatVector x4 = FloatVector.fromArray(F, x, from + 4 * N);
            FloatVector x5 = FloatVector.fromArray(F, x, from + 5 * N);
            FloatVector x6 = FloatVector.fromArray(F, x, from + 6 * N);
            FloatVector x7 = FloatVector.fromArray(F, x, from + 7 * N);
            FloatVector x8 = FloatVector.fromArray(F, x, from + 8 * N);
            FloatVector x9 = FloatVector.fromArray(F, x, from + 9 * N);
            FloatVector x10 = FloatVector.fromArray(F, x, from + 10 * N);
            FloatVector x11 = FloatVector.fromArray(F, x, from + 11 * N);
            FloatVector x12 = FloatVector.fromArray(F, x, from + 12 * N);
            FloatVector x13 = FloatVector.fromArray(F, x, from + 13 * N);
            FloatVector x14 = FloatVector.fromArray(F, x, from + 14 * N);
            FloatVector x15 = FloatVector.fromArray(F, x, from + 15 * N);
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
            LOWER.selectFrom(c0, c8).intoArray(y, to);
            UPPER.selectFrom(c0, c8).intoArray(y, to + plane);
            LOWER.selectFrom(c1, c9).intoArray(y, to + 2 * plane);
            UPPER.selectFrom(c1, c9).intoArray(y, to + 3 * plane);
            LOWER.selectFrom(c2, c10).intoArray(y, to + 4 * plane);
            UPPER.selectFrom(c2, c10).intoArray(y, to + 5 * plane);
            LOWER.selectFrom(c3, c11).intoArray(y, to + 6 * plane);
            UPPER.selectFrom(c3, c11).intoArray(y, to + 7 * plane);
            LOWER.selectFrom(c4, c12).intoArray(y, to + 8 * plane);
            UPPER.selectFrom(c4, c12).intoArray(y, to + 9 * plane);
            LOWER.selectFrom(c5, c13).intoArray(y, to + 10 * plane);
            UPPER.selectFrom(c5, c13).intoArray(y, to + 11 * plane);
            LOWER.selectFrom(c6, c14).intoArray(y, to + 12 * plane);
            UPPER.selectFrom(c6, c14).intoArray(y, to + 13 * plane);
            LOWER.selectFrom(c7, c15).intoArray(y, to + 14 * plane);
            UPPER.selectFrom(c7, c15).intoArray(y, to + 15 * plane);
        }
    }
}
