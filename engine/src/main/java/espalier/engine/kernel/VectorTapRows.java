package espalier.engine.kernel;

import static espalier.engine.kernel.GemmKernels.ROWS;
import static espalier.engine.kernel.Lanes.F;
import static espalier.engine.kernel.Lanes.N;

import jdk.incubator.vector.FloatVector;

/** One row of {@link VectorTaps}. It takes up to four vectors, whose chains of multiply-adds hide each other's latency. */
final class VectorTapRows {
    private VectorTapRows() {}

    static void row(int vectors, int k, float[] a, int aOffset, float[] b, int[] taps, int tapsOffset,
            int at0, int at1, int at2, int at3, float[] c, int cOffset) {
        switch (vectors) {
            case 4 -> taps1x4(k, a, aOffset, b, taps, tapsOffset, at0, at1, at2, at3, c, cOffset);
            case 3 -> taps1x3(k, a, aOffset, b, taps, tapsOffset, at0, at1, at2, c, cOffset);
            case 2 -> taps1x2(k, a, aOffset, b, taps, tapsOffset, at0, at1, c, cOffset);
            default -> taps1x1(k, a, aOffset, b, taps, tapsOffset, at0, c, cOffset);
        }
    }

    private static void taps1x4(int k, float[] a, int aOffset, float[] b, int[] taps, int tapsOffset,
            int at0, int at1, int at2, int at3, float[] c, int cOffset) {
        FloatVector zero = FloatVector.zero(F);
        FloatVector c00 = zero, c01 = zero, c02 = zero, c03 = zero;
        for (int p = 0; p < k; p++) {
            int tap = taps[tapsOffset + p];
            FloatVector b0 = FloatVector.fromArray(F, b, at0 + tap);
            FloatVector b1 = FloatVector.fromArray(F, b, at1 + tap);
            FloatVector b2 = FloatVector.fromArray(F, b, at2 + tap);
            FloatVector b3 = FloatVector.fromArray(F, b, at3 + tap);
            FloatVector a0 = FloatVector.broadcast(F, a[aOffset + p * ROWS]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            c02 = a0.fma(b2, c02);
            c03 = a0.fma(b3, c03);
        }
        c00.intoArray(c, cOffset);
        c01.intoArray(c, cOffset + N);
        c02.intoArray(c, cOffset + 2 * N);
        c03.intoArray(c, cOffset + 3 * N);
    }

    private static void taps1x3(int k, float[] a, int aOffset, float[] b, int[] taps, int tapsOffset,
            int at0, int at1, int at2, float[] c, int cOffset) {
        FloatVector zero = FloatVector.zero(F);
        FloatVector c00 = zero, c01 = zero, c02 = zero;
        for (int p = 0; p < k; p++) {
            int tap = taps[tapsOffset + p];
            FloatVector b0 = FloatVector.fromArray(F, b, at0 + tap);
            FloatVector b1 = FloatVector.fromArray(F, b, at1 + tap);
            FloatVector b2 = FloatVector.fromArray(F, b, at2 + tap);
            FloatVector a0 = FloatVector.broadcast(F, a[aOffset + p * ROWS]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            c02 = a0.fma(b2, c02);
        }
        c00.intoArray(c, cOffset);
        c01.intoArray(c, cOffset + N);
        c02.intoArray(c, cOffset + 2 * N);
    }

    private static void taps1x2(int k, float[] a, int aOffset, float[] b, int[] taps, int tapsOffset,
            int at0, int at1, float[] c, int cOffset) {
        FloatVector zero = FloatVector.zero(F);
        FloatVector c00 = zero, c01 = zero;
        for (int p = 0; p < k; p++) {
            int tap = taps[tapsOffset + p];
            FloatVector b0 = FloatVector.fromArray(F, b, at0 + tap);
            FloatVector b1 = FloatVector.fromArray(F, b, at1 + tap);
            FloatVector a0 = FloatVector.broadcast(F, a[aOffset + p * ROWS]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
        }
        c00.intoArray(c, cOffset);
        c01.intoArray(c, cOffset + N);
    }

    private static void taps1x1(int k, float[] a, int aOffset, float[] b, int[] taps, int tapsOffset,
            int at0, float[] c, int cOffset) {
        FloatVector c00 = FloatVector.zero(F);
        for (int p = 0; p < k; p++) {
            int tap = taps[tapsOffset + p];
            FloatVector b0 = FloatVector.fromArray(F, b, at0 + tap);
            FloatVector a0 = FloatVector.broadcast(F, a[aOffset + p * ROWS]);
            c00 = a0.fma(b0, c00);
        }
        c00.intoArray(c, cOffset);
    }
}
