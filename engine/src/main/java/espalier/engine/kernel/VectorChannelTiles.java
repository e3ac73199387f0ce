package espalier.engine.kernel;

import static espalier.engine.kernel.Lanes.F;
import static espalier.engine.kernel.Lanes.N;
import static espalier.engine.kernel.Lanes.REGISTERS;

import jdk.incubator.vector.FloatVector;

/**
 * The matrix products of {@link ChannelWinograd}: eight rows by one or two vectors of channels. One vector where there are 16
 * registers. All strides within a tile are constants, so that the addresses of eight loads are one and their bounds checks two.
 */
final class VectorChannelTiles {
    private VectorChannelTiles() {}

    static void product(int vectors, int k, float[] a, int aOffset, int[] terms, float[] b, int bOffset, int bStep,
            float[] c, int cOffset, int cStep) {
        int v = 0;
        for (; v + 2 <= vectors && REGISTERS == 32; v += 2) {
            product8x2(k, a, aOffset, terms, b, bOffset + v * bStep, bStep, c, cOffset + v * cStep, cStep);
        }
        for (; v < vectors; v++) {
            product8x1(k, a, aOffset, terms, b, bOffset + v * bStep, c, cOffset + v * cStep);
        }
    }

    static void accumulate(int vectors, int k, float[] a, int aOffset, float[] b, int bOffset, int bStep,
            float[] c, int cOffset, int cStep) {
        int v = 0;
        for (; v + 2 <= vectors && REGISTERS == 32; v += 2) {
            accumulate8x2(k, a, aOffset, b, bOffset + v * bStep, bStep, c, cOffset + v * cStep, cStep);
        }
        for (; v < vectors; v++) {
            accumulate8x1(k, a, aOffset, b, bOffset + v * bStep, c, cOffset + v * cStep);
        }
    }

    private static void product8x2(int k, float[] a, int aOffset, int[] terms, float[] b, int bOffset, int bStep,
            float[] c, int cOffset, int cStep) {
        FloatVector c00 = FloatVector.zero(F);
        FloatVector c01 = FloatVector.zero(F);
        FloatVector c10 = FloatVector.zero(F);
        FloatVector c11 = FloatVector.zero(F);
        FloatVector c20 = FloatVector.zero(F);
        FloatVector c21 = FloatVector.zero(F);
        FloatVector c30 = FloatVector.zero(F);
        FloatVector c31 = FloatVector.zero(F);
        FloatVector c40 = FloatVector.zero(F);
        FloatVector c41 = FloatVector.zero(F);
        FloatVector c50 = FloatVector.zero(F);
        FloatVector c51 = FloatVector.zero(F);
        FloatVector c60 = FloatVector.zero(F);
        FloatVector c61 = FloatVector.zero(F);
        FloatVector c70 = FloatVector.zero(F);
        FloatVector c71 = FloatVector.zero(F);
        for (int p = 0; p < k; p++) {
            int at = aOffset + terms[p];
            FloatVector b0 = FloatVector.fromArray(F, b, bOffset + p * N);
            FloatVector b1 = FloatVector.fromArray(F, b, bOffset + bStep + p * N);
            FloatVector a0 = FloatVector.broadcast(F, a[at]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = FloatVector.broadcast(F, a[at + N]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 = FloatVector.broadcast(F, a[at + 2 * N]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 = FloatVector.broadcast(F, a[at + 3 * N]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            FloatVector a4 = FloatVector.broadcast(F, a[at + 4 * N]);
            c40 = a4.fma(b0, c40);
            c41 = a4.fma(b1, c41);
            FloatVector a5 = FloatVector.broadcast(F, a[at + 5 * N]);
            c50 = a5.fma(b0, c50);
            c51 = a5.fma(b1, c51);
            FloatVector a6 = FloatVector.broadcast(F, a[at + 6 * N]);
            c60 = a6.fma(b0, c60);
            c61 = a6.fma(b1, c61);
            FloatVector a7 = FloatVector.broadcast(F, a[at + 7 * N]);
            c70 = a7.fma(b0, c70);
            c71 = a7.fma(b1, c71);
        }
        c00.intoArray(c, cOffset);
        c01.intoArray(c, cOffset + cStep);
        c10.intoArray(c, cOffset + N);
        c11.intoArray(c, cOffset + cStep + N);
        c20.intoArray(c, cOffset + 2 * N);
        c21.intoArray(c, cOffset + cStep + 2 * N);
        c30.intoArray(c, cOffset + 3 * N);
        c31.intoArray(c, cOffset + cStep + 3 * N);
        c40.intoArray(c, cOffset + 4 * N);
        c41.intoArray(c, cOffset + cStep + 4 * N);
        c50.intoArray(c, cOffset + 5 * N);
        c51.intoArray(c, cOffset + cStep + 5 * N);
        c60.intoArray(c, cOffset + 6 * N);
        c61.intoArray(c, cOffset + cStep + 6 * N);
        c70.intoArray(c, cOffset + 7 * N);
        c71.intoArray(c, cOffset + cStep + 7 * N);
    }

    private static void product8x1(int k, float[] a, int aOffset, int[] terms, float[] b, int bOffset, float[] c, int cOffset) {
        FloatVector c00 = FloatVector.zero(F);
        FloatVector c10 = FloatVector.zero(F);
        FloatVector c20 = FloatVector.zero(F);
        FloatVector c30 = FloatVector.zero(F);
        FloatVector c40 = FloatVector.zero(F);
        FloatVector c50 = FloatVector.zero(F);
        FloatVector c60 = FloatVector.zero(F);
        FloatVector c70 = FloatVector.zero(F);
        for (int p = 0; p < k; p++) {
            int at = aOffset + terms[p];
            FloatVector b0 = FloatVector.fromArray(F, b, bOffset + p * N);
            FloatVector a0 = FloatVector.broadcast(F, a[at]);
            c00 = a0.fma(b0, c00);
            FloatVector a1 = FloatVector.broadcast(F, a[at + N]);
            c10 = a1.fma(b0, c10);
            FloatVector a2 = FloatVector.broadcast(F, a[at + 2 * N]);
            c20 = a2.fma(b0, c20);
            FloatVector a3 = FloatVector.broadcast(F, a[at + 3 * N]);
            c30 = a3.fma(b0, c30);
            FloatVector a4 = FloatVector.broadcast(F, a[at + 4 * N]);
            c40 = a4.fma(b0, c40);
            FloatVector a5 = FloatVector.broadcast(F, a[at + 5 * N]);
            c50 = a5.fma(b0, c50);
            FloatVector a6 = FloatVector.broadcast(F, a[at + 6 * N]);
            c60 = a6.fma(b0, c60);
            FloatVector a7 = FloatVector.broadcast(F, a[at + 7 * N]);
            c70 = a7.fma(b0, c70);
        }
        c00.intoArray(c, cOffset);
        c10.intoArray(c, cOffset + N);
        c20.intoArray(c, cOffset + 2 * N);
        c30.intoArray(c, cOffset + 3 * N);
        c40.intoArray(c, cOffset + 4 * N);
        c50.intoArray(c, cOffset + 5 * N);
        c60.intoArray(c, cOffset + 6 * N);
        c70.intoArray(c, cOffset + 7 * N);
    }

    private static void accumulate8x2(int k, float[] a, int aOffset, float[] b, int bOffset, int bStep,
            float[] c, int cOffset, int cStep) {
        FloatVector c00 = FloatVector.fromArray(F, c, cOffset);
        FloatVector c01 = FloatVector.fromArray(F, c, cOffset + cStep);
        FloatVector c10 = FloatVector.fromArray(F, c, cOffset + N);
        FloatVector c11 = FloatVector.fromArray(F, c, cOffset + cStep + N);
        FloatVector c20 = FloatVector.fromArray(F, c, cOffset + 2 * N);
        FloatVector c21 = FloatVector.fromArray(F, c, cOffset + cStep + 2 * N);
        FloatVector c30 = FloatVector.fromArray(F, c, cOffset + 3 * N);
        FloatVector c31 = FloatVector.fromArray(F, c, cOffset + cStep + 3 * N);
        FloatVector c40 = FloatVector.fromArray(F, c, cOffset + 4 * N);
        FloatVector c41 = FloatVector.fromArray(F, c, cOffset + cStep + 4 * N);
        FloatVector c50 = FloatVector.fromArray(F, c, cOffset + 5 * N);
        FloatVector c51 = FloatVector.fromArray(F, c, cOffset + cStep + 5 * N);
        FloatVector c60 = FloatVector.fromArray(F, c, cOffset + 6 * N);
        FloatVector c61 = FloatVector.fromArray(F, c, cOffset + cStep + 6 * N);
        FloatVector c70 = FloatVector.fromArray(F, c, cOffset + 7 * N);
        FloatVector c71 = FloatVector.fromArray(F, c, cOffset + cStep + 7 * N);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(F, b, bOffset + p * N);
            FloatVector b1 = FloatVector.fromArray(F, b, bOffset + bStep + p * N);
            FloatVector a0 = FloatVector.broadcast(F, a[aOffset + p * N]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = FloatVector.broadcast(F, a[aOffset + p * N + 1]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 = FloatVector.broadcast(F, a[aOffset + p * N + 2]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 = FloatVector.broadcast(F, a[aOffset + p * N + 3]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            FloatVector a4 = FloatVector.broadcast(F, a[aOffset + p * N + 4]);
            c40 = a4.fma(b0, c40);
            c41 = a4.fma(b1, c41);
            FloatVector a5 = FloatVector.broadcast(F, a[aOffset + p * N + 5]);
            c50 = a5.fma(b0, c50);
            c51 = a5.fma(b1, c51);
            FloatVector a6 = FloatVector.broadcast(F, a[aOffset + p * N + 6]);
            c60 = a6.fma(b0, c60);
            c61 = a6.fma(b1, c61);
            FloatVector a7 = FloatVector.broadcast(F, a[aOffset + p * N + 7]);
            c70 = a7.fma(b0, c70);
            c71 = a7.fma(b1, c71);
        }
        c00.intoArray(c, cOffset);
        c01.intoArray(c, cOffset + cStep);
        c10.intoArray(c, cOffset + N);
        c11.intoArray(c, cOffset + cStep + N);
        c20.intoArray(c, cOffset + 2 * N);
        c21.intoArray(c, cOffset + cStep + 2 * N);
        c30.intoArray(c, cOffset + 3 * N);
        c31.intoArray(c, cOffset + cStep + 3 * N);
        c40.intoArray(c, cOffset + 4 * N);
        c41.intoArray(c, cOffset + cStep + 4 * N);
        c50.intoArray(c, cOffset + 5 * N);
        c51.intoArray(c, cOffset + cStep + 5 * N);
        c60.intoArray(c, cOffset + 6 * N);
        c61.intoArray(c, cOffset + cStep + 6 * N);
        c70.intoArray(c, cOffset + 7 * N);
        c71.intoArray(c, cOffset + cStep + 7 * N);
    }

    private static void accumulate8x1(int k, float[] a, int aOffset, float[] b, int bOffset, float[] c, int cOffset) {
        FloatVector c00 = FloatVector.fromArray(F, c, cOffset);
        FloatVector c10 = FloatVector.fromArray(F, c, cOffset + N);
        FloatVector c20 = FloatVector.fromArray(F, c, cOffset + 2 * N);
        FloatVector c30 = FloatVector.fromArray(F, c, cOffset + 3 * N);
        FloatVector c40 = FloatVector.fromArray(F, c, cOffset + 4 * N);
        FloatVector c50 = FloatVector.fromArray(F, c, cOffset + 5 * N);
        FloatVector c60 = FloatVector.fromArray(F, c, cOffset + 6 * N);
        FloatVector c70 = FloatVector.fromArray(F, c, cOffset + 7 * N);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(F, b, bOffset + p * N);
            FloatVector a0 = FloatVector.broadcast(F, a[aOffset + p * N]);
            c00 = a0.fma(b0, c00);
            FloatVector a1 = FloatVector.broadcast(F, a[aOffset + p * N + 1]);
            c10 = a1.fma(b0, c10);
            FloatVector a2 = FloatVector.broadcast(F, a[aOffset + p * N + 2]);
            c20 = a2.fma(b0, c20);
            FloatVector a3 = FloatVector.broadcast(F, a[aOffset + p * N + 3]);
            c30 = a3.fma(b0, c30);
            FloatVector a4 = FloatVector.broadcast(F, a[aOffset + p * N + 4]);
            c40 = a4.fma(b0, c40);
            FloatVector a5 = FloatVector.broadcast(F, a[aOffset + p * N + 5]);
            c50 = a5.fma(b0, c50);
            FloatVector a6 = FloatVector.broadcast(F, a[aOffset + p * N + 6]);
            c60 = a6.fma(b0, c60);
            FloatVector a7 = FloatVector.broadcast(F, a[aOffset + p * N + 7]);
            c70 = a7.fma(b0, c70);
        }
        c00.intoArray(c, cOffset);
        c10.intoArray(c, cOffset + N);
        c20.intoArray(c, cOffset + 2 * N);
        c30.intoArray(c, cOffset + 3 * N);
        c40.intoArray(c, cOffset + 4 * N);
        c50.intoArray(c, cOffset + 5 * N);
        c60.intoArray(c, cOffset + 6 * N);
        c70.intoArray(c, cOffset + 7 * N);
    }
}
