package espalier.engine.kernel;

import static espalier.engine.kernel.GemmKernels.ROWS;
import static espalier.engine.kernel.Lanes.F;
import static espalier.engine.kernel.Lanes.HALF;
import static espalier.engine.kernel.Lanes.N;

import jdk.incubator.vector.FloatVector;

/**
 * 3×3 depthwise convolutions: many channels a call, which costs more than a small plane itself, and rows of half a vector by such
 * vectors. C2 makes a vector of a shape that it knows only, hence each loop twice. Quarters would be a third shape, and shared
 * methods that have seen three are no longer inlined everywhere.
 */
final class VectorNine {
    private static final int HALF_LANES = HALF.length();

    private VectorNine() {}

    /** {@return the lanes of the widest vector that a row of so many elements can be divided into; 0 where there is none} */
    static int width(int columns) {
        return columns % N == 0 ? N : columns % HALF_LANES == 0 ? HALF_LANES : 0;
    }

    static void taps(int width, int channels, float[] a, int aOffset, int aStep, float[] b, int bOffset, int bStep, int[] taps,
            int[] positions, float[] c, int cOffset, int cStep, int[] targets) {
        for (int channel = 0; channel < channels; channel++) {
            int w = aOffset + channel * aStep;
            int from = bOffset + channel * bStep;
            int to = cOffset + channel * cStep;
            if (width == N) {
                wholeTaps(a, w, b, from, taps, positions, c, to, targets);
            } else {
                halfTaps(a, w, b, from, taps, positions, c, to, targets);
            }
        }
    }

    static void dots(int width, int channels, int vectors, float[] x, int xOffset, int xStep, int[] taps, int[] positions,
            float[] g, int gOffset, int gStep, int[] gAt, float[] sums, int sumsOffset) {
        for (int channel = 0; channel < channels; channel++) {
            int from = xOffset + channel * xStep;
            int gradients = gOffset + channel * gStep;
            int to = sumsOffset + channel * 9 * width;
            if (width == N) {
                wholeDots(vectors, x, from, taps, positions, g, gradients, gAt, sums, to);
            } else {
                halfDots(vectors, x, from, taps, positions, g, gradients, gAt, sums, to);
            }
        }
    }

    private static void wholeTaps(float[] a, int w, float[] b, int from, int[] taps, int[] positions, float[] c, int to, int[] targets) {
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

    private static void halfTaps(float[] a, int w, float[] b, int from, int[] taps, int[] positions, float[] c, int to, int[] targets) {
        int tap0 = taps[0];
        int tap1 = taps[1];
        int tap2 = taps[2];
        int tap3 = taps[3];
        int tap4 = taps[4];
        int tap5 = taps[5];
        int tap6 = taps[6];
        int tap7 = taps[7];
        int tap8 = taps[8];
        FloatVector a0 = FloatVector.broadcast(HALF, a[w]);
        FloatVector a1 = FloatVector.broadcast(HALF, a[w + ROWS]);
        FloatVector a2 = FloatVector.broadcast(HALF, a[w + 2 * ROWS]);
        FloatVector a3 = FloatVector.broadcast(HALF, a[w + 3 * ROWS]);
        FloatVector a4 = FloatVector.broadcast(HALF, a[w + 4 * ROWS]);
        FloatVector a5 = FloatVector.broadcast(HALF, a[w + 5 * ROWS]);
        FloatVector a6 = FloatVector.broadcast(HALF, a[w + 6 * ROWS]);
        FloatVector a7 = FloatVector.broadcast(HALF, a[w + 7 * ROWS]);
        FloatVector a8 = FloatVector.broadcast(HALF, a[w + 8 * ROWS]);
        for (int v = 0; v < positions.length; v++) {
            int at = from + positions[v];
            FloatVector sum = a0.mul(FloatVector.fromArray(HALF, b, at + tap0));
            sum = a1.fma(FloatVector.fromArray(HALF, b, at + tap1), sum);
            sum = a2.fma(FloatVector.fromArray(HALF, b, at + tap2), sum);
            sum = a3.fma(FloatVector.fromArray(HALF, b, at + tap3), sum);
            sum = a4.fma(FloatVector.fromArray(HALF, b, at + tap4), sum);
            sum = a5.fma(FloatVector.fromArray(HALF, b, at + tap5), sum);
            sum = a6.fma(FloatVector.fromArray(HALF, b, at + tap6), sum);
            sum = a7.fma(FloatVector.fromArray(HALF, b, at + tap7), sum);
            sum = a8.fma(FloatVector.fromArray(HALF, b, at + tap8), sum);
            sum.intoArray(c, to + targets[v]);
        }
    }

    private static void wholeDots(int vectors, float[] x, int from, int[] taps, int[] positions, float[] g, int gradients, int[] gAt,
            float[] sums, int to) {
        int tap0 = taps[0];
        int tap1 = taps[1];
        int tap2 = taps[2];
        int tap3 = taps[3];
        int tap4 = taps[4];
        int tap5 = taps[5];
        int tap6 = taps[6];
        int tap7 = taps[7];
        int tap8 = taps[8];
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
            FloatVector gy = FloatVector.fromArray(F, g, gradients + gAt[v]);
            int at = from + positions[v];
            s0 = gy.fma(FloatVector.fromArray(F, x, at + tap0), s0);
            s1 = gy.fma(FloatVector.fromArray(F, x, at + tap1), s1);
            s2 = gy.fma(FloatVector.fromArray(F, x, at + tap2), s2);
            s3 = gy.fma(FloatVector.fromArray(F, x, at + tap3), s3);
            s4 = gy.fma(FloatVector.fromArray(F, x, at + tap4), s4);
            s5 = gy.fma(FloatVector.fromArray(F, x, at + tap5), s5);
            s6 = gy.fma(FloatVector.fromArray(F, x, at + tap6), s6);
            s7 = gy.fma(FloatVector.fromArray(F, x, at + tap7), s7);
            s8 = gy.fma(FloatVector.fromArray(F, x, at + tap8), s8);
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

    private static void halfDots(int vectors, float[] x, int from, int[] taps, int[] positions, float[] g, int gradients, int[] gAt,
            float[] sums, int to) {
        int tap0 = taps[0];
        int tap1 = taps[1];
        int tap2 = taps[2];
        int tap3 = taps[3];
        int tap4 = taps[4];
        int tap5 = taps[5];
        int tap6 = taps[6];
        int tap7 = taps[7];
        int tap8 = taps[8];
        FloatVector s0 = FloatVector.fromArray(HALF, sums, to);
        FloatVector s1 = FloatVector.fromArray(HALF, sums, to + HALF_LANES);
        FloatVector s2 = FloatVector.fromArray(HALF, sums, to + 2 * HALF_LANES);
        FloatVector s3 = FloatVector.fromArray(HALF, sums, to + 3 * HALF_LANES);
        FloatVector s4 = FloatVector.fromArray(HALF, sums, to + 4 * HALF_LANES);
        FloatVector s5 = FloatVector.fromArray(HALF, sums, to + 5 * HALF_LANES);
        FloatVector s6 = FloatVector.fromArray(HALF, sums, to + 6 * HALF_LANES);
        FloatVector s7 = FloatVector.fromArray(HALF, sums, to + 7 * HALF_LANES);
        FloatVector s8 = FloatVector.fromArray(HALF, sums, to + 8 * HALF_LANES);
        for (int v = 0; v < vectors; v++) {
            FloatVector gy = FloatVector.fromArray(HALF, g, gradients + gAt[v]);
            int at = from + positions[v];
            s0 = gy.fma(FloatVector.fromArray(HALF, x, at + tap0), s0);
            s1 = gy.fma(FloatVector.fromArray(HALF, x, at + tap1), s1);
            s2 = gy.fma(FloatVector.fromArray(HALF, x, at + tap2), s2);
            s3 = gy.fma(FloatVector.fromArray(HALF, x, at + tap3), s3);
            s4 = gy.fma(FloatVector.fromArray(HALF, x, at + tap4), s4);
            s5 = gy.fma(FloatVector.fromArray(HALF, x, at + tap5), s5);
            s6 = gy.fma(FloatVector.fromArray(HALF, x, at + tap6), s6);
            s7 = gy.fma(FloatVector.fromArray(HALF, x, at + tap7), s7);
            s8 = gy.fma(FloatVector.fromArray(HALF, x, at + tap8), s8);
        }
        s0.intoArray(sums, to);
        s1.intoArray(sums, to + HALF_LANES);
        s2.intoArray(sums, to + 2 * HALF_LANES);
        s3.intoArray(sums, to + 3 * HALF_LANES);
        s4.intoArray(sums, to + 4 * HALF_LANES);
        s5.intoArray(sums, to + 5 * HALF_LANES);
        s6.intoArray(sums, to + 6 * HALF_LANES);
        s7.intoArray(sums, to + 7 * HALF_LANES);
        s8.intoArray(sums, to + 8 * HALF_LANES);
    }
}
