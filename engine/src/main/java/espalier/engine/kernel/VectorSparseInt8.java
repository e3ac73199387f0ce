package espalier.engine.kernel;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sparse integer products on 16-bit lanes: non-zeros are summed in them for as long as their sum fits, so that most cost one
 * multiplication and one addition for 32 positions.
 *
 * <p>Sums are left as {@link VectorInt8} reads them: {@code s = even + (odd << 16)}, then odd.
 */
final class VectorSparseInt8 {
    private static final VectorShape SHAPE = Lanes.F.vectorShape();
    private static final VectorSpecies<Short> S = VectorSpecies.of(short.class, SHAPE);
    private static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, SHAPE);
    private static final int INTS = I.length();

    private VectorSparseInt8() {}

    static void fourVectors(short[] x, int x0, int x1, int x2, int x3, int[] offsets, char[] columns, byte[] values,
            byte[] lengths, int first, int last, int from, int[] sums, int to0, int to1, int to2, int to3) {
        IntVector even0 = IntVector.zero(I);
        IntVector odd0 = IntVector.zero(I);
        IntVector even1 = IntVector.zero(I);
        IntVector odd1 = IntVector.zero(I);
        IntVector even2 = IntVector.zero(I);
        IntVector odd2 = IntVector.zero(I);
        IntVector even3 = IntVector.zero(I);
        IntVector odd3 = IntVector.zero(I);
        int j = from;
        for (int group = first; group < last; group++) {
            ShortVector s0 = ShortVector.zero(S);
            ShortVector s1 = ShortVector.zero(S);
            ShortVector s2 = ShortVector.zero(S);
            ShortVector s3 = ShortVector.zero(S);
            for (int end = j + lengths[group]; j < end; j++) {
                ShortVector w = ShortVector.broadcast(S, values[j]);
                int offset = offsets[columns[j]];
                s0 = ShortVector.fromArray(S, x, x0 + offset).mul(w).add(s0);
                s1 = ShortVector.fromArray(S, x, x1 + offset).mul(w).add(s1);
                s2 = ShortVector.fromArray(S, x, x2 + offset).mul(w).add(s2);
                s3 = ShortVector.fromArray(S, x, x3 + offset).mul(w).add(s3);
            }
            IntVector t0 = s0.reinterpretAsInts();
            even0 = t0.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16).add(even0);
            odd0 = t0.lanewise(VectorOperators.ASHR, 16).add(odd0);
            IntVector t1 = s1.reinterpretAsInts();
            even1 = t1.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16).add(even1);
            odd1 = t1.lanewise(VectorOperators.ASHR, 16).add(odd1);
            IntVector t2 = s2.reinterpretAsInts();
            even2 = t2.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16).add(even2);
            odd2 = t2.lanewise(VectorOperators.ASHR, 16).add(odd2);
            IntVector t3 = s3.reinterpretAsInts();
            even3 = t3.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16).add(even3);
            odd3 = t3.lanewise(VectorOperators.ASHR, 16).add(odd3);
        }
        even0.add(odd0.lanewise(VectorOperators.LSHL, 16)).intoArray(sums, to0);
        odd0.intoArray(sums, to0 + INTS);
        even1.add(odd1.lanewise(VectorOperators.LSHL, 16)).intoArray(sums, to1);
        odd1.intoArray(sums, to1 + INTS);
        even2.add(odd2.lanewise(VectorOperators.LSHL, 16)).intoArray(sums, to2);
        odd2.intoArray(sums, to2 + INTS);
        even3.add(odd3.lanewise(VectorOperators.LSHL, 16)).intoArray(sums, to3);
        odd3.intoArray(sums, to3 + INTS);
    }

    static void twoVectors(short[] x, int x0, int x1, int[] offsets, char[] columns, byte[] values,
            byte[] lengths, int first, int last, int from, int[] sums, int to0, int to1) {
        IntVector even0 = IntVector.zero(I);
        IntVector odd0 = IntVector.zero(I);
        IntVector even1 = IntVector.zero(I);
        IntVector odd1 = IntVector.zero(I);
        int j = from;
        for (int group = first; group < last; group++) {
            ShortVector s0 = ShortVector.zero(S);
            ShortVector s1 = ShortVector.zero(S);
            for (int end = j + lengths[group]; j < end; j++) {
                ShortVector w = ShortVector.broadcast(S, values[j]);
                int offset = offsets[columns[j]];
                s0 = ShortVector.fromArray(S, x, x0 + offset).mul(w).add(s0);
                s1 = ShortVector.fromArray(S, x, x1 + offset).mul(w).add(s1);
            }
            IntVector t0 = s0.reinterpretAsInts();
            even0 = t0.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16).add(even0);
            odd0 = t0.lanewise(VectorOperators.ASHR, 16).add(odd0);
            IntVector t1 = s1.reinterpretAsInts();
            even1 = t1.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16).add(even1);
            odd1 = t1.lanewise(VectorOperators.ASHR, 16).add(odd1);
        }
        even0.add(odd0.lanewise(VectorOperators.LSHL, 16)).intoArray(sums, to0);
        odd0.intoArray(sums, to0 + INTS);
        even1.add(odd1.lanewise(VectorOperators.LSHL, 16)).intoArray(sums, to1);
        odd1.intoArray(sums, to1 + INTS);
    }
}
