package espalier.engine.kernel;

import static espalier.engine.kernel.GemmKernels.OUTER_ROWS;
import static espalier.engine.kernel.Lanes.F;
import static espalier.engine.kernel.Lanes.N;

import jdk.incubator.vector.FloatVector;

/** {@code C += A·B} with A read as it lies, in tiles of 4×4, 8×2 or 12×1 (rows × vectors), as many accumulators as registers allow. */
final class VectorOuter {
    private VectorOuter() {}

    static void accumulate(int m, int vectors, int k, float[] a, int aOffset, int lda, float[] b, int bOffset,
            float[] c, int cOffset) {
        int ld = vectors * N;
        int v = 0;
        for (; v + 4 <= vectors; v += 4) {
            int i = 0;
            for (; i + 4 <= m; i += 4) {
                outer4x4(k, a, aOffset + i * lda, lda, b, bOffset + v * N, ld, c, cOffset + i * ld + v * N);
            }
            for (; i < m; i++) {
                outer1x4(k, a, aOffset + i * lda, b, bOffset + v * N, ld, c, cOffset + i * ld + v * N);
            }
        }
        for (; v + 2 <= vectors; v += 2) {
            int i = 0;
            for (; i + 8 <= m; i += 8) {
                outer8x2(k, a, aOffset + i * lda, lda, b, bOffset + v * N, ld, c, cOffset + i * ld + v * N);
            }
            for (; i < m; i++) {
                outer1x2(k, a, aOffset + i * lda, b, bOffset + v * N, ld, c, cOffset + i * ld + v * N);
            }
        }
        if (v < vectors) {
            int i = 0;
            for (; i + OUTER_ROWS <= m; i += OUTER_ROWS) {
                outer12x1(k, a, aOffset + i * lda, lda, b, bOffset + v * N, ld, c, cOffset + i * ld + v * N);
            }
            for (; i < m; i++) {
                outer1x1(k, a, aOffset + i * lda, b, bOffset + v * N, ld, c, cOffset + i * ld + v * N);
            }
        }
    }

    private static void outer4x4(int k, float[] a, int aOffset, int lda, float[] b, int bOffset, int ldb,
            float[] c, int cOffset) {
        FloatVector c0_0 = FloatVector.fromArray(F, c, cOffset);
        FloatVector c0_1 = FloatVector.fromArray(F, c, cOffset + N);
        FloatVector c0_2 = FloatVector.fromArray(F, c, cOffset + 2 * N);
        FloatVector c0_3 = FloatVector.fromArray(F, c, cOffset + 3 * N);
        FloatVector c1_0 = FloatVector.fromArray(F, c, cOffset + ldb);
        FloatVector c1_1 = FloatVector.fromArray(F, c, cOffset + ldb + N);
        FloatVector c1_2 = FloatVector.fromArray(F, c, cOffset + ldb + 2 * N);
        FloatVector c1_3 = FloatVector.fromArray(F, c, cOffset + ldb + 3 * N);
        FloatVector c2_0 = FloatVector.fromArray(F, c, cOffset + 2 * ldb);
        FloatVector c2_1 = FloatVector.fromArray(F, c, cOffset + 2 * ldb + N);
        FloatVector c2_2 = FloatVector.fromArray(F, c, cOffset + 2 * ldb + 2 * N);
        FloatVector c2_3 = FloatVector.fromArray(F, c, cOffset + 2 * ldb + 3 * N);
        FloatVector c3_0 = FloatVector.fromArray(F, c, cOffset + 3 * ldb);
        FloatVector c3_1 = FloatVector.fromArray(F, c, cOffset + 3 * ldb + N);
        FloatVector c3_2 = FloatVector.fromArray(F, c, cOffset + 3 * ldb + 2 * N);
        FloatVector c3_3 = FloatVector.fromArray(F, c, cOffset + 3 * ldb + 3 * N);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(F, b, bOffset + p * ldb);
            FloatVector b1 = FloatVector.fromArray(F, b, bOffset + p * ldb + N);
            FloatVector b2 = FloatVector.fromArray(F, b, bOffset + p * ldb + 2 * N);
            FloatVector b3 = FloatVector.fromArray(F, b, bOffset + p * ldb + 3 * N);
            FloatVector a0 = FloatVector.broadcast(F, a[aOffset + p]);
            c0_0 = a0.fma(b0, c0_0);
            c0_1 = a0.fma(b1, c0_1);
            c0_2 = a0.fma(b2, c0_2);
            c0_3 = a0.fma(b3, c0_3);
            FloatVector a1 = FloatVector.broadcast(F, a[aOffset + lda + p]);
            c1_0 = a1.fma(b0, c1_0);
            c1_1 = a1.fma(b1, c1_1);
            c1_2 = a1.fma(b2, c1_2);
            c1_3 = a1.fma(b3, c1_3);
            FloatVector a2 = FloatVector.broadcast(F, a[aOffset + 2 * lda + p]);
            c2_0 = a2.fma(b0, c2_0);
            c2_1 = a2.fma(b1, c2_1);
            c2_2 = a2.fma(b2, c2_2);
            c2_3 = a2.fma(b3, c2_3);
            FloatVector a3 = FloatVector.broadcast(F, a[aOffset + 3 * lda + p]);
            c3_0 = a3.fma(b0, c3_0);
            c3_1 = a3.fma(b1, c3_1);
            c3_2 = a3.fma(b2, c3_2);
            c3_3 = a3.fma(b3, c3_3);
        }
        c0_0.intoArray(c, cOffset);
        c0_1.intoArray(c, cOffset + N);
        c0_2.intoArray(c, cOffset + 2 * N);
        c0_3.intoArray(c, cOffset + 3 * N);
        c1_0.intoArray(c, cOffset + ldb);
        c1_1.intoArray(c, cOffset + ldb + N);
        c1_2.intoArray(c, cOffset + ldb + 2 * N);
        c1_3.intoArray(c, cOffset + ldb + 3 * N);
        c2_0.intoArray(c, cOffset + 2 * ldb);
        c2_1.intoArray(c, cOffset + 2 * ldb + N);
        c2_2.intoArray(c, cOffset + 2 * ldb + 2 * N);
        c2_3.intoArray(c, cOffset + 2 * ldb + 3 * N);
        c3_0.intoArray(c, cOffset + 3 * ldb);
        c3_1.intoArray(c, cOffset + 3 * ldb + N);
        c3_2.intoArray(c, cOffset + 3 * ldb + 2 * N);
        c3_3.intoArray(c, cOffset + 3 * ldb + 3 * N);
    }

    private static void outer8x2(int k, float[] a, int aOffset, int lda, float[] b, int bOffset, int ldb,
            float[] c, int cOffset) {
        FloatVector c0_0 = FloatVector.fromArray(F, c, cOffset);
        FloatVector c0_1 = FloatVector.fromArray(F, c, cOffset + N);
        FloatVector c1_0 = FloatVector.fromArray(F, c, cOffset + ldb);
        FloatVector c1_1 = FloatVector.fromArray(F, c, cOffset + ldb + N);
        FloatVector c2_0 = FloatVector.fromArray(F, c, cOffset + 2 * ldb);
        FloatVector c2_1 = FloatVector.fromArray(F, c, cOffset + 2 * ldb + N);
        FloatVector c3_0 = FloatVector.fromArray(F, c, cOffset + 3 * ldb);
        FloatVector c3_1 = FloatVector.fromArray(F, c, cOffset + 3 * ldb + N);
        FloatVector c4_0 = FloatVector.fromArray(F, c, cOffset + 4 * ldb);
        FloatVector c4_1 = FloatVector.fromArray(F, c, cOffset + 4 * ldb + N);
        FloatVector c5_0 = FloatVector.fromArray(F, c, cOffset + 5 * ldb);
        FloatVector c5_1 = FloatVector.fromArray(F, c, cOffset + 5 * ldb + N);
        FloatVector c6_0 = FloatVector.fromArray(F, c, cOffset + 6 * ldb);
        FloatVector c6_1 = FloatVector.fromArray(F, c, cOffset + 6 * ldb + N);
        FloatVector c7_0 = FloatVector.fromArray(F, c, cOffset + 7 * ldb);
        FloatVector c7_1 = FloatVector.fromArray(F, c, cOffset + 7 * ldb + N);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(F, b, bOffset + p * ldb);
            FloatVector b1 = FloatVector.fromArray(F, b, bOffset + p * ldb + N);
            FloatVector a0 = FloatVector.broadcast(F, a[aOffset + p]);
            c0_0 = a0.fma(b0, c0_0);
            c0_1 = a0.fma(b1, c0_1);
            FloatVector a1 = FloatVector.broadcast(F, a[aOffset + lda + p]);
            c1_0 = a1.fma(b0, c1_0);
            c1_1 = a1.fma(b1, c1_1);
            FloatVector a2 = FloatVector.broadcast(F, a[aOffset + 2 * lda + p]);
            c2_0 = a2.fma(b0, c2_0);
            c2_1 = a2.fma(b1, c2_1);
            FloatVector a3 = FloatVector.broadcast(F, a[aOffset + 3 * lda + p]);
            c3_0 = a3.fma(b0, c3_0);
            c3_1 = a3.fma(b1, c3_1);
            FloatVector a4 = FloatVector.broadcast(F, a[aOffset + 4 * lda + p]);
            c4_0 = a4.fma(b0, c4_0);
            c4_1 = a4.fma(b1, c4_1);
            FloatVector a5 = FloatVector.broadcast(F, a[aOffset + 5 * lda + p]);
            c5_0 = a5.fma(b0, c5_0);
            c5_1 = a5.fma(b1, c5_1);
            FloatVector a6 = FloatVector.broadcast(F, a[aOffset + 6 * lda + p]);
            c6_0 = a6.fma(b0, c6_0);
            c6_1 = a6.fma(b1, c6_1);
            FloatVector a7 = FloatVector.broadcast(F, a[aOffset + 7 * lda + p]);
            c7_0 = a7.fma(b0, c7_0);
            c7_1 = a7.fma(b1, c7_1);
        }
        c0_0.intoArray(c, cOffset);
        c0_1.intoArray(c, cOffset + N);
        c1_0.intoArray(c, cOffset + ldb);
        c1_1.intoArray(c, cOffset + ldb + N);
        c2_0.intoArray(c, cOffset + 2 * ldb);
        c2_1.intoArray(c, cOffset + 2 * ldb + N);
        c3_0.intoArray(c, cOffset + 3 * ldb);
        c3_1.intoArray(c, cOffset + 3 * ldb + N);
        c4_0.intoArray(c, cOffset + 4 * ldb);
        c4_1.intoArray(c, cOffset + 4 * ldb + N);
        c5_0.intoArray(c, cOffset + 5 * ldb);
        c5_1.intoArray(c, cOffset + 5 * ldb + N);
        c6_0.intoArray(c, cOffset + 6 * ldb);
        c6_1.intoArray(c, cOffset + 6 * ldb + N);
        c7_0.intoArray(c, cOffset + 7 * ldb);
        c7_1.intoArray(c, cOffset + 7 * ldb + N);
    }

    private static void outer12x1(int k, float[] a, int aOffset, int lda, float[] b, int bOffset, int ldb,
            float[] c, int cOffset) {
        FloatVector c0_0 = FloatVector.fromArray(F, c, cOffset);
        FloatVector c1_0 = FloatVector.fromArray(F, c, cOffset + ldb);
        FloatVector c2_0 = FloatVector.fromArray(F, c, cOffset + 2 * ldb);
        FloatVector c3_0 = FloatVector.fromArray(F, c, cOffset + 3 * ldb);
        FloatVector c4_0 = FloatVector.fromArray(F, c, cOffset + 4 * ldb);
        FloatVector c5_0 = FloatVector.fromArray(F, c, cOffset + 5 * ldb);
        FloatVector c6_0 = FloatVector.fromArray(F, c, cOffset + 6 * ldb);
        FloatVector c7_0 = FloatVector.fromArray(F, c, cOffset + 7 * ldb);
        FloatVector c8_0 = FloatVector.fromArray(F, c, cOffset + 8 * ldb);
        FloatVector c9_0 = FloatVector.fromArray(F, c, cOffset + 9 * ldb);
        FloatVector c10_0 = FloatVector.fromArray(F, c, cOffset + 10 * ldb);
        FloatVector c11_0 = FloatVector.fromArray(F, c, cOffset + 11 * ldb);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(F, b, bOffset + p * ldb);
            c0_0 = FloatVector.broadcast(F, a[aOffset + p]).fma(b0, c0_0);
            c1_0 = FloatVector.broadcast(F, a[aOffset + lda + p]).fma(b0, c1_0);
            c2_0 = FloatVector.broadcast(F, a[aOffset + 2 * lda + p]).fma(b0, c2_0);
            c3_0 = FloatVector.broadcast(F, a[aOffset + 3 * lda + p]).fma(b0, c3_0);
            c4_0 = FloatVector.broadcast(F, a[aOffset + 4 * lda + p]).fma(b0, c4_0);
            c5_0 = FloatVector.broadcast(F, a[aOffset + 5 * lda + p]).fma(b0, c5_0);
            c6_0 = FloatVector.broadcast(F, a[aOffset + 6 * lda + p]).fma(b0, c6_0);
            c7_0 = FloatVector.broadcast(F, a[aOffset + 7 * lda + p]).fma(b0, c7_0);
            c8_0 = FloatVector.broadcast(F, a[aOffset + 8 * lda + p]).fma(b0, c8_0);
            c9_0 = FloatVector.broadcast(F, a[aOffset + 9 * lda + p]).fma(b0, c9_0);
            c10_0 = FloatVector.broadcast(F, a[aOffset + 10 * lda + p]).fma(b0, c10_0);
            c11_0 = FloatVector.broadcast(F, a[aOffset + 11 * lda + p]).fma(b0, c11_0);
        }
        c0_0.intoArray(c, cOffset);
        c1_0.intoArray(c, cOffset + ldb);
        c2_0.intoArray(c, cOffset + 2 * ldb);
        c3_0.intoArray(c, cOffset + 3 * ldb);
        c4_0.intoArray(c, cOffset + 4 * ldb);
        c5_0.intoArray(c, cOffset + 5 * ldb);
        c6_0.intoArray(c, cOffset + 6 * ldb);
        c7_0.intoArray(c, cOffset + 7 * ldb);
        c8_0.intoArray(c, cOffset + 8 * ldb);
        c9_0.intoArray(c, cOffset + 9 * ldb);
        c10_0.intoArray(c, cOffset + 10 * ldb);
        c11_0.intoArray(c, cOffset + 11 * ldb);
    }

    private static void outer1x4(int k, float[] a, int aOffset, float[] b, int bOffset, int ldb,
            float[] c, int cOffset) {
        FloatVector c0_0 = FloatVector.fromArray(F, c, cOffset);
        FloatVector c0_1 = FloatVector.fromArray(F, c, cOffset + N);
        FloatVector c0_2 = FloatVector.fromArray(F, c, cOffset + 2 * N);
        FloatVector c0_3 = FloatVector.fromArray(F, c, cOffset + 3 * N);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(F, b, bOffset + p * ldb);
            FloatVector b1 = FloatVector.fromArray(F, b, bOffset + p * ldb + N);
            FloatVector b2 = FloatVector.fromArray(F, b, bOffset + p * ldb + 2 * N);
            FloatVector b3 = FloatVector.fromArray(F, b, bOffset + p * ldb + 3 * N);
            FloatVector a0 = FloatVector.broadcast(F, a[aOffset + p]);
            c0_0 = a0.fma(b0, c0_0);
            c0_1 = a0.fma(b1, c0_1);
            c0_2 = a0.fma(b2, c0_2);
            c0_3 = a0.fma(b3, c0_3);
        }
        c0_0.intoArray(c, cOffset);
        c0_1.intoArray(c, cOffset + N);
        c0_2.intoArray(c, cOffset + 2 * N);
        c0_3.intoArray(c, cOffset + 3 * N);
    }

    private static void outer1x2(int k, float[] a, int aOffset, float[] b, int bOffset, int ldb,
            float[] c, int cOffset) {
        FloatVector c0_0 = FloatVector.fromArray(F, c, cOffset);
        FloatVector c0_1 = FloatVector.fromArray(F, c, cOffset + N);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(F, b, bOffset + p * ldb);
            FloatVector b1 = FloatVector.fromArray(F, b, bOffset + p * ldb + N);
            FloatVector a0 = FloatVector.broadcast(F, a[aOffset + p]);
            c0_0 = a0.fma(b0, c0_0);
            c0_1 = a0.fma(b1, c0_1);
        }
        c0_0.intoArray(c, cOffset);
        c0_1.intoArray(c, cOffset + N);
    }

    private static void outer1x1(int k, float[] a, int aOffset, float[] b, int bOffset, int ldb,
            float[] c, int cOffset) {
        FloatVector c0_0 = FloatVector.fromArray(F, c, cOffset);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(F, b, bOffset + p * ldb);
            c0_0 = FloatVector.broadcast(F, a[aOffset + p]).fma(b0, c0_0);
        }
        c0_0.intoArray(c, cOffset);
    }
}
