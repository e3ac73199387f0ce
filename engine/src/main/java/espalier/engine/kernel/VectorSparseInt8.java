package espalier.engine.kernel;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sparse integer products on 16-bit lanes. A group's sum begins with 2¹⁵ and is taken apart as {@link VectorInt8} does, which
 * also reads what is left in scratch.
 */
final class VectorSparseInt8 {
    private static final VectorShape SHAPE = Lanes.F.vectorShape();
    private static final VectorSpecies<Short> S = VectorSpecies.of(short.class, SHAPE);
    private static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, SHAPE);
    private static final int SHORTS = S.length();
    private static final int INTS = I.length();

    private VectorSparseInt8() {}

    static void fourPairs(short[] x, int x0, int x1, int x2, int x3, int[] offsets, char[] columns, byte[] values,
            byte[] lengths, int first, int last, int from, int[] sums, int row) {
        IntVector s00 = IntVector.broadcast(I, -VectorInt8.BOTH_STARTS * (last - first));
        IntVector h00 = IntVector.broadcast(I, -VectorInt8.ONE_START * (last - first));
        IntVector s01 = s00;
        IntVector h01 = h00;
        IntVector s10 = s00;
        IntVector h10 = h00;
        IntVector s11 = s00;
        IntVector h11 = h00;
        IntVector s20 = s00;
        IntVector h20 = h00;
        IntVector s21 = s00;
        IntVector h21 = h00;
        IntVector s30 = s00;
        IntVector h30 = h00;
        IntVector s31 = s00;
        IntVector h31 = h00;
        int j = from;
        for (int group = first; group < last; group++) {
            ShortVector a00 = ShortVector.broadcast(S, Short.MIN_VALUE);
            ShortVector a01 = a00;
            ShortVector a10 = a00;
            ShortVector a11 = a00;
            ShortVector a20 = a00;
            ShortVector a21 = a00;
            ShortVector a30 = a00;
            ShortVector a31 = a00;
            for (int end = j + lengths[group]; j < end; j++) {
                ShortVector w = ShortVector.broadcast(S, values[j]);
                int offset = offsets[columns[j]];
                int p0 = x0 + offset;
                a00 = ShortVector.fromArray(S, x, p0).mul(w).add(a00);
                a01 = ShortVector.fromArray(S, x, p0 + SHORTS).mul(w).add(a01);
                int p1 = x1 + offset;
                a10 = ShortVector.fromArray(S, x, p1).mul(w).add(a10);
                a11 = ShortVector.fromArray(S, x, p1 + SHORTS).mul(w).add(a11);
                int p2 = x2 + offset;
                a20 = ShortVector.fromArray(S, x, p2).mul(w).add(a20);
                a21 = ShortVector.fromArray(S, x, p2 + SHORTS).mul(w).add(a21);
                int p3 = x3 + offset;
                a30 = ShortVector.fromArray(S, x, p3).mul(w).add(a30);
                a31 = ShortVector.fromArray(S, x, p3 + SHORTS).mul(w).add(a31);
            }
            IntVector t = a00.reinterpretAsInts();
            s00 = t.add(s00);
            h00 = t.lanewise(VectorOperators.LSHR, 16).add(h00);
            t = a01.reinterpretAsInts();
            s01 = t.add(s01);
            h01 = t.lanewise(VectorOperators.LSHR, 16).add(h01);
            t = a10.reinterpretAsInts();
            s10 = t.add(s10);
            h10 = t.lanewise(VectorOperators.LSHR, 16).add(h10);
            t = a11.reinterpretAsInts();
            s11 = t.add(s11);
            h11 = t.lanewise(VectorOperators.LSHR, 16).add(h11);
            t = a20.reinterpretAsInts();
            s20 = t.add(s20);
            h20 = t.lanewise(VectorOperators.LSHR, 16).add(h20);
            t = a21.reinterpretAsInts();
            s21 = t.add(s21);
            h21 = t.lanewise(VectorOperators.LSHR, 16).add(h21);
            t = a30.reinterpretAsInts();
            s30 = t.add(s30);
            h30 = t.lanewise(VectorOperators.LSHR, 16).add(h30);
            t = a31.reinterpretAsInts();
            s31 = t.add(s31);
            h31 = t.lanewise(VectorOperators.LSHR, 16).add(h31);
        }
        s00.intoArray(sums, 0);
        h00.intoArray(sums, INTS);
        s01.intoArray(sums, 2 * INTS);
        h01.intoArray(sums, 3 * INTS);
        s10.intoArray(sums, row);
        h10.intoArray(sums, row + INTS);
        s11.intoArray(sums, row + 2 * INTS);
        h11.intoArray(sums, row + 3 * INTS);
        s20.intoArray(sums, 2 * row);
        h20.intoArray(sums, 2 * row + INTS);
        s21.intoArray(sums, 2 * row + 2 * INTS);
        h21.intoArray(sums, 2 * row + 3 * INTS);
        s30.intoArray(sums, 3 * row);
        h30.intoArray(sums, 3 * row + INTS);
        s31.intoArray(sums, 3 * row + 2 * INTS);
        h31.intoArray(sums, 3 * row + 3 * INTS);
    }

    /**
     * {@link #fourPairs} for one product, or none where {@code value} is 0. Where the first layer of a program was depthwise, with
     * about one product a row, C2 took the loop for one that never repeats, and moved its sums to memory and back in each round: at
     * half the speed in all layers to come.
     */
    static void one(short[] x, int x0, int x1, int x2, int x3, byte value, int[] sums, int row) {
        product(x, x0, value, sums, 0);
        product(x, x0 + SHORTS, value, sums, 2 * INTS);
        product(x, x1, value, sums, row);
        product(x, x1 + SHORTS, value, sums, row + 2 * INTS);
        product(x, x2, value, sums, 2 * row);
        product(x, x2 + SHORTS, value, sums, 2 * row + 2 * INTS);
        product(x, x3, value, sums, 3 * row);
        product(x, x3 + SHORTS, value, sums, 3 * row + 2 * INTS);
    }

    /**
     * A group of one product, taken apart. No vector is handed over: where C2 did not inline all eight calls, it boxed them, 1.3 MB
     * for eight images of a depthwise layer of 144 channels, in every start.
     */
    private static void product(short[] x, int at, byte value, int[] sums, int to) {
        IntVector t = ShortVector.fromArray(S, x, at).mul(value).add(Short.MIN_VALUE).reinterpretAsInts();
        t.sub(VectorInt8.BOTH_STARTS).intoArray(sums, to);
        t.lanewise(VectorOperators.LSHR, 16).sub(VectorInt8.ONE_START).intoArray(sums, to + INTS);
    }

    static void twoPairs(short[] x, int x0, int x1, int[] offsets, char[] columns, byte[] values,
            byte[] lengths, int first, int last, int from, int[] sums, int row) {
        IntVector s00 = IntVector.broadcast(I, -VectorInt8.BOTH_STARTS * (last - first));
        IntVector h00 = IntVector.broadcast(I, -VectorInt8.ONE_START * (last - first));
        IntVector s01 = s00;
        IntVector h01 = h00;
        IntVector s10 = s00;
        IntVector h10 = h00;
        IntVector s11 = s00;
        IntVector h11 = h00;
        int j = from;
        for (int group = first; group < last; group++) {
            ShortVector a00 = ShortVector.broadcast(S, Short.MIN_VALUE);
            ShortVector a01 = a00;
            ShortVector a10 = a00;
            ShortVector a11 = a00;
            for (int end = j + lengths[group]; j < end; j++) {
                ShortVector w = ShortVector.broadcast(S, values[j]);
                int offset = offsets[columns[j]];
                int p0 = x0 + offset;
                a00 = ShortVector.fromArray(S, x, p0).mul(w).add(a00);
                a01 = ShortVector.fromArray(S, x, p0 + SHORTS).mul(w).add(a01);
                int p1 = x1 + offset;
                a10 = ShortVector.fromArray(S, x, p1).mul(w).add(a10);
                a11 = ShortVector.fromArray(S, x, p1 + SHORTS).mul(w).add(a11);
            }
            IntVector t = a00.reinterpretAsInts();
            s00 = t.add(s00);
            h00 = t.lanewise(VectorOperators.LSHR, 16).add(h00);
            t = a01.reinterpretAsInts();
            s01 = t.add(s01);
            h01 = t.lanewise(VectorOperators.LSHR, 16).add(h01);
            t = a10.reinterpretAsInts();
            s10 = t.add(s10);
            h10 = t.lanewise(VectorOperators.LSHR, 16).add(h10);
            t = a11.reinterpretAsInts();
            s11 = t.add(s11);
            h11 = t.lanewise(VectorOperators.LSHR, 16).add(h11);
        }
        s00.intoArray(sums, 0);
        h00.intoArray(sums, INTS);
        s01.intoArray(sums, 2 * INTS);
        h01.intoArray(sums, 3 * INTS);
        s10.intoArray(sums, row);
        h10.intoArray(sums, row + INTS);
        s11.intoArray(sums, row + 2 * INTS);
        h11.intoArray(sums, row + 3 * INTS);
    }

    static void twoVectors(short[] x, int x0, int x1, int[] offsets, char[] columns, byte[] values,
            byte[] lengths, int first, int last, int from, int[] sums, int to0, int to1) {
        IntVector s0 = IntVector.broadcast(I, -VectorInt8.BOTH_STARTS * (last - first));
        IntVector h0 = IntVector.broadcast(I, -VectorInt8.ONE_START * (last - first));
        IntVector s1 = s0;
        IntVector h1 = h0;
        int j = from;
        for (int group = first; group < last; group++) {
            ShortVector a0 = ShortVector.broadcast(S, Short.MIN_VALUE);
            ShortVector a1 = a0;
            for (int end = j + lengths[group]; j < end; j++) {
                ShortVector w = ShortVector.broadcast(S, values[j]);
                int offset = offsets[columns[j]];
                a0 = ShortVector.fromArray(S, x, x0 + offset).mul(w).add(a0);
                a1 = ShortVector.fromArray(S, x, x1 + offset).mul(w).add(a1);
            }
            IntVector t = a0.reinterpretAsInts();
            s0 = t.add(s0);
            h0 = t.lanewise(VectorOperators.LSHR, 16).add(h0);
            t = a1.reinterpretAsInts();
            s1 = t.add(s1);
            h1 = t.lanewise(VectorOperators.LSHR, 16).add(h1);
        }
        s0.intoArray(sums, to0);
        h0.intoArray(sums, to0 + INTS);
        s1.intoArray(sums, to1);
        h1.intoArray(sums, to1 + INTS);
    }
}
