package espalier.engine.kernel;

import static espalier.engine.kernel.Lanes.F;
import static espalier.engine.kernel.Lanes.N;

import jdk.incubator.vector.FloatVector;

/**
 * Tiles that overwrite C, their column operand where a table says: a convolution reads its padded image in place, without
 * packing panels. A load that crosses a cache line counts twice; four of them still hide behind sixteen multiply-adds.
 */
final class VectorTaps {
    private VectorTaps() {}

    static void four(int vectors, int k, float[] a, int aOffset, float[] b, int[] taps, int tapsOffset,
            int at0, int at1, int at2, int at3, float[] c, int cOffset, int ldc) {
        switch (vectors) {
            case 4 -> taps4x4(k, a, aOffset, b, taps, tapsOffset, at0, at1, at2, at3, c, cOffset, ldc);
            case 3 -> taps4x3(k, a, aOffset, b, taps, tapsOffset, at0, at1, at2, c, cOffset, ldc);
            case 2 -> taps4x2(k, a, aOffset, b, taps, tapsOffset, at0, at1, c, cOffset, ldc);
            case 1 -> taps4x1(k, a, aOffset, b, taps, tapsOffset, at0, c, cOffset, ldc);
            default -> throw new IllegalArgumentException("a tile has 1 to 4 vectors, not " + vectors);
        }
    }

    static void one(int vectors, int k, float[] a, int aOffset, float[] b, int[] taps, int tapsOffset,
            int at0, int at1, int at2, int at3, float[] c, int cOffset) {
        switch (vectors) {
            case 4 -> taps1x4(k, a, aOffset, b, taps, tapsOffset, at0, at1, at2, at3, c, cOffset);
            case 3 -> taps1x3(k, a, aOffset, b, taps, tapsOffset, at0, at1, at2, c, cOffset);
            case 2 -> taps1x2(k, a, aOffset, b, taps, tapsOffset, at0, at1, c, cOffset);
            case 1 -> taps1x1(k, a, aOffset, b, taps, tapsOffset, at0, c, cOffset);
            default -> throw new IllegalArgumentException("a tile has 1 to 4 vectors, not " + vectors);
        }
    }

    private static void taps4x4(int k, float[] a, int aOffset, float[] b, int[] taps, int tapsOffset,
            int at0, int at1, int at2, int at3, float[] c, int cOffset, int ldc) {
        FloatVector c00 = FloatVector.zero(F);
        FloatVector c01 = FloatVector.zero(F);
        FloatVector c02 = FloatVector.zero(F);
        FloatVector c03 = FloatVector.zero(F);
        FloatVector c10 = FloatVector.zero(F);
        FloatVector c11 = FloatVector.zero(F);
        FloatVector c12 = FloatVector.zero(F);
        FloatVector c13 = FloatVector.zero(F);
        FloatVector c20 = FloatVector.zero(F);
        FloatVector c21 = FloatVector.zero(F);
        FloatVector c22 = FloatVector.zero(F);
        FloatVector c23 = FloatVector.zero(F);
        FloatVector c30 = FloatVector.zero(F);
        FloatVector c31 = FloatVector.zero(F);
        FloatVector c32 = FloatVector.zero(F);
        FloatVector c33 = FloatVector.zero(F);
        for (int p = 0; p < k; p++) {
            int tap = taps[tapsOffset + p];
            FloatVector b0 = FloatVector.fromArray(F, b, at0 + tap);
            FloatVector b1 = FloatVector.fromArray(F, b, at1 + tap);
            FloatVector b2 = FloatVector.fromArray(F, b, at2 + tap);
            FloatVector b3 = FloatVector.fromArray(F, b, at3 + tap);
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

    private static void taps4x3(int k, float[] a, int aOffset, float[] b, int[] taps, int tapsOffset,
            int at0, int at1, int at2, float[] c, int cOffset, int ldc) {
        FloatVector c00 = FloatVector.zero(F);
        FloatVector c01 = FloatVector.zero(F);
        FloatVector c02 = FloatVector.zero(F);
        FloatVector c10 = FloatVector.zero(F);
        FloatVector c11 = FloatVector.zero(F);
        FloatVector c12 = FloatVector.zero(F);
        FloatVector c20 = FloatVector.zero(F);
        FloatVector c21 = FloatVector.zero(F);
        FloatVector c22 = FloatVector.zero(F);
        FloatVector c30 = FloatVector.zero(F);
        FloatVector c31 = FloatVector.zero(F);
        FloatVector c32 = FloatVector.zero(F);
        for (int p = 0; p < k; p++) {
            int tap = taps[tapsOffset + p];
            FloatVector b0 = FloatVector.fromArray(F, b, at0 + tap);
            FloatVector b1 = FloatVector.fromArray(F, b, at1 + tap);
            FloatVector b2 = FloatVector.fromArray(F, b, at2 + tap);
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

    private static void taps4x2(int k, float[] a, int aOffset, float[] b, int[] taps, int tapsOffset,
            int at0, int at1, float[] c, int cOffset, int ldc) {
        FloatVector c00 = FloatVector.zero(F);
        FloatVector c01 = FloatVector.zero(F);
        FloatVector c10 = FloatVector.zero(F);
        FloatVector c11 = FloatVector.zero(F);
        FloatVector c20 = FloatVector.zero(F);
        FloatVector c21 = FloatVector.zero(F);
        FloatVector c30 = FloatVector.zero(F);
        FloatVector c31 = FloatVector.zero(F);
        for (int p = 0; p < k; p++) {
            int tap = taps[tapsOffset + p];
            FloatVector b0 = FloatVector.fromArray(F, b, at0 + tap);
            FloatVector b1 = FloatVector.fromArray(F, b, at1 + tap);
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
        c00.intoArray(c, cOffset);
        c01.intoArray(c, cOffset + N);
        c10.intoArray(c, cOffset + ldc);
        c11.intoArray(c, cOffset + ldc + N);
        c20.intoArray(c, cOffset + 2 * ldc);
        c21.intoArray(c, cOffset + 2 * ldc + N);
        c30.intoArray(c, cOffset + 3 * ldc);
        c31.intoArray(c, cOffset + 3 * ldc + N);
    }

    private static void taps4x1(int k, float[] a, int aOffset, float[] b, int[] taps, int tapsOffset,
            int at0, float[] c, int cOffset, int ldc) {
        FloatVector c00 = FloatVector.zero(F);
        FloatVector c10 = FloatVector.zero(F);
        FloatVector c20 = FloatVector.zero(F);
        FloatVector c30 = FloatVector.zero(F);
        for (int p = 0; p < k; p++) {
            int tap = taps[tapsOffset + p];
            FloatVector b0 = FloatVector.fromArray(F, b, at0 + tap);
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

    private static void taps1x4(int k, float[] a, int aOffset, float[] b, int[] taps, int tapsOffset,
            int at0, int at1, int at2, int at3, float[] c, int cOffset) {
        FloatVector c00 = FloatVector.zero(F);
        FloatVector c01 = FloatVector.zero(F);
        FloatVector c02 = FloatVector.zero(F);
        FloatVector c03 = FloatVector.zero(F);
        for (int p = 0; p < k; p++) {
            int tap = taps[tapsOffset + p];
            FloatVector b0 = FloatVector.fromArray(F, b, at0 + tap);
            FloatVector b1 = FloatVector.fromArray(F, b, at1 + tap);
            FloatVector b2 = FloatVector.fromArray(F, b, at2 + tap);
            FloatVector b3 = FloatVector.fromArray(F, b, at3 + tap);
            FloatVector a0 = FloatVector.broadcast(F, a[aOffset + p * 4]);
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
        FloatVector c00 = FloatVector.zero(F);
        FloatVector c01 = FloatVector.zero(F);
        FloatVector c02 = FloatVector.zero(F);
        for (int p = 0; p < k; p++) {
            int tap = taps[tapsOffset + p];
            FloatVector b0 = FloatVector.fromArray(F, b, at0 + tap);
            FloatVector b1 = FloatVector.fromArray(F, b, at1 + tap);
            FloatVector b2 = FloatVector.fromArray(F, b, at2 + tap);
            FloatVector a0 = FloatVector.broadcast(F, a[aOffset + p * 4]);
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
        FloatVector c00 = FloatVector.zero(F);
        FloatVector c01 = FloatVector.zero(F);
        for (int p = 0; p < k; p++) {
            int tap = taps[tapsOffset + p];
            FloatVector b0 = FloatVector.fromArray(F, b, at0 + tap);
            FloatVector b1 = FloatVector.fromArray(F, b, at1 + tap);
            FloatVector a0 = FloatVector.broadcast(F, a[aOffset + p * 4]);
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
            FloatVector a0 = FloatVector.broadcast(F, a[aOffset + p * 4]);
            c00 = a0.fma(b0, c00);
        }
        c00.intoArray(c, cOffset);
    }
}
