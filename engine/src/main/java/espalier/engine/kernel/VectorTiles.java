package espalier.engine.kernel;

import static espalier.engine.kernel.Lanes.F;
import static espalier.engine.kernel.Lanes.N;

import jdk.incubator.vector.FloatVector;

/**
 * Tiles of four rows by one to four vectors. Sixteen accumulators beat twenty-four (12×2, 8×3, 6×4) where there are 32 vector
 * registers; AVX2 has 16, so three vectors are the most there.
 *
 * <p>Accumulators are named locals: C2 keeps an array of vectors in memory. A tile only ever overwrites: with the choice to add
 * to C inside, the method outgrew C2's inlining budget, vectors were boxed, and sgemm fell from 90 to 10 GFLOP/s.
 */
final class VectorTiles {
    private VectorTiles() {}

    static void tile(int vectors, int k, float[] a, int aOffset, float[] b, int bOffset,
            float[] c, int cOffset, int ldc) {
        switch (vectors) {
            case 4 -> tile4x4(k, a, aOffset, b, bOffset, c, cOffset, ldc);
            case 3 -> tile4x3(k, a, aOffset, b, bOffset, c, cOffset, ldc);
            case 2 -> tile4x2(k, a, aOffset, b, bOffset, c, cOffset, ldc);
            case 1 -> tile4x1(k, a, aOffset, b, bOffset, c, cOffset, ldc);
            default -> throw new IllegalArgumentException("a tile has 1 to 4 vectors, not " + vectors);
        }
    }

    private static void tile4x4(int k, float[] a, int aOffset, float[] b, int bOffset,
            float[] c, int cOffset, int ldc) {
        FloatVector c00 = FloatVector.zero(F), c01 = FloatVector.zero(F),
                c02 = FloatVector.zero(F), c03 = FloatVector.zero(F);
        FloatVector c10 = FloatVector.zero(F), c11 = FloatVector.zero(F),
                c12 = FloatVector.zero(F), c13 = FloatVector.zero(F);
        FloatVector c20 = FloatVector.zero(F), c21 = FloatVector.zero(F),
                c22 = FloatVector.zero(F), c23 = FloatVector.zero(F);
        FloatVector c30 = FloatVector.zero(F), c31 = FloatVector.zero(F),
                c32 = FloatVector.zero(F), c33 = FloatVector.zero(F);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(F, b, bOffset + p * (4 * N));
            FloatVector b1 = FloatVector.fromArray(F, b, bOffset + p * (4 * N) + N);
            FloatVector b2 = FloatVector.fromArray(F, b, bOffset + p * (4 * N) + 2 * N);
            FloatVector b3 = FloatVector.fromArray(F, b, bOffset + p * (4 * N) + 3 * N);
            FloatVector a0 = FloatVector.broadcast(F, a[aOffset + p * 4]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            c02 = a0.fma(b2, c02);
            c03 = a0.fma(b3, c03);
            FloatVector a1 = FloatVector.broadcast(F, a[aOffset + p * 4 + 1]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            c12 = a1.fma(b2, c12);
            c13 = a1.fma(b3, c13);
            FloatVector a2 = FloatVector.broadcast(F, a[aOffset + p * 4 + 2]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            c22 = a2.fma(b2, c22);
            c23 = a2.fma(b3, c23);
            FloatVector a3 = FloatVector.broadcast(F, a[aOffset + p * 4 + 3]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            c32 = a3.fma(b2, c32);
            c33 = a3.fma(b3, c33);
        }
        store4(c00, c01, c02, c03, c, cOffset);
        store4(c10, c11, c12, c13, c, cOffset + ldc);
        store4(c20, c21, c22, c23, c, cOffset + 2 * ldc);
        store4(c30, c31, c32, c33, c, cOffset + 3 * ldc);
    }

    private static void tile4x3(int k, float[] a, int aOffset, float[] b, int bOffset,
            float[] c, int cOffset, int ldc) {
        FloatVector c00 = FloatVector.zero(F),
                c01 = FloatVector.zero(F), c02 = FloatVector.zero(F);
        FloatVector c10 = FloatVector.zero(F),
                c11 = FloatVector.zero(F), c12 = FloatVector.zero(F);
        FloatVector c20 = FloatVector.zero(F),
                c21 = FloatVector.zero(F), c22 = FloatVector.zero(F);
        FloatVector c30 = FloatVector.zero(F),
                c31 = FloatVector.zero(F), c32 = FloatVector.zero(F);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(F, b, bOffset + p * (3 * N));
            FloatVector b1 = FloatVector.fromArray(F, b, bOffset + p * (3 * N) + N);
            FloatVector b2 = FloatVector.fromArray(F, b, bOffset + p * (3 * N) + 2 * N);
            FloatVector a0 = FloatVector.broadcast(F, a[aOffset + p * 4]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            c02 = a0.fma(b2, c02);
            FloatVector a1 = FloatVector.broadcast(F, a[aOffset + p * 4 + 1]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            c12 = a1.fma(b2, c12);
            FloatVector a2 = FloatVector.broadcast(F, a[aOffset + p * 4 + 2]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            c22 = a2.fma(b2, c22);
            FloatVector a3 = FloatVector.broadcast(F, a[aOffset + p * 4 + 3]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            c32 = a3.fma(b2, c32);
        }
        store3(c00, c01, c02, c, cOffset);
        store3(c10, c11, c12, c, cOffset + ldc);
        store3(c20, c21, c22, c, cOffset + 2 * ldc);
        store3(c30, c31, c32, c, cOffset + 3 * ldc);
    }

    private static void tile4x2(int k, float[] a, int aOffset, float[] b, int bOffset,
            float[] c, int cOffset, int ldc) {
        FloatVector c00 = FloatVector.zero(F), c01 = FloatVector.zero(F);
        FloatVector c10 = FloatVector.zero(F), c11 = FloatVector.zero(F);
        FloatVector c20 = FloatVector.zero(F), c21 = FloatVector.zero(F);
        FloatVector c30 = FloatVector.zero(F), c31 = FloatVector.zero(F);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(F, b, bOffset + p * (2 * N));
            FloatVector b1 = FloatVector.fromArray(F, b, bOffset + p * (2 * N) + N);
            FloatVector a0 = FloatVector.broadcast(F, a[aOffset + p * 4]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = FloatVector.broadcast(F, a[aOffset + p * 4 + 1]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 = FloatVector.broadcast(F, a[aOffset + p * 4 + 2]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 = FloatVector.broadcast(F, a[aOffset + p * 4 + 3]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
        }
        store2(c00, c01, c, cOffset);
        store2(c10, c11, c, cOffset + ldc);
        store2(c20, c21, c, cOffset + 2 * ldc);
        store2(c30, c31, c, cOffset + 3 * ldc);
    }

    private static void tile4x1(int k, float[] a, int aOffset, float[] b, int bOffset,
            float[] c, int cOffset, int ldc) {
        FloatVector c00 = FloatVector.zero(F);
        FloatVector c10 = FloatVector.zero(F);
        FloatVector c20 = FloatVector.zero(F);
        FloatVector c30 = FloatVector.zero(F);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(F, b, bOffset + p * N);
            FloatVector a0 = FloatVector.broadcast(F, a[aOffset + p * 4]);
            c00 = a0.fma(b0, c00);
            FloatVector a1 = FloatVector.broadcast(F, a[aOffset + p * 4 + 1]);
            c10 = a1.fma(b0, c10);
            FloatVector a2 = FloatVector.broadcast(F, a[aOffset + p * 4 + 2]);
            c20 = a2.fma(b0, c20);
            FloatVector a3 = FloatVector.broadcast(F, a[aOffset + p * 4 + 3]);
            c30 = a3.fma(b0, c30);
        }
        c00.intoArray(c, cOffset);
        c10.intoArray(c, cOffset + ldc);
        c20.intoArray(c, cOffset + 2 * ldc);
        c30.intoArray(c, cOffset + 3 * ldc);
    }

    private static void store4(FloatVector v0, FloatVector v1, FloatVector v2, FloatVector v3, float[] c, int at) {
        v0.intoArray(c, at);
        v1.intoArray(c, at + N);
        v2.intoArray(c, at + 2 * N);
        v3.intoArray(c, at + 3 * N);
    }

    private static void store3(FloatVector v0, FloatVector v1, FloatVector v2, float[] c, int at) {
        v0.intoArray(c, at);
        v1.intoArray(c, at + N);
        v2.intoArray(c, at + 2 * N);
    }

    private static void store2(FloatVector v0, FloatVector v1, float[] c, int at) {
        v0.intoArray(c, at);
        v1.intoArray(c, at + N);
    }
}
