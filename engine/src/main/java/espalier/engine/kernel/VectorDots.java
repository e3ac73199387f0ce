package espalier.engine.kernel;

import static espalier.engine.kernel.Lanes.F;
import static espalier.engine.kernel.Lanes.N;

import jdk.incubator.vector.FloatVector;

/**
 * Dot products of output gradients with shifted images, a sum for each lane.
 *
 * <p>Six taps of four outputs reach 99 GFLOP/s where four of four reach 80 (ResNet-20's 16→16 at 32×32, Zen 4, peak 116): most
 * loads of a tap cross a cache line and count twice. Sixteen registers hold six taps of two outputs.
 */
final class VectorDots {
    private static final boolean MANY_REGISTERS =
            F.vectorBitSize() == 512 || System.getProperty("os.arch", "").equals("aarch64");

    private VectorDots() {}

    static void dots(int outputs, int vectors, float[] x, int xOffset, int[] xAt, int[] taps, int tapsOffset,
            float[] g, int[] gAt, int gOffset, int ldg, float[] sums, int sumsOffset) {
        int o = 0;
        for (int to = sumsOffset; o < outputs; ) {
            int from = gOffset + o * ldg;
            int together = outputs - o >= 4 && MANY_REGISTERS ? 4 : outputs - o >= 2 ? 2 : 1;
            switch (together) {
                case 4 -> dots4x6(vectors, x, xOffset, xAt, taps, tapsOffset, g, gAt, from, ldg, sums, to);
                case 2 -> dots2x6(vectors, x, xOffset, xAt, taps, tapsOffset, g, gAt, from, ldg, sums, to);
                default -> dots1x6(vectors, x, xOffset, xAt, taps, tapsOffset, g, gAt, from, sums, to);
            }
            o += together;
            to += together * 6 * N;
        }
    }

    static void dots4x6(int vectors, float[] x, int xOffset, int[] xAt, int[] taps, int tapsOffset,
            float[] g, int[] gAt, int gOffset, int ldg, float[] sums, int sumsOffset) {
        int at0 = xOffset + taps[tapsOffset];
        int at1 = xOffset + taps[tapsOffset + 1];
        int at2 = xOffset + taps[tapsOffset + 2];
        int at3 = xOffset + taps[tapsOffset + 3];
        int at4 = xOffset + taps[tapsOffset + 4];
        int at5 = xOffset + taps[tapsOffset + 5];
        FloatVector s00 = FloatVector.fromArray(F, sums, sumsOffset);
        FloatVector s01 = FloatVector.fromArray(F, sums, sumsOffset + N);
        FloatVector s02 = FloatVector.fromArray(F, sums, sumsOffset + 2 * N);
        FloatVector s03 = FloatVector.fromArray(F, sums, sumsOffset + 3 * N);
        FloatVector s04 = FloatVector.fromArray(F, sums, sumsOffset + 4 * N);
        FloatVector s05 = FloatVector.fromArray(F, sums, sumsOffset + 5 * N);
        FloatVector s10 = FloatVector.fromArray(F, sums, sumsOffset + 6 * N);
        FloatVector s11 = FloatVector.fromArray(F, sums, sumsOffset + 7 * N);
        FloatVector s12 = FloatVector.fromArray(F, sums, sumsOffset + 8 * N);
        FloatVector s13 = FloatVector.fromArray(F, sums, sumsOffset + 9 * N);
        FloatVector s14 = FloatVector.fromArray(F, sums, sumsOffset + 10 * N);
        FloatVector s15 = FloatVector.fromArray(F, sums, sumsOffset + 11 * N);
        FloatVector s20 = FloatVector.fromArray(F, sums, sumsOffset + 12 * N);
        FloatVector s21 = FloatVector.fromArray(F, sums, sumsOffset + 13 * N);
        FloatVector s22 = FloatVector.fromArray(F, sums, sumsOffset + 14 * N);
        FloatVector s23 = FloatVector.fromArray(F, sums, sumsOffset + 15 * N);
        FloatVector s24 = FloatVector.fromArray(F, sums, sumsOffset + 16 * N);
        FloatVector s25 = FloatVector.fromArray(F, sums, sumsOffset + 17 * N);
        FloatVector s30 = FloatVector.fromArray(F, sums, sumsOffset + 18 * N);
        FloatVector s31 = FloatVector.fromArray(F, sums, sumsOffset + 19 * N);
        FloatVector s32 = FloatVector.fromArray(F, sums, sumsOffset + 20 * N);
        FloatVector s33 = FloatVector.fromArray(F, sums, sumsOffset + 21 * N);
        FloatVector s34 = FloatVector.fromArray(F, sums, sumsOffset + 22 * N);
        FloatVector s35 = FloatVector.fromArray(F, sums, sumsOffset + 23 * N);
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
            FloatVector x4 = FloatVector.fromArray(F, x, at4 + xp);
            s04 = x4.fma(g0, s04);
            s14 = x4.fma(g1, s14);
            s24 = x4.fma(g2, s24);
            s34 = x4.fma(g3, s34);
            FloatVector x5 = FloatVector.fromArray(F, x, at5 + xp);
            s05 = x5.fma(g0, s05);
            s15 = x5.fma(g1, s15);
            s25 = x5.fma(g2, s25);
            s35 = x5.fma(g3, s35);
        }
        s00.intoArray(sums, sumsOffset);
        s01.intoArray(sums, sumsOffset + N);
        s02.intoArray(sums, sumsOffset + 2 * N);
        s03.intoArray(sums, sumsOffset + 3 * N);
        s04.intoArray(sums, sumsOffset + 4 * N);
        s05.intoArray(sums, sumsOffset + 5 * N);
        s10.intoArray(sums, sumsOffset + 6 * N);
        s11.intoArray(sums, sumsOffset + 7 * N);
        s12.intoArray(sums, sumsOffset + 8 * N);
        s13.intoArray(sums, sumsOffset + 9 * N);
        s14.intoArray(sums, sumsOffset + 10 * N);
        s15.intoArray(sums, sumsOffset + 11 * N);
        s20.intoArray(sums, sumsOffset + 12 * N);
        s21.intoArray(sums, sumsOffset + 13 * N);
        s22.intoArray(sums, sumsOffset + 14 * N);
        s23.intoArray(sums, sumsOffset + 15 * N);
        s24.intoArray(sums, sumsOffset + 16 * N);
        s25.intoArray(sums, sumsOffset + 17 * N);
        s30.intoArray(sums, sumsOffset + 18 * N);
        s31.intoArray(sums, sumsOffset + 19 * N);
        s32.intoArray(sums, sumsOffset + 20 * N);
        s33.intoArray(sums, sumsOffset + 21 * N);
        s34.intoArray(sums, sumsOffset + 22 * N);
        s35.intoArray(sums, sumsOffset + 23 * N);
    }

    static void dots2x6(int vectors, float[] x, int xOffset, int[] xAt, int[] taps, int tapsOffset,
            float[] g, int[] gAt, int gOffset, int ldg, float[] sums, int sumsOffset) {
        int at0 = xOffset + taps[tapsOffset];
        int at1 = xOffset + taps[tapsOffset + 1];
        int at2 = xOffset + taps[tapsOffset + 2];
        int at3 = xOffset + taps[tapsOffset + 3];
        int at4 = xOffset + taps[tapsOffset + 4];
        int at5 = xOffset + taps[tapsOffset + 5];
        FloatVector s00 = FloatVector.fromArray(F, sums, sumsOffset);
        FloatVector s01 = FloatVector.fromArray(F, sums, sumsOffset + N);
        FloatVector s02 = FloatVector.fromArray(F, sums, sumsOffset + 2 * N);
        FloatVector s03 = FloatVector.fromArray(F, sums, sumsOffset + 3 * N);
        FloatVector s04 = FloatVector.fromArray(F, sums, sumsOffset + 4 * N);
        FloatVector s05 = FloatVector.fromArray(F, sums, sumsOffset + 5 * N);
        FloatVector s10 = FloatVector.fromArray(F, sums, sumsOffset + 6 * N);
        FloatVector s11 = FloatVector.fromArray(F, sums, sumsOffset + 7 * N);
        FloatVector s12 = FloatVector.fromArray(F, sums, sumsOffset + 8 * N);
        FloatVector s13 = FloatVector.fromArray(F, sums, sumsOffset + 9 * N);
        FloatVector s14 = FloatVector.fromArray(F, sums, sumsOffset + 10 * N);
        FloatVector s15 = FloatVector.fromArray(F, sums, sumsOffset + 11 * N);
        for (int p = 0; p < vectors; p++) {
            int xp = xAt[p];
            int gp = gOffset + gAt[p];
            FloatVector g0 = FloatVector.fromArray(F, g, gp);
            FloatVector g1 = FloatVector.fromArray(F, g, gp + ldg);
            FloatVector x0 = FloatVector.fromArray(F, x, at0 + xp);
            s00 = x0.fma(g0, s00);
            s10 = x0.fma(g1, s10);
            FloatVector x1 = FloatVector.fromArray(F, x, at1 + xp);
            s01 = x1.fma(g0, s01);
            s11 = x1.fma(g1, s11);
            FloatVector x2 = FloatVector.fromArray(F, x, at2 + xp);
            s02 = x2.fma(g0, s02);
            s12 = x2.fma(g1, s12);
            FloatVector x3 = FloatVector.fromArray(F, x, at3 + xp);
            s03 = x3.fma(g0, s03);
            s13 = x3.fma(g1, s13);
            FloatVector x4 = FloatVector.fromArray(F, x, at4 + xp);
            s04 = x4.fma(g0, s04);
            s14 = x4.fma(g1, s14);
            FloatVector x5 = FloatVector.fromArray(F, x, at5 + xp);
            s05 = x5.fma(g0, s05);
            s15 = x5.fma(g1, s15);
        }
        s00.intoArray(sums, sumsOffset);
        s01.intoArray(sums, sumsOffset + N);
        s02.intoArray(sums, sumsOffset + 2 * N);
        s03.intoArray(sums, sumsOffset + 3 * N);
        s04.intoArray(sums, sumsOffset + 4 * N);
        s05.intoArray(sums, sumsOffset + 5 * N);
        s10.intoArray(sums, sumsOffset + 6 * N);
        s11.intoArray(sums, sumsOffset + 7 * N);
        s12.intoArray(sums, sumsOffset + 8 * N);
        s13.intoArray(sums, sumsOffset + 9 * N);
        s14.intoArray(sums, sumsOffset + 10 * N);
        s15.intoArray(sums, sumsOffset + 11 * N);
    }

    static void dots1x6(int vectors, float[] x, int xOffset, int[] xAt, int[] taps, int tapsOffset,
            float[] g, int[] gAt, int gOffset, float[] sums, int sumsOffset) {
        int at0 = xOffset + taps[tapsOffset];
        int at1 = xOffset + taps[tapsOffset + 1];
        int at2 = xOffset + taps[tapsOffset + 2];
        int at3 = xOffset + taps[tapsOffset + 3];
        int at4 = xOffset + taps[tapsOffset + 4];
        int at5 = xOffset + taps[tapsOffset + 5];
        FloatVector s00 = FloatVector.fromArray(F, sums, sumsOffset);
        FloatVector s01 = FloatVector.fromArray(F, sums, sumsOffset + N);
        FloatVector s02 = FloatVector.fromArray(F, sums, sumsOffset + 2 * N);
        FloatVector s03 = FloatVector.fromArray(F, sums, sumsOffset + 3 * N);
        FloatVector s04 = FloatVector.fromArray(F, sums, sumsOffset + 4 * N);
        FloatVector s05 = FloatVector.fromArray(F, sums, sumsOffset + 5 * N);
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
            FloatVector x4 = FloatVector.fromArray(F, x, at4 + xp);
            s04 = x4.fma(g0, s04);
            FloatVector x5 = FloatVector.fromArray(F, x, at5 + xp);
            s05 = x5.fma(g0, s05);
        }
        s00.intoArray(sums, sumsOffset);
        s01.intoArray(sums, sumsOffset + N);
        s02.intoArray(sums, sumsOffset + 2 * N);
        s03.intoArray(sums, sumsOffset + 3 * N);
        s04.intoArray(sums, sumsOffset + 4 * N);
        s05.intoArray(sums, sumsOffset + 5 * N);
    }
}
