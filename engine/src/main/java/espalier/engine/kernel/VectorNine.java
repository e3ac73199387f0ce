package espalier.engine.kernel;

import static espalier.engine.kernel.GemmKernels.ROWS;
import static espalier.engine.kernel.Lanes.F;
import static espalier.engine.kernel.Lanes.N;

import jdk.incubator.vector.FloatVector;

/** 3×3 depthwise convolutions by whole vectors, and their weight gradient. */
final class VectorNine {
    private VectorNine() {}

    static void taps(float[] a, int w, float[] b, int from, int[] taps, int[] positions, float[] c, int to, int[] targets) {
        int tap0 = taps[0];
        int tap1 = taps[1];
        int tap2 = taps[2];
        int tap3 = taps[3];
        int tap4 = taps[4];
        int tap5 = taps[5];
        int tap6 = taps[6];
        int tap7 = taps[7];
        int tap8 = taps[8];
        FloatVector a0 = FloatVector.broadcast(F, a[w]);
        FloatVector a1 = FloatVector.broadcast(F, a[w + ROWS]);
        FloatVector a2 = FloatVector.broadcast(F, a[w + 2 * ROWS]);
        FloatVector a3 = FloatVector.broadcast(F, a[w + 3 * ROWS]);
        FloatVector a4 = FloatVector.broadcast(F, a[w + 4 * ROWS]);
        FloatVector a5 = FloatVector.broadcast(F, a[w + 5 * ROWS]);
        FloatVector a6 = FloatVector.broadcast(F, a[w + 6 * ROWS]);
        FloatVector a7 = FloatVector.broadcast(F, a[w + 7 * ROWS]);
        FloatVector a8 = FloatVector.broadcast(F, a[w + 8 * ROWS]);
        for (int v = 0; v < positions.length; v++) {
            int at = from + positions[v];
            FloatVector sum = a0.mul(FloatVector.fromArray(F, b, at + tap0));
            sum = a1.fma(FloatVector.fromArray(F, b, at + tap1), sum);
            sum = a2.fma(FloatVector.fromArray(F, b, at + tap2), sum);
            sum = a3.fma(FloatVector.fromArray(F, b, at + tap3), sum);
            sum = a4.fma(FloatVector.fromArray(F, b, at + tap4), sum);
            sum = a5.fma(FloatVector.fromArray(F, b, at + tap5), sum);
            sum = a6.fma(FloatVector.fromArray(F, b, at + tap6), sum);
            sum = a7.fma(FloatVector.fromArray(F, b, at + tap7), sum);
            sum = a8.fma(FloatVector.fromArray(F, b, at + tap8), sum);
            sum.intoArray(c, to + targets[v]);
        }
    }

    /**
     * Taps of a row lie a vector apart, whatever its length: of nine addresses six would be spilled, and checked one by one. That took
     * 7.3 ns a vector (Zen 4).
     */
    static void lanes(int vectors, float[] a, int w, float[] b, int from, int row, int[] positions, float[] c, int to) {
        FloatVector a0 = FloatVector.fromArray(F, a, w);
        FloatVector a1 = FloatVector.fromArray(F, a, w + N);
        FloatVector a2 = FloatVector.fromArray(F, a, w + 2 * N);
        FloatVector a3 = FloatVector.fromArray(F, a, w + 3 * N);
        FloatVector a4 = FloatVector.fromArray(F, a, w + 4 * N);
        FloatVector a5 = FloatVector.fromArray(F, a, w + 5 * N);
        FloatVector a6 = FloatVector.fromArray(F, a, w + 6 * N);
        FloatVector a7 = FloatVector.fromArray(F, a, w + 7 * N);
        FloatVector a8 = FloatVector.fromArray(F, a, w + 8 * N);
        for (int v = 0; v < vectors; v++) {
            int at = from + positions[v];
            int second = at + row;
            int third = second + row;
            FloatVector sum = a0.mul(FloatVector.fromArray(F, b, at));
            sum = a1.fma(FloatVector.fromArray(F, b, at + N), sum);
            sum = a2.fma(FloatVector.fromArray(F, b, at + 2 * N), sum);
            sum = a3.fma(FloatVector.fromArray(F, b, second), sum);
            sum = a4.fma(FloatVector.fromArray(F, b, second + N), sum);
            sum = a5.fma(FloatVector.fromArray(F, b, second + 2 * N), sum);
            sum = a6.fma(FloatVector.fromArray(F, b, third), sum);
            sum = a7.fma(FloatVector.fromArray(F, b, third + N), sum);
            sum = a8.fma(FloatVector.fromArray(F, b, third + 2 * N), sum);
            sum.intoArray(c, to + v * N);
        }
    }

    static void dots(int vectors, float[] x, int from, int row, int[] positions, float[] g, int gradients, float[] sums, int to) {
        FloatVector s0 = FloatVector.fromArray(F, sums, to);
        FloatVector s1 = FloatVector.fromArray(F, sums, to + N);
        FloatVector s2 = FloatVector.fromArray(F, sums, to + 2 * N);
        FloatVector s3 = FloatVector.fromArray(F, sums, to + 3 * N);
        FloatVector s4 = FloatVector.fromArray(F, sums, to + 4 * N);
        FloatVector s5 = FloatVector.fromArray(F, sums, to + 5 * N);
        FloatVector s6 = FloatVector.fromArray(F, sums, to + 6 * N);
        FloatVector s7 = FloatVector.fromArray(F, sums, to + 7 * N);
        FloatVector s8 = FloatVector.fromArray(F, sums, to + 8 * N);
        for (int v = 0; v < vectors; v++) {
            FloatVector gy = FloatVector.fromArray(F, g, gradients + v * N);
            int at = from + positions[v];
            int second = at + row;
            int third = second + row;
            s0 = gy.fma(FloatVector.fromArray(F, x, at), s0);
            s1 = gy.fma(FloatVector.fromArray(F, x, at + N), s1);
            s2 = gy.fma(FloatVector.fromArray(F, x, at + 2 * N), s2);
            s3 = gy.fma(FloatVector.fromArray(F, x, second), s3);
            s4 = gy.fma(FloatVector.fromArray(F, x, second + N), s4);
            s5 = gy.fma(FloatVector.fromArray(F, x, second + 2 * N), s5);
            s6 = gy.fma(FloatVector.fromArray(F, x, third), s6);
            s7 = gy.fma(FloatVector.fromArray(F, x, third + N), s7);
            s8 = gy.fma(FloatVector.fromArray(F, x, third + 2 * N), s8);
        }
        s0.intoArray(sums, to);
        s1.intoArray(sums, to + N);
        s2.intoArray(sums, to + 2 * N);
        s3.intoArray(sums, to + 3 * N);
        s4.intoArray(sums, to + 4 * N);
        s5.intoArray(sums, to + 5 * N);
        s6.intoArray(sums, to + 6 * N);
        s7.intoArray(sums, to + 7 * N);
        s8.intoArray(sums, to + 8 * N);
    }
}
