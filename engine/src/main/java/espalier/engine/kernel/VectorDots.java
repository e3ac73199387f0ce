package espalier.engine.kernel;

import static espalier.engine.kernel.Lanes.F;
import static espalier.engine.kernel.Lanes.N;

import jdk.incubator.vector.FloatVector;

/** Dot products of output gradients with shifted images, a sum for each lane: eight loads for sixteen multiply-adds. */
final class VectorDots {
    private VectorDots() {}

    static void dots4x4(int vectors, float[] x, int[] xAt, int at0, int at1, int at2, int at3,
            float[] g, int[] gAt, int gOffset, int ldg, float[] sums, int sumsOffset) {
        FloatVector s00 = FloatVector.fromArray(F, sums, sumsOffset);
        FloatVector s01 = FloatVector.fromArray(F, sums, sumsOffset + N);
        FloatVector s02 = FloatVector.fromArray(F, sums, sumsOffset + 2 * N);
        FloatVector s03 = FloatVector.fromArray(F, sums, sumsOffset + 3 * N);
        FloatVector s10 = FloatVector.fromArray(F, sums, sumsOffset + 4 * N);
        FloatVector s11 = FloatVector.fromArray(F, sums, sumsOffset + 5 * N);
        FloatVector s12 = FloatVector.fromArray(F, sums, sumsOffset + 6 * N);
        FloatVector s13 = FloatVector.fromArray(F, sums, sumsOffset + 7 * N);
        FloatVector s20 = FloatVector.fromArray(F, sums, sumsOffset + 8 * N);
        FloatVector s21 = FloatVector.fromArray(F, sums, sumsOffset + 9 * N);
        FloatVector s22 = FloatVector.fromArray(F, sums, sumsOffset + 10 * N);
        FloatVector s23 = FloatVector.fromArray(F, sums, sumsOffset + 11 * N);
        FloatVector s30 = FloatVector.fromArray(F, sums, sumsOffset + 12 * N);
        FloatVector s31 = FloatVector.fromArray(F, sums, sumsOffset + 13 * N);
        FloatVector s32 = FloatVector.fromArray(F, sums, sumsOffset + 14 * N);
        FloatVector s33 = FloatVector.fromArray(F, sums, sumsOffset + 15 * N);
        for (int p = 0; p < vectors; p++) {
            int xp = xAt[p];
            int gp = gOffset + gAt[p];
            FloatVector g0 = FloatVector.fromArray(F, g, gp);
            FloatVector g1 = FloatVector.fromArray(F, g, gp + ldg);
            FloatVector g2 = FloatVector.fromArray(F, g, gp + 2 * ldg);
            FloatVector g3 = FloatVector.fromArray(F, g, gp + 3 * ldg);
            FloatVector x0 = FloatVector.fromArray(F, x, at0 + xp);
            s00 = x0.fma(g0, s00);
            s10 = x0.fma(g1, s10);
            s20 = x0.fma(g2, s20);
            s30 = x0.fma(g3, s30);
            FloatVector x1 = FloatVector.fromArray(F, x, at1 + xp);
            s01 = x1.fma(g0, s01);
            s11 = x1.fma(g1, s11);
            s21 = x1.fma(g2, s21);
            s31 = x1.fma(g3, s31);
            FloatVector x2 = FloatVector.fromArray(F, x, at2 + xp);
            s02 = x2.fma(g0, s02);
            s12 = x2.fma(g1, s12);
            s22 = x2.fma(g2, s22);
            s32 = x2.fma(g3, s32);
            FloatVector x3 = FloatVector.fromArray(F, x, at3 + xp);
            s03 = x3.fma(g0, s03);
            s13 = x3.fma(g1, s13);
            s23 = x3.fma(g2, s23);
            s33 = x3.fma(g3, s33);
        }
        s00.intoArray(sums, sumsOffset);
        s01.intoArray(sums, sumsOffset + N);
        s02.intoArray(sums, sumsOffset + 2 * N);
        s03.intoArray(sums, sumsOffset + 3 * N);
        s10.intoArray(sums, sumsOffset + 4 * N);
        s11.intoArray(sums, sumsOffset + 5 * N);
        s12.intoArray(sums, sumsOffset + 6 * N);
        s13.intoArray(sums, sumsOffset + 7 * N);
        s20.intoArray(sums, sumsOffset + 8 * N);
        s21.intoArray(sums, sumsOffset + 9 * N);
        s22.intoArray(sums, sumsOffset + 10 * N);
        s23.intoArray(sums, sumsOffset + 11 * N);
        s30.intoArray(sums, sumsOffset + 12 * N);
        s31.intoArray(sums, sumsOffset + 13 * N);
        s32.intoArray(sums, sumsOffset + 14 * N);
        s33.intoArray(sums, sumsOffset + 15 * N);
    }

    static void dots1x4(int vectors, float[] x, int[] xAt, int at0, int at1, int at2, int at3,
            float[] g, int[] gAt, int gOffset, float[] sums, int sumsOffset) {
        FloatVector s00 = FloatVector.fromArray(F, sums, sumsOffset);
        FloatVector s01 = FloatVector.fromArray(F, sums, sumsOffset + N);
        FloatVector s02 = FloatVector.fromArray(F, sums, sumsOffset + 2 * N);
        FloatVector s03 = FloatVector.fromArray(F, sums, sumsOffset + 3 * N);
        for (int p = 0; p < vectors; p++) {
            int xp = xAt[p];
            int gp = gOffset + gAt[p];
            FloatVector g0 = FloatVector.fromArray(F, g, gp);
            FloatVector x0 = FloatVector.fromArray(F, x, at0 + xp);
            s00 = x0.fma(g0, s00);
            FloatVector x1 = FloatVector.fromArray(F, x, at1 + xp);
            s01 = x1.fma(g0, s01);
            FloatVector x2 = FloatVector.fromArray(F, x, at2 + xp);
            s02 = x2.fma(g0, s02);
            FloatVector x3 = FloatVector.fromArray(F, x, at3 + xp);
            s03 = x3.fma(g0, s03);
        }
        s00.intoArray(sums, sumsOffset);
        s01.intoArray(sums, sumsOffset + N);
        s02.intoArray(sums, sumsOffset + 2 * N);
        s03.intoArray(sums, sumsOffset + 3 * N);
    }
}
