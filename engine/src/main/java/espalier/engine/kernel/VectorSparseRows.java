package espalier.engine.kernel;

import static espalier.engine.kernel.Lanes.F;
import static espalier.engine.kernel.Lanes.N;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;

/**
 * A row of weights times some runs of x: a non-zero is a broadcast, and for each vector a multiply-add that reads memory.
 *
 * <p>Accumulators are named locals. A helper method around the loads, or two operations more behind the loop, made C2 run out of
 * its inlining budget and box every vector, ten times slower. So those that add to y are methods of their own, though they differ
 * only in where sums start.
 *
 * <p>A clamp is a comparison and a blend. {@code max} is six instructions, since it puts 0 above −0: 20 cycles more for a row of
 * 16 vectors, a tenth of a convolution of 64 channels of which 95 % are zeros. Its bound is made after the loop: one that was
 * carried across it was made again for each of the 32 operations, for 13 cycles more.
 *
 * <p>A row is a method beside the loop over rows: as one loop in another it was 5 % slower.
 */
final class VectorSparseRows {
    private VectorSparseRows() {}

    static void rows2x8(int first, int last, int[] starts, int[] ends, char[] columns, float[] values, int[] offsets, float[] bias,
            float low, float[] x, int x0, int x1, float[] y, int y0, int y1, int yStep) {
        for (int o = first, at = first * yStep; o < last; o++, at += yStep) {
            row2x8(starts[o], ends[o], columns, values, offsets, bias[o], low, x, x0, x1,
                    y, y0 + at, y1 + at);
        }
    }

    private static void row2x8(int from, int to, char[] columns, float[] values, int[] offsets, float bias, float low,
            float[] x, int x0, int x1, float[] y, int y0, int y1) {
        FloatVector s00 = FloatVector.broadcast(F, bias), s01 = FloatVector.broadcast(F, bias);
        FloatVector s02 = FloatVector.broadcast(F, bias), s03 = FloatVector.broadcast(F, bias);
        FloatVector s04 = FloatVector.broadcast(F, bias), s05 = FloatVector.broadcast(F, bias);
        FloatVector s06 = FloatVector.broadcast(F, bias), s07 = FloatVector.broadcast(F, bias);
        FloatVector s10 = FloatVector.broadcast(F, bias), s11 = FloatVector.broadcast(F, bias);
        FloatVector s12 = FloatVector.broadcast(F, bias), s13 = FloatVector.broadcast(F, bias);
        FloatVector s14 = FloatVector.broadcast(F, bias), s15 = FloatVector.broadcast(F, bias);
        FloatVector s16 = FloatVector.broadcast(F, bias), s17 = FloatVector.broadcast(F, bias);
        for (int j = from; j < to; j++) {
            FloatVector w = FloatVector.broadcast(F, values[j]);
            int offset = offsets[columns[j]];
            int p0 = x0 + offset;
            s00 = w.fma(FloatVector.fromArray(F, x, p0), s00);
            s01 = w.fma(FloatVector.fromArray(F, x, p0 + N), s01);
            s02 = w.fma(FloatVector.fromArray(F, x, p0 + 2 * N), s02);
            s03 = w.fma(FloatVector.fromArray(F, x, p0 + 3 * N), s03);
            s04 = w.fma(FloatVector.fromArray(F, x, p0 + 4 * N), s04);
            s05 = w.fma(FloatVector.fromArray(F, x, p0 + 5 * N), s05);
            s06 = w.fma(FloatVector.fromArray(F, x, p0 + 6 * N), s06);
            s07 = w.fma(FloatVector.fromArray(F, x, p0 + 7 * N), s07);
            int p1 = x1 + offset;
            s10 = w.fma(FloatVector.fromArray(F, x, p1), s10);
            s11 = w.fma(FloatVector.fromArray(F, x, p1 + N), s11);
            s12 = w.fma(FloatVector.fromArray(F, x, p1 + 2 * N), s12);
            s13 = w.fma(FloatVector.fromArray(F, x, p1 + 3 * N), s13);
            s14 = w.fma(FloatVector.fromArray(F, x, p1 + 4 * N), s14);
            s15 = w.fma(FloatVector.fromArray(F, x, p1 + 5 * N), s15);
            s16 = w.fma(FloatVector.fromArray(F, x, p1 + 6 * N), s16);
            s17 = w.fma(FloatVector.fromArray(F, x, p1 + 7 * N), s17);
        }
        FloatVector least = FloatVector.broadcast(F, low);
        s00.blend(least, s00.compare(LT, least)).intoArray(y, y0);
        s01.blend(least, s01.compare(LT, least)).intoArray(y, y0 + N);
        s02.blend(least, s02.compare(LT, least)).intoArray(y, y0 + 2 * N);
        s03.blend(least, s03.compare(LT, least)).intoArray(y, y0 + 3 * N);
        s04.blend(least, s04.compare(LT, least)).intoArray(y, y0 + 4 * N);
        s05.blend(least, s05.compare(LT, least)).intoArray(y, y0 + 5 * N);
        s06.blend(least, s06.compare(LT, least)).intoArray(y, y0 + 6 * N);
        s07.blend(least, s07.compare(LT, least)).intoArray(y, y0 + 7 * N);
        s10.blend(least, s10.compare(LT, least)).intoArray(y, y1);
        s11.blend(least, s11.compare(LT, least)).intoArray(y, y1 + N);
        s12.blend(least, s12.compare(LT, least)).intoArray(y, y1 + 2 * N);
        s13.blend(least, s13.compare(LT, least)).intoArray(y, y1 + 3 * N);
        s14.blend(least, s14.compare(LT, least)).intoArray(y, y1 + 4 * N);
        s15.blend(least, s15.compare(LT, least)).intoArray(y, y1 + 5 * N);
        s16.blend(least, s16.compare(LT, least)).intoArray(y, y1 + 6 * N);
        s17.blend(least, s17.compare(LT, least)).intoArray(y, y1 + 7 * N);
    }

    static void rows4x4(int first, int last, int[] starts, int[] ends, char[] columns, float[] values, int[] offsets, float[] bias,
            float low, float[] x, int x0, int x1, int x2, int x3, float[] y, int y0, int y1, int y2, int y3, int yStep) {
        for (int o = first, at = first * yStep; o < last; o++, at += yStep) {
            row4x4(starts[o], ends[o], columns, values, offsets, bias[o], low, x, x0, x1, x2, x3,
                    y, y0 + at, y1 + at, y2 + at, y3 + at);
        }
    }

    private static void row4x4(int from, int to, char[] columns, float[] values, int[] offsets, float bias, float low,
            float[] x, int x0, int x1, int x2, int x3, float[] y, int y0, int y1, int y2, int y3) {
        FloatVector s00 = FloatVector.broadcast(F, bias), s01 = FloatVector.broadcast(F, bias);
        FloatVector s02 = FloatVector.broadcast(F, bias), s03 = FloatVector.broadcast(F, bias);
        FloatVector s10 = FloatVector.broadcast(F, bias), s11 = FloatVector.broadcast(F, bias);
        FloatVector s12 = FloatVector.broadcast(F, bias), s13 = FloatVector.broadcast(F, bias);
        FloatVector s20 = FloatVector.broadcast(F, bias), s21 = FloatVector.broadcast(F, bias);
        FloatVector s22 = FloatVector.broadcast(F, bias), s23 = FloatVector.broadcast(F, bias);
        FloatVector s30 = FloatVector.broadcast(F, bias), s31 = FloatVector.broadcast(F, bias);
        FloatVector s32 = FloatVector.broadcast(F, bias), s33 = FloatVector.broadcast(F, bias);
        for (int j = from; j < to; j++) {
            FloatVector w = FloatVector.broadcast(F, values[j]);
            int offset = offsets[columns[j]];
            int p0 = x0 + offset;
            s00 = w.fma(FloatVector.fromArray(F, x, p0), s00);
            s01 = w.fma(FloatVector.fromArray(F, x, p0 + N), s01);
            s02 = w.fma(FloatVector.fromArray(F, x, p0 + 2 * N), s02);
            s03 = w.fma(FloatVector.fromArray(F, x, p0 + 3 * N), s03);
            int p1 = x1 + offset;
            s10 = w.fma(FloatVector.fromArray(F, x, p1), s10);
            s11 = w.fma(FloatVector.fromArray(F, x, p1 + N), s11);
            s12 = w.fma(FloatVector.fromArray(F, x, p1 + 2 * N), s12);
            s13 = w.fma(FloatVector.fromArray(F, x, p1 + 3 * N), s13);
            int p2 = x2 + offset;
            s20 = w.fma(FloatVector.fromArray(F, x, p2), s20);
            s21 = w.fma(FloatVector.fromArray(F, x, p2 + N), s21);
            s22 = w.fma(FloatVector.fromArray(F, x, p2 + 2 * N), s22);
            s23 = w.fma(FloatVector.fromArray(F, x, p2 + 3 * N), s23);
            int p3 = x3 + offset;
            s30 = w.fma(FloatVector.fromArray(F, x, p3), s30);
            s31 = w.fma(FloatVector.fromArray(F, x, p3 + N), s31);
            s32 = w.fma(FloatVector.fromArray(F, x, p3 + 2 * N), s32);
            s33 = w.fma(FloatVector.fromArray(F, x, p3 + 3 * N), s33);
        }
        FloatVector least = FloatVector.broadcast(F, low);
        s00.blend(least, s00.compare(LT, least)).intoArray(y, y0);
        s01.blend(least, s01.compare(LT, least)).intoArray(y, y0 + N);
        s02.blend(least, s02.compare(LT, least)).intoArray(y, y0 + 2 * N);
        s03.blend(least, s03.compare(LT, least)).intoArray(y, y0 + 3 * N);
        s10.blend(least, s10.compare(LT, least)).intoArray(y, y1);
        s11.blend(least, s11.compare(LT, least)).intoArray(y, y1 + N);
        s12.blend(least, s12.compare(LT, least)).intoArray(y, y1 + 2 * N);
        s13.blend(least, s13.compare(LT, least)).intoArray(y, y1 + 3 * N);
        s20.blend(least, s20.compare(LT, least)).intoArray(y, y2);
        s21.blend(least, s21.compare(LT, least)).intoArray(y, y2 + N);
        s22.blend(least, s22.compare(LT, least)).intoArray(y, y2 + 2 * N);
        s23.blend(least, s23.compare(LT, least)).intoArray(y, y2 + 3 * N);
        s30.blend(least, s30.compare(LT, least)).intoArray(y, y3);
        s31.blend(least, s31.compare(LT, least)).intoArray(y, y3 + N);
        s32.blend(least, s32.compare(LT, least)).intoArray(y, y3 + 2 * N);
        s33.blend(least, s33.compare(LT, least)).intoArray(y, y3 + 3 * N);
    }

    /** Vectors of a run lie two vectors apart in x. */
    static void rows4x4Apart(int first, int last, int[] starts, int[] ends, char[] columns, float[] values, int[] offsets, float[] bias,
            float low, float[] x, int x0, int x1, int x2, int x3, float[] y, int y0, int y1, int y2, int y3, int yStep) {
        for (int o = first, at = first * yStep; o < last; o++, at += yStep) {
            row4x4Apart(starts[o], ends[o], columns, values, offsets, bias[o], low, x, x0, x1, x2, x3,
                    y, y0 + at, y1 + at, y2 + at, y3 + at);
        }
    }

    private static void row4x4Apart(int from, int to, char[] columns, float[] values, int[] offsets, float bias, float low,
            float[] x, int x0, int x1, int x2, int x3, float[] y, int y0, int y1, int y2, int y3) {
        FloatVector s00 = FloatVector.broadcast(F, bias), s01 = FloatVector.broadcast(F, bias);
        FloatVector s02 = FloatVector.broadcast(F, bias), s03 = FloatVector.broadcast(F, bias);
        FloatVector s10 = FloatVector.broadcast(F, bias), s11 = FloatVector.broadcast(F, bias);
        FloatVector s12 = FloatVector.broadcast(F, bias), s13 = FloatVector.broadcast(F, bias);
        FloatVector s20 = FloatVector.broadcast(F, bias), s21 = FloatVector.broadcast(F, bias);
        FloatVector s22 = FloatVector.broadcast(F, bias), s23 = FloatVector.broadcast(F, bias);
        FloatVector s30 = FloatVector.broadcast(F, bias), s31 = FloatVector.broadcast(F, bias);
        FloatVector s32 = FloatVector.broadcast(F, bias), s33 = FloatVector.broadcast(F, bias);
        for (int j = from; j < to; j++) {
            FloatVector w = FloatVector.broadcast(F, values[j]);
            int offset = offsets[columns[j]];
            int p0 = x0 + offset;
            s00 = w.fma(FloatVector.fromArray(F, x, p0), s00);
            s01 = w.fma(FloatVector.fromArray(F, x, p0 + 2 * N), s01);
            s02 = w.fma(FloatVector.fromArray(F, x, p0 + 4 * N), s02);
            s03 = w.fma(FloatVector.fromArray(F, x, p0 + 6 * N), s03);
            int p1 = x1 + offset;
            s10 = w.fma(FloatVector.fromArray(F, x, p1), s10);
            s11 = w.fma(FloatVector.fromArray(F, x, p1 + 2 * N), s11);
            s12 = w.fma(FloatVector.fromArray(F, x, p1 + 4 * N), s12);
            s13 = w.fma(FloatVector.fromArray(F, x, p1 + 6 * N), s13);
            int p2 = x2 + offset;
            s20 = w.fma(FloatVector.fromArray(F, x, p2), s20);
            s21 = w.fma(FloatVector.fromArray(F, x, p2 + 2 * N), s21);
            s22 = w.fma(FloatVector.fromArray(F, x, p2 + 4 * N), s22);
            s23 = w.fma(FloatVector.fromArray(F, x, p2 + 6 * N), s23);
            int p3 = x3 + offset;
            s30 = w.fma(FloatVector.fromArray(F, x, p3), s30);
            s31 = w.fma(FloatVector.fromArray(F, x, p3 + 2 * N), s31);
            s32 = w.fma(FloatVector.fromArray(F, x, p3 + 4 * N), s32);
            s33 = w.fma(FloatVector.fromArray(F, x, p3 + 6 * N), s33);
        }
        FloatVector least = FloatVector.broadcast(F, low);
        s00.blend(least, s00.compare(LT, least)).intoArray(y, y0);
        s01.blend(least, s01.compare(LT, least)).intoArray(y, y0 + N);
        s02.blend(least, s02.compare(LT, least)).intoArray(y, y0 + 2 * N);
        s03.blend(least, s03.compare(LT, least)).intoArray(y, y0 + 3 * N);
        s10.blend(least, s10.compare(LT, least)).intoArray(y, y1);
        s11.blend(least, s11.compare(LT, least)).intoArray(y, y1 + N);
        s12.blend(least, s12.compare(LT, least)).intoArray(y, y1 + 2 * N);
        s13.blend(least, s13.compare(LT, least)).intoArray(y, y1 + 3 * N);
        s20.blend(least, s20.compare(LT, least)).intoArray(y, y2);
        s21.blend(least, s21.compare(LT, least)).intoArray(y, y2 + N);
        s22.blend(least, s22.compare(LT, least)).intoArray(y, y2 + 2 * N);
        s23.blend(least, s23.compare(LT, least)).intoArray(y, y2 + 3 * N);
        s30.blend(least, s30.compare(LT, least)).intoArray(y, y3);
        s31.blend(least, s31.compare(LT, least)).intoArray(y, y3 + N);
        s32.blend(least, s32.compare(LT, least)).intoArray(y, y3 + 2 * N);
        s33.blend(least, s33.compare(LT, least)).intoArray(y, y3 + 3 * N);
    }

    static void rows4x2(int first, int last, int[] starts, int[] ends, char[] columns, float[] values, int[] offsets, float[] bias,
            float low, float[] x, int x0, int x1, int x2, int x3, float[] y, int y0, int y1, int y2, int y3, int yStep) {
        for (int o = first, at = first * yStep; o < last; o++, at += yStep) {
            row4x2(starts[o], ends[o], columns, values, offsets, bias[o], low, x, x0, x1, x2, x3,
                    y, y0 + at, y1 + at, y2 + at, y3 + at);
        }
    }

    private static void row4x2(int from, int to, char[] columns, float[] values, int[] offsets, float bias, float low,
            float[] x, int x0, int x1, int x2, int x3, float[] y, int y0, int y1, int y2, int y3) {
        FloatVector s00 = FloatVector.broadcast(F, bias), s01 = FloatVector.broadcast(F, bias);
        FloatVector s10 = FloatVector.broadcast(F, bias), s11 = FloatVector.broadcast(F, bias);
        FloatVector s20 = FloatVector.broadcast(F, bias), s21 = FloatVector.broadcast(F, bias);
        FloatVector s30 = FloatVector.broadcast(F, bias), s31 = FloatVector.broadcast(F, bias);
        for (int j = from; j < to; j++) {
            FloatVector w = FloatVector.broadcast(F, values[j]);
            int offset = offsets[columns[j]];
            int p0 = x0 + offset;
            s00 = w.fma(FloatVector.fromArray(F, x, p0), s00);
            s01 = w.fma(FloatVector.fromArray(F, x, p0 + N), s01);
            int p1 = x1 + offset;
            s10 = w.fma(FloatVector.fromArray(F, x, p1), s10);
            s11 = w.fma(FloatVector.fromArray(F, x, p1 + N), s11);
            int p2 = x2 + offset;
            s20 = w.fma(FloatVector.fromArray(F, x, p2), s20);
            s21 = w.fma(FloatVector.fromArray(F, x, p2 + N), s21);
            int p3 = x3 + offset;
            s30 = w.fma(FloatVector.fromArray(F, x, p3), s30);
            s31 = w.fma(FloatVector.fromArray(F, x, p3 + N), s31);
        }
        FloatVector least = FloatVector.broadcast(F, low);
        s00.blend(least, s00.compare(LT, least)).intoArray(y, y0);
        s01.blend(least, s01.compare(LT, least)).intoArray(y, y0 + N);
        s10.blend(least, s10.compare(LT, least)).intoArray(y, y1);
        s11.blend(least, s11.compare(LT, least)).intoArray(y, y1 + N);
        s20.blend(least, s20.compare(LT, least)).intoArray(y, y2);
        s21.blend(least, s21.compare(LT, least)).intoArray(y, y2 + N);
        s30.blend(least, s30.compare(LT, least)).intoArray(y, y3);
        s31.blend(least, s31.compare(LT, least)).intoArray(y, y3 + N);
    }

    static void rows4x1(int first, int last, int[] starts, int[] ends, char[] columns, float[] values, int[] offsets, float[] bias,
            float low, float[] x, int x0, int x1, int x2, int x3, float[] y, int y0, int y1, int y2, int y3, int yStep) {
        for (int o = first, at = first * yStep; o < last; o++, at += yStep) {
            row4x1(starts[o], ends[o], columns, values, offsets, bias[o], low, x, x0, x1, x2, x3,
                    y, y0 + at, y1 + at, y2 + at, y3 + at);
        }
    }

    private static void row4x1(int from, int to, char[] columns, float[] values, int[] offsets, float bias, float low,
            float[] x, int x0, int x1, int x2, int x3, float[] y, int y0, int y1, int y2, int y3) {
        FloatVector s00 = FloatVector.broadcast(F, bias);
        FloatVector s10 = FloatVector.broadcast(F, bias);
        FloatVector s20 = FloatVector.broadcast(F, bias);
        FloatVector s30 = FloatVector.broadcast(F, bias);
        for (int j = from; j < to; j++) {
            FloatVector w = FloatVector.broadcast(F, values[j]);
            int offset = offsets[columns[j]];
            int p0 = x0 + offset;
            s00 = w.fma(FloatVector.fromArray(F, x, p0), s00);
            int p1 = x1 + offset;
            s10 = w.fma(FloatVector.fromArray(F, x, p1), s10);
            int p2 = x2 + offset;
            s20 = w.fma(FloatVector.fromArray(F, x, p2), s20);
            int p3 = x3 + offset;
            s30 = w.fma(FloatVector.fromArray(F, x, p3), s30);
        }
        FloatVector least = FloatVector.broadcast(F, low);
        s00.blend(least, s00.compare(LT, least)).intoArray(y, y0);
        s10.blend(least, s10.compare(LT, least)).intoArray(y, y1);
        s20.blend(least, s20.compare(LT, least)).intoArray(y, y2);
        s30.blend(least, s30.compare(LT, least)).intoArray(y, y3);
    }
}
