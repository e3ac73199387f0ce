package espalier.engine.kernel;

import static espalier.engine.kernel.GemmKernels.HALF_ROWS;
import static espalier.engine.kernel.GemmKernels.ROWS;
import static espalier.engine.kernel.Lanes.F;
import static espalier.engine.kernel.Lanes.N;
import static espalier.engine.kernel.Lanes.REGISTERS;

import jdk.incubator.vector.FloatVector;

/**
 * {@link VectorTiles} that overwrite C, their column operand where a table says: a convolution reads its padded image in place,
 * without packing panels. A load that crosses a cache line counts twice, and its bounds are checked each time: three of them hide
 * behind 24 multiply-adds (151 GFLOP/s of 159 on an Emerald Rapids), four behind sixteen did not (129).
 */
final class VectorTaps {
    private VectorTaps() {}

    static void tile(int rows, int vectors, int k, float[] a, int aOffset, float[] b, int[] taps, int tapsOffset,
            int at0, int at1, int at2, float[] c, int cOffset, int ldc) {
        if (rows == ROWS && REGISTERS == 32) {
            switch (vectors) {
                case 3 -> taps8x3(k, a, aOffset, b, taps, tapsOffset, at0, at1, at2, c, cOffset, ldc);
                case 2 -> taps8x2(k, a, aOffset, b, taps, tapsOffset, at0, at1, c, cOffset, ldc);
                default -> taps8x1(k, a, aOffset, b, taps, tapsOffset, at0, c, cOffset, ldc);
            }
            return;
        }
        for (int r = 0; r < rows; r += HALF_ROWS) {
            switch (vectors) {
                case 3 -> taps4x3(k, a, aOffset + r, b, taps, tapsOffset, at0, at1, at2, c, cOffset + r * ldc, ldc);
                case 2 -> taps4x2(k, a, aOffset + r, b, taps, tapsOffset, at0, at1, c, cOffset + r * ldc, ldc);
                default -> taps4x1(k, a, aOffset + r, b, taps, tapsOffset, at0, c, cOffset + r * ldc, ldc);
            }
        }
    }

    private static void taps8x3(int k, float[] a, int aOffset, float[] b, int[] taps, int tapsOffset, int at0, int at1, int at2,
            float[] c, int cOffset, int ldc) {
        FloatVector zero = FloatVector.zero(F);
        FloatVector c00 = zero, c01 = zero, c02 = zero;
        FloatVector c10 = zero, c11 = zero, c12 = zero;
        FloatVector c20 = zero, c21 = zero, c22 = zero;
        FloatVector c30 = zero, c31 = zero, c32 = zero;
        FloatVector c40 = zero, c41 = zero, c42 = zero;
        FloatVector c50 = zero, c51 = zero, c52 = zero;
        FloatVector c60 = zero, c61 = zero, c62 = zero;
        FloatVector c70 = zero, c71 = zero, c72 = zero;
        for (int p = 0; p < k; p++) {
            int tap = taps[tapsOffset + p];
            FloatVector b0 = FloatVector.fromArray(F, b, at0 + tap);
            FloatVector b1 = FloatVector.fromArray(F, b, at1 + tap);
            FloatVector b2 = FloatVector.fromArray(F, b, at2 + tap);
            FloatVector a0 = FloatVector.broadcast(F, a[aOffset + p * ROWS]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            c02 = a0.fma(b2, c02);
            FloatVector a1 = FloatVector.broadcast(F, a[aOffset + p * ROWS + 1]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            c12 = a1.fma(b2, c12);
            FloatVector a2 = FloatVector.broadcast(F, a[aOffset + p * ROWS + 2]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            c22 = a2.fma(b2, c22);
            FloatVector a3 = FloatVector.broadcast(F, a[aOffset + p * ROWS + 3]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            c32 = a3.fma(b2, c32);
            FloatVector a4 = FloatVector.broadcast(F, a[aOffset + p * ROWS + 4]);
            c40 = a4.fma(b0, c40);
            c41 = a4.fma(b1, c41);
            c42 = a4.fma(b2, c42);
            FloatVector a5 = FloatVector.broadcast(F, a[aOffset + p * ROWS + 5]);
            c50 = a5.fma(b0, c50);
            c51 = a5.fma(b1, c51);
            c52 = a5.fma(b2, c52);
            FloatVector a6 = FloatVector.broadcast(F, a[aOffset + p * ROWS + 6]);
            c60 = a6.fma(b0, c60);
            c61 = a6.fma(b1, c61);
            c62 = a6.fma(b2, c62);
            FloatVector a7 = FloatVector.broadcast(F, a[aOffset + p * ROWS + 7]);
            c70 = a7.fma(b0, c70);
            c71 = a7.fma(b1, c71);
            c72 = a7.fma(b2, c72);
        }
        c00.intoArray(c, cOffset);
        c01.intoArray(c, cOffset + N);
        c02.intoArray(c, cOffset + 2 * N);
        c10.intoArray(c, cOffset + ldc);
        c11.intoArray(c, cOffset + ldc + N);
        c12.intoArray(c, cOffset + ldc + 2 * N);
        c20.intoArray(c, cOffset + 2 * ldc);
        c21.intoArray(c, cOffset + 2 * ldc + N);
        c22.intoArray(c, cOffset + 2 * ldc + 2 * N);
        c30.intoArray(c, cOffset + 3 * ldc);
        c31.intoArray(c, cOffset + 3 * ldc + N);
        c32.intoArray(c, cOffset + 3 * ldc + 2 * N);
        c40.intoArray(c, cOffset + 4 * ldc);
        c41.intoArray(c, cOffset + 4 * ldc + N);
        c42.intoArray(c, cOffset + 4 * ldc + 2 * N);
        c50.intoArray(c, cOffset + 5 * ldc);
        c51.intoArray(c, cOffset + 5 * ldc + N);
        c52.intoArray(c, cOffset + 5 * ldc + 2 * N);
        c60.intoArray(c, cOffset + 6 * ldc);
        c61.intoArray(c, cOffset + 6 * ldc + N);
        c62.intoArray(c, cOffset + 6 * ldc + 2 * N);
        c70.intoArray(c, cOffset + 7 * ldc);
        c71.intoArray(c, cOffset + 7 * ldc + N);
        c72.intoArray(c, cOffset + 7 * ldc + 2 * N);
    }

    private static void taps8x2(int k, float[] a, int aOffset, float[] b, int[] taps, int tapsOffset, int at0, int at1,
            float[] c, int cOffset, int ldc) {
        FloatVector zero = FloatVector.zero(F);
        FloatVector c00 = zero, c01 = zero;
        FloatVector c10 = zero, c11 = zero;
        FloatVector c20 = zero, c21 = zero;
        FloatVector c30 = zero, c31 = zero;
        FloatVector c40 = zero, c41 = zero;
        FloatVector c50 = zero, c51 = zero;
        FloatVector c60 = zero, c61 = zero;
        FloatVector c70 = zero, c71 = zero;
        for (int p = 0; p < k; p++) {
            int tap = taps[tapsOffset + p];
            FloatVector b0 = FloatVector.fromArray(F, b, at0 + tap);
            FloatVector b1 = FloatVector.fromArray(F, b, at1 + tap);
            FloatVector a0 = FloatVector.broadcast(F, a[aOffset + p * ROWS]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = FloatVector.broadcast(F, a[aOffset + p * ROWS + 1]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 = FloatVector.broadcast(F, a[aOffset + p * ROWS + 2]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 = FloatVector.broadcast(F, a[aOffset + p * ROWS + 3]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            FloatVector a4 = FloatVector.broadcast(F, a[aOffset + p * ROWS + 4]);
            c40 = a4.fma(b0, c40);
            c41 = a4.fma(b1, c41);
            FloatVector a5 = FloatVector.broadcast(F, a[aOffset + p * ROWS + 5]);
            c50 = a5.fma(b0, c50);
            c51 = a5.fma(b1, c51);
            FloatVector a6 = FloatVector.broadcast(F, a[aOffset + p * ROWS + 6]);
            c60 = a6.fma(b0, c60);
            c61 = a6.fma(b1, c61);
            FloatVector a7 = FloatVector.broadcast(F, a[aOffset + p * ROWS + 7]);
            c70 = a7.fma(b0, c70);
            c71 = a7.fma(b1, c71);
        }
        c00.intoArray(c, cOffset);
        c01.intoArray(c, cOffset + N);
        c10.intoArray(c, cOffset + ldc);
        c11.intoArray(c, cOffset + ldc + N);
        c20.intoArray(c, cOffset + 2 * ldc);
        c21.intoArray(c, cOffset + 2 * ldc + N);
        c30.intoArray(c, cOffset + 3 * ldc);
        c31.intoArray(c, cOffset + 3 * ldc + N);
        c40.intoArray(c, cOffset + 4 * ldc);
        c41.intoArray(c, cOffset + 4 * ldc + N);
        c50.intoArray(c, cOffset + 5 * ldc);
        c51.intoArray(c, cOffset + 5 * ldc + N);
        c60.intoArray(c, cOffset + 6 * ldc);
        c61.intoArray(c, cOffset + 6 * ldc + N);
        c70.intoArray(c, cOffset + 7 * ldc);
        c71.intoArray(c, cOffset + 7 * ldc + N);
    }

    private static void taps8x1(int k, float[] a, int aOffset, float[] b, int[] taps, int tapsOffset, int at0,
            float[] c, int cOffset, int ldc) {
        FloatVector zero = FloatVector.zero(F);
        FloatVector c00 = zero;
        FloatVector c10 = zero;
        FloatVector c20 = zero;
        FloatVector c30 = zero;
        FloatVector c40 = zero;
        FloatVector c50 = zero;
        FloatVector c60 = zero;
        FloatVector c70 = zero;
        for (int p = 0; p < k; p++) {
            int tap = taps[tapsOffset + p];
            FloatVector b0 = FloatVector.fromArray(F, b, at0 + tap);
            FloatVector a0 = FloatVector.broadcast(F, a[aOffset + p * ROWS]);
            c00 = a0.fma(b0, c00);
            FloatVector a1 = FloatVector.broadcast(F, a[aOffset + p * ROWS + 1]);
            c10 = a1.fma(b0, c10);
            FloatVector a2 = FloatVector.broadcast(F, a[aOffset + p * ROWS + 2]);
            c20 = a2.fma(b0, c20);
            FloatVector a3 = FloatVector.broadcast(F, a[aOffset + p * ROWS + 3]);
            c30 = a3.fma(b0, c30);
            FloatVector a4 = FloatVector.broadcast(F, a[aOffset + p * ROWS + 4]);
            c40 = a4.fma(b0, c40);
            FloatVector a5 = FloatVector.broadcast(F, a[aOffset + p * ROWS + 5]);
            c50 = a5.fma(b0, c50);
            FloatVector a6 = FloatVector.broadcast(F, a[aOffset + p * ROWS + 6]);
            c60 = a6.fma(b0, c60);
            FloatVector a7 = FloatVector.broadcast(F, a[aOffset + p * ROWS + 7]);
            c70 = a7.fma(b0, c70);
        }
        c00.intoArray(c, cOffset);
        c10.intoArray(c, cOffset + ldc);
        c20.intoArray(c, cOffset + 2 * ldc);
        c30.intoArray(c, cOffset + 3 * ldc);
        c40.intoArray(c, cOffset + 4 * ldc);
        c50.intoArray(c, cOffset + 5 * ldc);
        c60.intoArray(c, cOffset + 6 * ldc);
        c70.intoArray(c, cOffset + 7 * ldc);
    }

    private static void taps4x3(int k, float[] a, int aOffset, float[] b, int[] taps, int tapsOffset, int at0, int at1, int at2,
            float[] c, int cOffset, int ldc) {
        FloatVector zero = FloatVector.zero(F);
        FloatVector c00 = zero, c01 = zero, c02 = zero;
        FloatVector c10 = zero, c11 = zero, c12 = zero;
        FloatVector c20 = zero, c21 = zero, c22 = zero;
        FloatVector c30 = zero, c31 = zero, c32 = zero;
        for (int p = 0; p < k; p++) {
            int tap = taps[tapsOffset + p];
            FloatVector b0 = FloatVector.fromArray(F, b, at0 + tap);
            FloatVector b1 = FloatVector.fromArray(F, b, at1 + tap);
            FloatVector b2 = FloatVector.fromArray(F, b, at2 + tap);
            FloatVector a0 = FloatVector.broadcast(F, a[aOffset + p * ROWS]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            c02 = a0.fma(b2, c02);
            FloatVector a1 = FloatVector.broadcast(F, a[aOffset + p * ROWS + 1]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            c12 = a1.fma(b2, c12);
            FloatVector a2 = FloatVector.broadcast(F, a[aOffset + p * ROWS + 2]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            c22 = a2.fma(b2, c22);
            FloatVector a3 = FloatVector.broadcast(F, a[aOffset + p * ROWS + 3]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            c32 = a3.fma(b2, c32);
        }
        c00.intoArray(c, cOffset);
        c01.intoArray(c, cOffset + N);
        c02.intoArray(c, cOffset + 2 * N);
        c10.intoArray(c, cOffset + ldc);
        c11.intoArray(c, cOffset + ldc + N);
        c12.intoArray(c, cOffset + ldc + 2 * N);
        c20.intoArray(c, cOffset + 2 * ldc);
        c21.intoArray(c, cOffset + 2 * ldc + N);
        c22.intoArray(c, cOffset + 2 * ldc + 2 * N);
        c30.intoArray(c, cOffset + 3 * ldc);
        c31.intoArray(c, cOffset + 3 * ldc + N);
        c32.intoArray(c, cOffset + 3 * ldc + 2 * N);
    }

    private static void taps4x2(int k, float[] a, int aOffset, float[] b, int[] taps, int tapsOffset, int at0, int at1,
            float[] c, int cOffset, int ldc) {
        FloatVector zero = FloatVector.zero(F);
        FloatVector c00 = zero, c01 = zero;
        FloatVector c10 = zero, c11 = zero;
        FloatVector c20 = zero, c21 = zero;
        FloatVector c30 = zero, c31 = zero;
        for (int p = 0; p < k; p++) {
            int tap = taps[tapsOffset + p];
            FloatVector b0 = FloatVector.fromArray(F, b, at0 + tap);
            FloatVector b1 = FloatVector.fromArray(F, b, at1 + tap);
            FloatVector a0 = FloatVector.broadcast(F, a[aOffset + p * ROWS]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = FloatVector.broadcast(F, a[aOffset + p * ROWS + 1]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 = FloatVector.broadcast(F, a[aOffset + p * ROWS + 2]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 = FloatVector.broadcast(F, a[aOffset + p * ROWS + 3]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
        }
        c00.intoArray(c, cOffset);
        c01.intoArray(c, cOffset + N);
        c10.intoArray(c, cOffset + ldc);
        c11.intoArray(c, cOffset + ldc + N);
        c20.intoArray(c, cOffset + 2 * ldc);
        c21.intoArray(c, cOffset + 2 * ldc + N);
        c30.intoArray(c, cOffset + 3 * ldc);
        c31.intoArray(c, cOffset + 3 * ldc + N);
    }

    private static void taps4x1(int k, float[] a, int aOffset, float[] b, int[] taps, int tapsOffset, int at0,
            float[] c, int cOffset, int ldc) {
        FloatVector zero = FloatVector.zero(F);
        FloatVector c00 = zero;
        FloatVector c10 = zero;
        FloatVector c20 = zero;
        FloatVector c30 = zero;
        for (int p = 0; p < k; p++) {
            int tap = taps[tapsOffset + p];
            FloatVector b0 = FloatVector.fromArray(F, b, at0 + tap);
            FloatVector a0 = FloatVector.broadcast(F, a[aOffset + p * ROWS]);
            c00 = a0.fma(b0, c00);
            FloatVector a1 = FloatVector.broadcast(F, a[aOffset + p * ROWS + 1]);
            c10 = a1.fma(b0, c10);
            FloatVector a2 = FloatVector.broadcast(F, a[aOffset + p * ROWS + 2]);
            c20 = a2.fma(b0, c20);
            FloatVector a3 = FloatVector.broadcast(F, a[aOffset + p * ROWS + 3]);
            c30 = a3.fma(b0, c30);
        }
        c00.intoArray(c, cOffset);
        c10.intoArray(c, cOffset + ldc);
        c20.intoArray(c, cOffset + 2 * ldc);
        c30.intoArray(c, cOffset + 3 * ldc);
    }
}
