package espalier.engine.kernel;

import static espalier.engine.kernel.Lanes.F;
import static espalier.engine.kernel.Lanes.N;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;

/**
 * Sparse products on vectors: a non-zero is a broadcast, and for each vector of the four runs a multiply-add that reads memory.
 *
 * <p>Accumulators are named locals. A helper method around the loads, or two operations more behind the loop, made C2 run out of
 * its inlining budget and box every vector, ten times slower. So those that add to y are methods of their own, though they differ
 * only in where sums start.
 *
 * <p>A clamp is a comparison and a blend. {@code max} is six instructions, since it puts 0 above −0: 20 cycles more for a row of
 * four runs of four vectors, a tenth of a convolution of 64 channels of which 95 % are zeros.
 */
final class VectorSparse implements SparseKernels {
    private static final int MAX_VECTORS =
            F.vectorShape() == VectorShape.S_512_BIT || System.getProperty("os.arch", "").equals("aarch64") ? 4 : 2;

    @Override
    public int lanes() {
        return N;
    }

    @Override
    public int maxVectors() {
        return MAX_VECTORS;
    }

    @Override
    public void rows(int vectors, int first, int last, int[] starts, int[] ends, char[] columns, float[] values, int[] offsets,
            float[] bias, float low, float[] x, int x0, int x1, int x2, int x3,
            float[] y, int y0, int y1, int y2, int y3, int yStep) {
        // A loop for each: in one with a switch inside, the last one's code was by a third slower in some JVM starts.
        switch (vectors) {
            case 4 -> {
                for (int o = first, at = first * yStep; o < last; o++, at += yStep) {
                    row4x4(starts[o], ends[o], columns, values, offsets, bias[o], low, x, x0, x1, x2, x3,
                            y, y0 + at, y1 + at, y2 + at, y3 + at);
                }
            }
            case 2 -> {
                for (int o = first, at = first * yStep; o < last; o++, at += yStep) {
                    row4x2(starts[o], ends[o], columns, values, offsets, bias[o], low, x, x0, x1, x2, x3,
                            y, y0 + at, y1 + at, y2 + at, y3 + at);
                }
            }
            default -> {
                for (int o = first, at = first * yStep; o < last; o++, at += yStep) {
                    row4x1(starts[o], ends[o], columns, values, offsets, bias[o], low, x, x0, x1, x2, x3,
                            y, y0 + at, y1 + at, y2 + at, y3 + at);
                }
            }
        }
    }

    @Override
    public void addRows(int vectors, int first, int last, int[] starts, int[] ends, char[] columns, float[] values, int[] offsets,
            float[] bias, float low, float[] x, int x0, int x1, int x2, int x3,
            float[] y, int y0, int y1, int y2, int y3, int yStep) {
        switch (vectors) {
            case 4 -> {
                for (int o = first, at = first * yStep; o < last; o++, at += yStep) {
                    add4x4(starts[o], ends[o], columns, values, offsets, bias[o], low, x, x0, x1, x2, x3,
                            y, y0 + at, y1 + at, y2 + at, y3 + at);
                }
            }
            case 2 -> {
                for (int o = first, at = first * yStep; o < last; o++, at += yStep) {
                    add4x2(starts[o], ends[o], columns, values, offsets, bias[o], low, x, x0, x1, x2, x3,
                            y, y0 + at, y1 + at, y2 + at, y3 + at);
                }
            }
            default -> {
                for (int o = first, at = first * yStep; o < last; o++, at += yStep) {
                    add4x1(starts[o], ends[o], columns, values, offsets, bias[o], low, x, x0, x1, x2, x3,
                            y, y0 + at, y1 + at, y2 + at, y3 + at);
                }
            }
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
        FloatVector least = FloatVector.broadcast(F, low);
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

    private static void row4x2(int from, int to, char[] columns, float[] values, int[] offsets, float bias, float low,
            float[] x, int x0, int x1, int x2, int x3, float[] y, int y0, int y1, int y2, int y3) {
        FloatVector s00 = FloatVector.broadcast(F, bias), s01 = FloatVector.broadcast(F, bias);
        FloatVector s10 = FloatVector.broadcast(F, bias), s11 = FloatVector.broadcast(F, bias);
        FloatVector s20 = FloatVector.broadcast(F, bias), s21 = FloatVector.broadcast(F, bias);
        FloatVector s30 = FloatVector.broadcast(F, bias), s31 = FloatVector.broadcast(F, bias);
        FloatVector least = FloatVector.broadcast(F, low);
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
        s00.blend(least, s00.compare(LT, least)).intoArray(y, y0);
        s01.blend(least, s01.compare(LT, least)).intoArray(y, y0 + N);
        s10.blend(least, s10.compare(LT, least)).intoArray(y, y1);
        s11.blend(least, s11.compare(LT, least)).intoArray(y, y1 + N);
        s20.blend(least, s20.compare(LT, least)).intoArray(y, y2);
        s21.blend(least, s21.compare(LT, least)).intoArray(y, y2 + N);
        s30.blend(least, s30.compare(LT, least)).intoArray(y, y3);
        s31.blend(least, s31.compare(LT, least)).intoArray(y, y3 + N);
    }

    private static void row4x1(int from, int to, char[] columns, float[] values, int[] offsets, float bias, float low,
            float[] x, int x0, int x1, int x2, int x3, float[] y, int y0, int y1, int y2, int y3) {
        FloatVector s00 = FloatVector.broadcast(F, bias);
        FloatVector s10 = FloatVector.broadcast(F, bias);
        FloatVector s20 = FloatVector.broadcast(F, bias);
        FloatVector s30 = FloatVector.broadcast(F, bias);
        FloatVector least = FloatVector.broadcast(F, low);
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
        s00.blend(least, s00.compare(LT, least)).intoArray(y, y0);
        s10.blend(least, s10.compare(LT, least)).intoArray(y, y1);
        s20.blend(least, s20.compare(LT, least)).intoArray(y, y2);
        s30.blend(least, s30.compare(LT, least)).intoArray(y, y3);
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
        FloatVector least = FloatVector.broadcast(F, low);
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

    private static void add4x2(int from, int to, char[] columns, float[] values, int[] offsets, float bias, float low,
            float[] x, int x0, int x1, int x2, int x3, float[] y, int y0, int y1, int y2, int y3) {
        FloatVector b = FloatVector.broadcast(F, bias);
        FloatVector s00 = FloatVector.fromArray(F, y, y0).add(b), s01 = FloatVector.fromArray(F, y, y0 + N).add(b);
        FloatVector s10 = FloatVector.fromArray(F, y, y1).add(b), s11 = FloatVector.fromArray(F, y, y1 + N).add(b);
        FloatVector s20 = FloatVector.fromArray(F, y, y2).add(b), s21 = FloatVector.fromArray(F, y, y2 + N).add(b);
        FloatVector s30 = FloatVector.fromArray(F, y, y3).add(b), s31 = FloatVector.fromArray(F, y, y3 + N).add(b);
        FloatVector least = FloatVector.broadcast(F, low);
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
        s00.blend(least, s00.compare(LT, least)).intoArray(y, y0);
        s01.blend(least, s01.compare(LT, least)).intoArray(y, y0 + N);
        s10.blend(least, s10.compare(LT, least)).intoArray(y, y1);
        s11.blend(least, s11.compare(LT, least)).intoArray(y, y1 + N);
        s20.blend(least, s20.compare(LT, least)).intoArray(y, y2);
        s21.blend(least, s21.compare(LT, least)).intoArray(y, y2 + N);
        s30.blend(least, s30.compare(LT, least)).intoArray(y, y3);
        s31.blend(least, s31.compare(LT, least)).intoArray(y, y3 + N);
    }

    private static void add4x1(int from, int to, char[] columns, float[] values, int[] offsets, float bias, float low,
            float[] x, int x0, int x1, int x2, int x3, float[] y, int y0, int y1, int y2, int y3) {
        FloatVector b = FloatVector.broadcast(F, bias);
        FloatVector s00 = FloatVector.fromArray(F, y, y0).add(b);
        FloatVector s10 = FloatVector.fromArray(F, y, y1).add(b);
        FloatVector s20 = FloatVector.fromArray(F, y, y2).add(b);
        FloatVector s30 = FloatVector.fromArray(F, y, y3).add(b);
        FloatVector least = FloatVector.broadcast(F, low);
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
        s00.blend(least, s00.compare(LT, least)).intoArray(y, y0);
        s10.blend(least, s10.compare(LT, least)).intoArray(y, y1);
        s20.blend(least, s20.compare(LT, least)).intoArray(y, y2);
        s30.blend(least, s30.compare(LT, least)).intoArray(y, y3);
    }

    @Override
    public void vector(int first, int last, int[] starts, int[] ends, char[] columns, float[] values, int[] offsets, float[] bias,
            float low, float[] x, int xAt, float[] y, int yAt, int yStep) {
        for (int o = first; o < last; o++) {
            FloatVector s0 = FloatVector.zero(F);
            FloatVector s1 = s0;
            FloatVector s2 = s0;
            FloatVector s3 = s0;
            int end = ends[o];
            int j = starts[o];
            for (; j < end - 3; j += 4) {
                FloatVector x0 = FloatVector.fromArray(F, x, xAt + offsets[columns[j]]);
                s0 = x0.fma(FloatVector.broadcast(F, values[j]), s0);
                FloatVector x1 = FloatVector.fromArray(F, x, xAt + offsets[columns[j + 1]]);
                s1 = x1.fma(FloatVector.broadcast(F, values[j + 1]), s1);
                FloatVector x2 = FloatVector.fromArray(F, x, xAt + offsets[columns[j + 2]]);
                s2 = x2.fma(FloatVector.broadcast(F, values[j + 2]), s2);
                FloatVector x3 = FloatVector.fromArray(F, x, xAt + offsets[columns[j + 3]]);
                s3 = x3.fma(FloatVector.broadcast(F, values[j + 3]), s3);
            }
            for (; j < end; j++) {
                FloatVector rest = FloatVector.fromArray(F, x, xAt + offsets[columns[j]]);
                s0 = rest.fma(FloatVector.broadcast(F, values[j]), s0);
            }
            s0.add(s1).add(s2.add(s3)).add(FloatVector.broadcast(F, bias[o])).max(low).intoArray(y, yAt + o * yStep);
        }
    }
}
