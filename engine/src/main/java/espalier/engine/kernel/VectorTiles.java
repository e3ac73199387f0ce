package espalier.engine.kernel;

import static espalier.engine.kernel.Lanes.F;
import static espalier.engine.kernel.Lanes.N;

import jdk.incubator.vector.FloatVector;

/**
 * Tiles of four rows by one to four vectors, added to C. Sixteen accumulators beat twenty-four (12×2, 8×3, 6×4) where there are
 * 32 vector registers; AVX2 has 16, so three vectors are the most there.
 *
 * <p>Accumulators are named locals: C2 keeps an array of vectors in memory. A tile begins from what C holds: adding to it
 * at the end, or a choice between the two inside, outgrew C2's inlining budget, vectors were boxed, and sgemm fell from 90 to
 * 10 GFLOP/s. Strides that are variables cost nothing (115 GFLOP/s of 116 on Zen 4, as with constants).
 */
final class VectorTiles {
    private VectorTiles() {}

    static void tile(int vectors, int k, float[] a, int aOffset, int rsA, int csA, float[] b, int bOffset, int ldb,
            float[] c, int cOffset, int ldc) {
        switch (vectors) {
            case 4 -> tile4x4(k, a, aOffset, rsA, csA, b, bOffset, ldb, c, cOffset, ldc);
            case 3 -> tile4x3(k, a, aOffset, rsA, csA, b, bOffset, ldb, c, cOffset, ldc);
            case 2 -> tile4x2(k, a, aOffset, rsA, csA, b, bOffset, ldb, c, cOffset, ldc);
            case 1 -> tile4x1(k, a, aOffset, rsA, csA, b, bOffset, ldb, c, cOffset, ldc);
            default -> throw new IllegalArgumentException("a tile has 1 to 4 vectors, not " + vectors);
        }
    }

    private static void tile4x4(int k, float[] a, int aOffset, int rsA, int csA, float[] b, int bOffset, int ldb,
            float[] c, int cOffset, int ldc) {
        FloatVector c00 = FloatVector.fromArray(F, c, cOffset);
        FloatVector c01 = FloatVector.fromArray(F, c, cOffset + N);
        FloatVector c02 = FloatVector.fromArray(F, c, cOffset + 2 * N);
        FloatVector c03 = FloatVector.fromArray(F, c, cOffset + 3 * N);
        FloatVector c10 = FloatVector.fromArray(F, c, cOffset + ldc);
        FloatVector c11 = FloatVector.fromArray(F, c, cOffset + ldc + N);
        FloatVector c12 = FloatVector.fromArray(F, c, cOffset + ldc + 2 * N);
        FloatVector c13 = FloatVector.fromArray(F, c, cOffset + ldc + 3 * N);
        FloatVector c20 = FloatVector.fromArray(F, c, cOffset + 2 * ldc);
        FloatVector c21 = FloatVector.fromArray(F, c, cOffset + 2 * ldc + N);
        FloatVector c22 = FloatVector.fromArray(F, c, cOffset + 2 * ldc + 2 * N);
        FloatVector c23 = FloatVector.fromArray(F, c, cOffset + 2 * ldc + 3 * N);
        FloatVector c30 = FloatVector.fromArray(F, c, cOffset + 3 * ldc);
        FloatVector c31 = FloatVector.fromArray(F, c, cOffset + 3 * ldc + N);
        FloatVector c32 = FloatVector.fromArray(F, c, cOffset + 3 * ldc + 2 * N);
        FloatVector c33 = FloatVector.fromArray(F, c, cOffset + 3 * ldc + 3 * N);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(F, b, bOffset + p * ldb);
            FloatVector b1 = FloatVector.fromArray(F, b, bOffset + p * ldb + N);
            FloatVector b2 = FloatVector.fromArray(F, b, bOffset + p * ldb + 2 * N);
            FloatVector b3 = FloatVector.fromArray(F, b, bOffset + p * ldb + 3 * N);
            FloatVector a0 = FloatVector.broadcast(F, a[aOffset + p * csA]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            c02 = a0.fma(b2, c02);
            c03 = a0.fma(b3, c03);
            FloatVector a1 = FloatVector.broadcast(F, a[aOffset + p * csA + rsA]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            c12 = a1.fma(b2, c12);
            c13 = a1.fma(b3, c13);
            FloatVector a2 = FloatVector.broadcast(F, a[aOffset + p * csA + 2 * rsA]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            c22 = a2.fma(b2, c22);
            c23 = a2.fma(b3, c23);
            FloatVector a3 = FloatVector.broadcast(F, a[aOffset + p * csA + 3 * rsA]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            c32 = a3.fma(b2, c32);
            c33 = a3.fma(b3, c33);
        }
        c00.intoArray(c, cOffset);
        c01.intoArray(c, cOffset + N);
        c02.intoArray(c, cOffset + 2 * N);
        c03.intoArray(c, cOffset + 3 * N);
        c10.intoArray(c, cOffset + ldc);
        c11.intoArray(c, cOffset + ldc + N);
        c12.intoArray(c, cOffset + ldc + 2 * N);
        c13.intoArray(c, cOffset + ldc + 3 * N);
        c20.intoArray(c, cOffset + 2 * ldc);
        c21.intoArray(c, cOffset + 2 * ldc + N);
        c22.intoArray(c, cOffset + 2 * ldc + 2 * N);
        c23.intoArray(c, cOffset + 2 * ldc + 3 * N);
        c30.intoArray(c, cOffset + 3 * ldc);
        c31.intoArray(c, cOffset + 3 * ldc + N);
        c32.intoArray(c, cOffset + 3 * ldc + 2 * N);
        c33.intoArray(c, cOffset + 3 * ldc + 3 * N);
    }

    private static void tile4x3(int k, float[] a, int aOffset, int rsA, int csA, float[] b, int bOffset, int ldb,
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
            FloatVector a0 = FloatVector.broadcast(F, a[aOffset + p * csA]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            c02 = a0.fma(b2, c02);
            FloatVector a1 = FloatVector.broadcast(F, a[aOffset + p * csA + rsA]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            c12 = a1.fma(b2, c12);
            FloatVector a2 = FloatVector.broadcast(F, a[aOffset + p * csA + 2 * rsA]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            c22 = a2.fma(b2, c22);
            FloatVector a3 = FloatVector.broadcast(F, a[aOffset + p * csA + 3 * rsA]);
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

    private static void tile4x2(int k, float[] a, int aOffset, int rsA, int csA, float[] b, int bOffset, int ldb,
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
            FloatVector a0 = FloatVector.broadcast(F, a[aOffset + p * csA]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = FloatVector.broadcast(F, a[aOffset + p * csA + rsA]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 = FloatVector.broadcast(F, a[aOffset + p * csA + 2 * rsA]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 = FloatVector.broadcast(F, a[aOffset + p * csA + 3 * rsA]);
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

    private static void tile4x1(int k, float[] a, int aOffset, int rsA, int csA, float[] b, int bOffset, int ldb,
            float[] c, int cOffset, int ldc) {
        FloatVector c00 = FloatVector.fromArray(F, c, cOffset);
        FloatVector c10 = FloatVector.fromArray(F, c, cOffset + ldc);
        FloatVector c20 = FloatVector.fromArray(F, c, cOffset + 2 * ldc);
        FloatVector c30 = FloatVector.fromArray(F, c, cOffset + 3 * ldc);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(F, b, bOffset + p * ldb);
            FloatVector a0 = FloatVector.broadcast(F, a[aOffset + p * csA]);
            c00 = a0.fma(b0, c00);
            FloatVector a1 = FloatVector.broadcast(F, a[aOffset + p * csA + rsA]);
            c10 = a1.fma(b0, c10);
            FloatVector a2 = FloatVector.broadcast(F, a[aOffset + p * csA + 2 * rsA]);
            c20 = a2.fma(b0, c20);
            FloatVector a3 = FloatVector.broadcast(F, a[aOffset + p * csA + 3 * rsA]);
            c30 = a3.fma(b0, c30);
        }
        c00.intoArray(c, cOffset);
        c10.intoArray(c, cOffset + ldc);
        c20.intoArray(c, cOffset + 2 * ldc);
        c30.intoArray(c, cOffset + 3 * ldc);
    }
}
