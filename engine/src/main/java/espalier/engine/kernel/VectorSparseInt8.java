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
    private static final int INTS = I.length();

    private VectorSparseInt8() {}

    static void fourVectors(short[] x, int x0, int x1, int x2, int x3, int[] offsets, char[] columns, byte[] values,
            byte[] lengths, int first, int last, int from, int[] sums, int to0, int to1, int to2, int to3) {
        IntVector s0 = IntVector.broadcast(I, -VectorInt8.BOTH_STARTS * (last - first));
        IntVector h0 = IntVector.broadcast(I, -VectorInt8.ONE_START * (last - first));
        IntVector s1 = s0;
        IntVector h1 = h0;
        IntVector s2 = s0;
        IntVector h2 = h0;
        IntVector s3 = s0;
        IntVector h3 = h0;
        int j = from;
        for (int group = first; group < last; group++) {
            ShortVector a0 = ShortVector.broadcast(S, Short.MIN_VALUE);
            ShortVector a1 = a0;
            ShortVector a2 = a0;
            ShortVector a3 = a0;
            for (int end = j + lengths[group]; j < end; j++) {
                ShortVector w = ShortVector.broadcast(S, values[j]);
                int offset = offsets[columns[j]];
                a0 = ShortVector.fromArray(S, x, x0 + offset).mul(w).add(a0);
                a1 = ShortVector.fromArray(S, x, x1 + offset).mul(w).add(a1);
                a2 = ShortVector.fromArray(S, x, x2 + offset).mul(w).add(a2);
                a3 = ShortVector.fromArray(S, x, x3 + offset).mul(w).add(a3);
            }
            IntVector t = a0.reinterpretAsInts();
            s0 = t.add(s0);
            h0 = t.lanewise(VectorOperators.LSHR, 16).add(h0);
            t = a1.reinterpretAsInts();
            s1 = t.add(s1);
            h1 = t.lanewise(VectorOperators.LSHR, 16).add(h1);
            t = a2.reinterpretAsInts();
            s2 = t.add(s2);
            h2 = t.lanewise(VectorOperators.LSHR, 16).add(h2);
            t = a3.reinterpretAsInts();
            s3 = t.add(s3);
            h3 = t.lanewise(VectorOperators.LSHR, 16).add(h3);
        }
        s0.intoArray(sums, to0);
        h0.intoArray(sums, to0 + INTS);
        s1.intoArray(sums, to1);
        h1.intoArray(sums, to1 + INTS);
        s2.intoArray(sums, to2);
        h2.intoArray(sums, to2 + INTS);
        s3.intoArray(sums, to3);
        h3.intoArray(sums, to3 + INTS);
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
