package espalier.engine.kernel;

import static espalier.engine.kernel.Lanes.F;
import static espalier.engine.kernel.Lanes.N;

import jdk.incubator.vector.FloatVector;

/** Dot products of four rows with four rows, a sum for each lane: eight loads for sixteen multiply-adds. */
final class VectorDots {
    private VectorDots() {}

    static void dots4x4(int vectors, float[] a, int aOffset, int lda, float[] b, int bOffset, int ldb, float[] sums, int at) {
        FloatVector s00 = FloatVector.fromArray(F, sums, at);
        FloatVector s01 = FloatVector.fromArray(F, sums, at + N);
        FloatVector s02 = FloatVector.fromArray(F, sums, at + 2 * N);
        FloatVector s03 = FloatVector.fromArray(F, sums, at + 3 * N);
        FloatVector s10 = FloatVector.fromArray(F, sums, at + 4 * N);
        FloatVector s11 = FloatVector.fromArray(F, sums, at + 5 * N);
        FloatVector s12 = FloatVector.fromArray(F, sums, at + 6 * N);
        FloatVector s13 = FloatVector.fromArray(F, sums, at + 7 * N);
        FloatVector s20 = FloatVector.fromArray(F, sums, at + 8 * N);
        FloatVector s21 = FloatVector.fromArray(F, sums, at + 9 * N);
        FloatVector s22 = FloatVector.fromArray(F, sums, at + 10 * N);
        FloatVector s23 = FloatVector.fromArray(F, sums, at + 11 * N);
        FloatVector s30 = FloatVector.fromArray(F, sums, at + 12 * N);
        FloatVector s31 = FloatVector.fromArray(F, sums, at + 13 * N);
        FloatVector s32 = FloatVector.fromArray(F, sums, at + 14 * N);
        FloatVector s33 = FloatVector.fromArray(F, sums, at + 15 * N);
        for (int p = 0; p < vectors; p++) {
            FloatVector b0 = FloatVector.fromArray(F, b, bOffset + p * N);
            FloatVector b1 = FloatVector.fromArray(F, b, bOffset + ldb + p * N);
            FloatVector b2 = FloatVector.fromArray(F, b, bOffset + 2 * ldb + p * N);
            FloatVector b3 = FloatVector.fromArray(F, b, bOffset + 3 * ldb + p * N);
            FloatVector a0 = FloatVector.fromArray(F, a, aOffset + p * N);
            s00 = a0.fma(b0, s00);
            s01 = a0.fma(b1, s01);
            s02 = a0.fma(b2, s02);
            s03 = a0.fma(b3, s03);
            FloatVector a1 = FloatVector.fromArray(F, a, aOffset + lda + p * N);
            s10 = a1.fma(b0, s10);
            s11 = a1.fma(b1, s11);
            s12 = a1.fma(b2, s12);
            s13 = a1.fma(b3, s13);
            FloatVector a2 = FloatVector.fromArray(F, a, aOffset + 2 * lda + p * N);
            s20 = a2.fma(b0, s20);
            s21 = a2.fma(b1, s21);
            s22 = a2.fma(b2, s22);
            s23 = a2.fma(b3, s23);
            FloatVector a3 = FloatVector.fromArray(F, a, aOffset + 3 * lda + p * N);
            s30 = a3.fma(b0, s30);
            s31 = a3.fma(b1, s31);
            s32 = a3.fma(b2, s32);
            s33 = a3.fma(b3, s33);
        }
        s00.intoArray(sums, at);
        s01.intoArray(sums, at + N);
        s02.intoArray(sums, at + 2 * N);
        s03.intoArray(sums, at + 3 * N);
        s10.intoArray(sums, at + 4 * N);
        s11.intoArray(sums, at + 5 * N);
        s12.intoArray(sums, at + 6 * N);
        s13.intoArray(sums, at + 7 * N);
        s20.intoArray(sums, at + 8 * N);
        s21.intoArray(sums, at + 9 * N);
        s22.intoArray(sums, at + 10 * N);
        s23.intoArray(sums, at + 11 * N);
        s30.intoArray(sums, at + 12 * N);
        s31.intoArray(sums, at + 13 * N);
        s32.intoArray(sums, at + 14 * N);
        s33.intoArray(sums, at + 15 * N);
    }
}
