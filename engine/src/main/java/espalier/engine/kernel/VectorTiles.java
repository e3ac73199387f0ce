package espalier.engine.kernel;

import static espalier.engine.kernel.GemmKernels.HALF_ROWS;
import static espalier.engine.kernel.GemmKernels.ROWS;
import static espalier.engine.kernel.Lanes.F;
import static espalier.engine.kernel.Lanes.N;
import static espalier.engine.kernel.Lanes.REGISTERS;

import jdk.incubator.vector.FloatVector;

/**
 * Tiles of eight rows by one to three vectors, added to C; of four rows where there are 16 vector registers, which eight by two
 * would fill.
 *
 * <p>Where two multiply-adds begin in a cycle, the addresses and bounds checks of a loop's loads are what limits it: 4×4 tiles
 * with strides that are variables reached 125 GFLOP/s of 165 on an Emerald Rapids, with packed rows 148, 8×3 tiles, which load
 * three vectors for 24 multiply-adds, 153, however rows of B lie. (Zen 4 begins one a cycle: 4×4 filled 95 % of it.)
 *
 * <p>Accumulators are named locals: C2 keeps an array of vectors in memory. A tile begins from what C holds: adding to it
 * at the end, or a choice between the two inside, outgrew C2's inlining budget, vectors were boxed, and sgemm fell from 90 to
 * 10 GFLOP/s.
 */
final class VectorTiles {
    private VectorTiles() {}

    static void tile(int rows, int vectors, int k, float[] a, int aOffset, float[] b, int bOffset, int ldb,
            float[] c, int cOffset, int ldc) {
        if (rows == ROWS && REGISTERS == 32) {
            switch (vectors) {
                case 3 -> tile8x3(k, a, aOffset, b, bOffset, ldb, c, cOffset, ldc);
                case 2 -> tile8x2(k, a, aOffset, b, bOffset, ldb, c, cOffset, ldc);
                default -> tile8x1(k, a, aOffset, b, bOffset, ldb, c, cOffset, ldc);
            }
            return;
        }
        for (int r = 0; r < rows; r += HALF_ROWS) {
            switch (vectors) {
                case 3 -> tile4x3(k, a, aOffset + r, b, bOffset, ldb, c, cOffset + r * ldc, ldc);
                case 2 -> tile4x2(k, a, aOffset + r, b, bOffset, ldb, c, cOffset + r * ldc, ldc);
                default -> tile4x1(k, a, aOffset + r, b, bOffset, ldb, c, cOffset + r * ldc, ldc);
            }
        }
    }

    private static void tile8x3(int k, float[] a, int aOffset, float[] b, int bOffset, int ldb,
            float[] c, int cOffset, int ldc) {
        FloatVector c00 = FloatVector.fromArray(F, c, cOffset);
        FloatVector c01 = FloatVector.fromArray(F, c, cOffset + N);
        FloatVector c02 = FloatVector.fromArray(F, c, cOffset + 2 * N);
        FloatVector c10 = FloatVector.fromArray(F, c, cOffset + ldc);
        FloatVector c11 = FloatVector.fromArray(F, c, cOffset + ldc + N);
        FloatVector c12 = FloatVector.fromArray(F, c, cOffset + ldc + 2 * N);
        FloatVector c20 = FloatVector.fromArray(F, c, cOffset + 2 * ldc);
        FloatVector c21 = FloatVector.fromArray(F, c, cOffset + 2 * ldc + N);
        FloatVector c22 = FloatVector.fromArray(F, c, cOffset + 2 * ldc + 2 * N);
        FloatVector c30 = FloatVector.fromArray(F, c, cOffset + 3 * ldc);
        FloatVector c31 = FloatVector.fromArray(F, c, cOffset + 3 * ldc + N);
        FloatVector c32 = FloatVector.fromArray(F, c, cOffset + 3 * ldc + 2 * N);
        FloatVector c40 = FloatVector.fromArray(F, c, cOffset + 4 * ldc);
        FloatVector c41 = FloatVector.fromArray(F, c, cOffset + 4 * ldc + N);
        FloatVector c42 = FloatVector.fromArray(F, c, cOffset + 4 * ldc + 2 * N);
        FloatVector c50 = FloatVector.fromArray(F, c, cOffset + 5 * ldc);
        FloatVector c51 = FloatVector.fromArray(F, c, cOffset + 5 * ldc + N);
        FloatVector c52 = FloatVector.fromArray(F, c, cOffset + 5 * ldc + 2 * N);
        FloatVector c60 = FloatVector.fromArray(F, c, cOffset + 6 * ldc);
        FloatVector c61 = FloatVector.fromArray(F, c, cOffset + 6 * ldc + N);
        FloatVector c62 = FloatVector.fromArray(F, c, cOffset + 6 * ldc + 2 * N);
        FloatVector c70 = FloatVector.fromArray(F, c, cOffset + 7 * ldc);
        FloatVector c71 = FloatVector.fromArray(F, c, cOffset + 7 * ldc + N);
        FloatVector c72 = FloatVector.fromArray(F, c, cOffset + 7 * ldc + 2 * N);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(F, b, bOffset + p * ldb);
            FloatVector b1 = FloatVector.fromArray(F, b, bOffset + p * ldb + N);
            FloatVector b2 = FloatVector.fromArray(F, b, bOffset + p * ldb + 2 * N);
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

    private static void tile8x2(int k, float[] a, int aOffset, float[] b, int bOffset, int ldb,
            float[] c, int cOffset, int ldc) {
        FloatVector c00 = FloatVector.fromArray(F, c, cOffset);
        FloatVector c01 = FloatVector.fromArray(F, c, cOffset + N);
        FloatVector c10 = FloatVector.fromArray(F, c, cOffset + ldc);
        FloatVector c11 = FloatVector.fromArray(F, c, cOffset + ldc + N);
        FloatVector c20 = FloatVector.fromArray(F, c, cOffset + 2 * ldc);
        FloatVector c21 = FloatVector.fromArray(F, c, cOffset + 2 * ldc + N);
        FloatVector c30 = FloatVector.fromArray(F, c, cOffset + 3 * ldc);
        FloatVector c31 = FloatVector.fromArray(F, c, cOffset + 3 * ldc + N);
        FloatVector c40 = FloatVector.fromArray(F, c, cOffset + 4 * ldc);
        FloatVector c41 = FloatVector.fromArray(F, c, cOffset + 4 * ldc + N);
        FloatVector c50 = FloatVector.fromArray(F, c, cOffset + 5 * ldc);
        FloatVector c51 = FloatVector.fromArray(F, c, cOffset + 5 * ldc + N);
        FloatVector c60 = FloatVector.fromArray(F, c, cOffset + 6 * ldc);
        FloatVector c61 = FloatVector.fromArray(F, c, cOffset + 6 * ldc + N);
        FloatVector c70 = FloatVector.fromArray(F, c, cOffset + 7 * ldc);
        FloatVector c71 = FloatVector.fromArray(F, c, cOffset + 7 * ldc + N);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(F, b, bOffset + p * ldb);
            FloatVector b1 = FloatVector.fromArray(F, b, bOffset + p * ldb + N);
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

    private static void tile8x1(int k, float[] a, int aOffset, float[] b, int bOffset, int ldb,
            float[] c, int cOffset, int ldc) {
        FloatVector c00 = FloatVector.fromArray(F, c, cOffset);
        FloatVector c10 = FloatVector.fromArray(F, c, cOffset + ldc);
        FloatVector c20 = FloatVector.fromArray(F, c, cOffset + 2 * ldc);
        FloatVector c30 = FloatVector.fromArray(F, c, cOffset + 3 * ldc);
        FloatVector c40 = FloatVector.fromArray(F, c, cOffset + 4 * ldc);
        FloatVector c50 = FloatVector.fromArray(F, c, cOffset + 5 * ldc);
        FloatVector c60 = FloatVector.fromArray(F, c, cOffset + 6 * ldc);
        FloatVector c70 = FloatVector.fromArray(F, c, cOffset + 7 * ldc);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(F, b, bOffset + p * ldb);
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

    private static void tile4x3(int k, float[] a, int aOffset, float[] b, int bOffset, int ldb,
            float[] c, int cOffset, int ldc) {
        FloatVector c00 = FloatVector.fromArray(F, c, cOffset);
        FloatVector c01 = FloatVector.fromArray(F, c, cOffset + N);
        FloatVector c02 = FloatVector.fromArray(F, c, cOffset + 2 * N);
        FloatVector c10 = FloatVector.fromArray(F, c, cOffset + ldc);
        FloatVector c11 = FloatVector.fromArray(F, c, cOffset + ldc + N);
        FloatVector c12 = FloatVector.fromArray(F, c, cOffset + ldc + 2 * N);
        FloatVector c20 = FloatVector.fromArray(F, c, cOffset + 2 * ldc);
        FloatVector c21 = FloatVector.fromArray(F, c, cOffset + 2 * ldc + N);
        FloatVector c22 = FloatVector.fromArray(F, c, cOffset + 2 * ldc + 2 * N);
        FloatVector c30 = FloatVector.fromArray(F, c, cOffset + 3 * ldc);
        FloatVector c31 = FloatVector.fromArray(F, c, cOffset + 3 * ldc + N);
        FloatVector c32 = FloatVector.fromArray(F, c, cOffset + 3 * ldc + 2 * N);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(F, b, bOffset + p * ldb);
            FloatVector b1 = FloatVector.fromArray(F, b, bOffset + p * ldb + N);
            FloatVector b2 = FloatVector.fromArray(F, b, bOffset + p * ldb + 2 * N);
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

    private static void tile4x2(int k, float[] a, int aOffset, float[] b, int bOffset, int ldb,
            float[] c, int cOffset, int ldc) {
        FloatVector c00 = FloatVector.fromArray(F, c, cOffset);
        FloatVector c01 = FloatVector.fromArray(F, c, cOffset + N);
        FloatVector c10 = FloatVector.fromArray(F, c, cOffset + ldc);
        FloatVector c11 = FloatVector.fromArray(F, c, cOffset + ldc + N);
        FloatVector c20 = FloatVector.fromArray(F, c, cOffset + 2 * ldc);
        FloatVector c21 = FloatVector.fromArray(F, c, cOffset + 2 * ldc + N);
        FloatVector c30 = FloatVector.fromArray(F, c, cOffset + 3 * ldc);
        FloatVector c31 = FloatVector.fromArray(F, c, cOffset + 3 * ldc + N);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(F, b, bOffset + p * ldb);
            FloatVector b1 = FloatVector.fromArray(F, b, bOffset + p * ldb + N);
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

    private static void tile4x1(int k, float[] a, int aOffset, float[] b, int bOffset, int ldb,
            float[] c, int cOffset, int ldc) {
        FloatVector c00 = FloatVector.fromArray(F, c, cOffset);
        FloatVector c10 = FloatVector.fromArray(F, c, cOffset + ldc);
        FloatVector c20 = FloatVector.fromArray(F, c, cOffset + 2 * ldc);
        FloatVector c30 = FloatVector.fromArray(F, c, cOffset + 3 * ldc);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(F, b, bOffset + p * ldb);
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
