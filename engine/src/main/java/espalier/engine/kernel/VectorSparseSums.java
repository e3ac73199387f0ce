package espalier.engine.kernel;

import static espalier.engine.kernel.Lanes.F;
import static espalier.engine.kernel.Lanes.N;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;

/** {@link VectorSparseRows} whose sums start from {@code y + bias}. */
final class VectorSparseSums {
    private VectorSparseSums() {}

    static void adds2x8(int first, int last, int[] starts, int[] ends, char[] columns, float[] values, int[] offsets, float[] bias,
            float low, float[] x, int x0, int x1, float[] y, int y0, int y1, int yStep) {
        for (int o = first, at = first * yStep; o < last; o++, at += yStep) {
            add2x8(starts[o], ends[o], columns, values, offsets, bias[o], low, x, x0, x1,
                    y, y0 + at, y1 + at);
        }
    }

    private static void add2x8(int from, int to, char[] columns, float[] values, int[] offsets, float bias, float low,
            float[] x, int x0, int x1, float[] y, int y0, int y1) {
        FloatVector b = FloatVector.broadcast(F, bias);
        FloatVector s00 = FloatVector.fromArray(F, y, y0).add(b), s01 = FloatVector.fromArray(F, y, y0 + N).add(b);
        FloatVector s02 = FloatVector.fromArray(F, y, y0 + 2 * N).add(b), s03 = FloatVector.fromArray(F, y, y0 + 3 * N).add(b);
        FloatVector s04 = FloatVector.fromArray(F, y, y0 + 4 * N).add(b), s05 = FloatVector.fromArray(F, y, y0 + 5 * N).add(b);
        FloatVector s06 = FloatVector.fromArray(F, y, y0 + 6 * N).add(b), s07 = FloatVector.fromArray(F, y, y0 + 7 * N).add(b);
        FloatVector s10 = FloatVector.fromArray(F, y, y1).add(b), s11 = FloatVector.fromArray(F, y, y1 + N).add(b);
        FloatVector s12 = FloatVector.fromArray(F, y, y1 + 2 * N).add(b), s13 = FloatVector.fromArray(F, y, y1 + 3 * N).add(b);
        FloatVector s14 = FloatVector.fromArray(F, y, y1 + 4 * N).add(b), s15 = FloatVector.fromArray(F, y, y1 + 5 * N).add(b);
        FloatVector s16 = FloatVector.fromArray(F, y, y1 + 6 * N).add(b), s17 = FloatVector.fromArray(F, y, y1 + 7 * N).add(b);
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

    static void adds4x4(int first, int last, int[] starts, int[] ends, char[] columns, float[] values, int[] offsets, float[] bias,
            float low, float[] x, int x0, int x1, int x2, int x3, float[] y, int y0, int y1, int y2, int y3, int yStep) {
        for (int o = first, at = first * yStep; o < last; o++, at += yStep) {
            add4x4(starts[o], ends[o], columns, values, offsets, bias[o], low, x, x0, x1, x2, x3,
                    y, y0 + at, y1 + at, y2 + at, y3 + at);
        }
    }

    private static void add4x4(int from, int to, char[] columns, float[] values, int[] offsets, float bias, float low,
            float[] x, int x0, int x1, int x2, int x3, float[] y, int y0, int y1, int y2, int y3) {
        FloatVector b = FloatVector.broadcast(F, bias);
        FloatVector s00 = FloatVector.fromArray(F, y, y0).add(b), s01 = FloatVector.fromArray(F, y, y0 + N).add(b);
        FloatVector s02 = FloatVector.fromArray(F, y, y0 + 2 * N).add(b), s03 = FloatVector.fromArray(F, y, y0 + 3 * N).add(b);
        FloatVector s10 = FloatVector.fromArray(F, y, y1).add(b), s11 = FloatVector.fromArray(F, y, y1 + N).add(b);
        FloatVector s12 = FloatVector.fromArray(F, y, y1 + 2 * N).add(b), s13 = FloatVector.fromArray(F, y, y1 + 3 * N).add(b);
        FloatVector s20 = FloatVector.fromArray(F, y, y2).add(b), s21 = FloatVector.fromArray(F, y, y2 + N).add(b);
        FloatVector s22 = FloatVector.fromArray(F, y, y2 + 2 * N).add(b), s23 = FloatVector.fromArray(F, y, y2 + 3 * N).add(b);
        FloatVector s30 = FloatVector.fromArray(F, y, y3).add(b), s31 = FloatVector.fromArray(F, y, y3 + N).add(b);
        FloatVector s32 = FloatVector.fromArray(F, y, y3 + 2 * N).add(b), s33 = FloatVector.fromArray(F, y, y3 + 3 * N).add(b);
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

    static void adds4x2(int first, int last, int[] starts, int[] ends, char[] columns, float[] values, int[] offsets, float[] bias,
            float low, float[] x, int x0, int x1, int x2, int x3, float[] y, int y0, int y1, int y2, int y3, int yStep) {
        for (int o = first, at = first * yStep; o < last; o++, at += yStep) {
            add4x2(starts[o], ends[o], columns, values, offsets, bias[o], low, x, x0, x1, x2, x3,
                    y, y0 + at, y1 + at, y2 + at, y3 + at);
        }
    }

    private static void add4x2(int from, int to, char[] columns, float[] values, int[] offsets, float bias, float low,
            float[] x, int x0, int x1, int x2, int x3, float[] y, int y0, int y1, int y2, int y3) {
        FloatVector b = FloatVector.broadcast(F, bias);
        FloatVector s00 = FloatVector.fromArray(F, y, y0).add(b), s01 = FloatVector.fromArray(F, y, y0 + N).add(b);
        FloatVector s10 = FloatVector.fromArray(F, y, y1).add(b), s11 = FloatVector.fromArray(F, y, y1 + N).add(b);
        FloatVector s20 = FloatVector.fromArray(F, y, y2).add(b), s21 = FloatVector.fromArray(F, y, y2 + N).add(b);
        FloatVector s30 = FloatVector.fromArray(F, y, y3).add(b), s31 = FloatVector.fromArray(F, y, y3 + N).add(b);
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

    static void adds4x1(int first, int last, int[] starts, int[] ends, char[] columns, float[] values, int[] offsets, float[] bias,
            float low, float[] x, int x0, int x1, int x2, int x3, float[] y, int y0, int y1, int y2, int y3, int yStep) {
        for (int o = first, at = first * yStep; o < last; o++, at += yStep) {
            add4x1(starts[o], ends[o], columns, values, offsets, bias[o], low, x, x0, x1, x2, x3,
                    y, y0 + at, y1 + at, y2 + at, y3 + at);
        }
    }

    private static void add4x1(int from, int to, char[] columns, float[] values, int[] offsets, float bias, float low,
            float[] x, int x0, int x1, int x2, int x3, float[] y, int y0, int y1, int y2, int y3) {
        FloatVector b = FloatVector.broadcast(F, bias);
        FloatVector s00 = FloatVector.fromArray(F, y, y0).add(b);
        FloatVector s10 = FloatVector.fromArray(F, y, y1).add(b);
        FloatVector s20 = FloatVector.fromArray(F, y, y2).add(b);
        FloatVector s30 = FloatVector.fromArray(F, y, y3).add(b);
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
