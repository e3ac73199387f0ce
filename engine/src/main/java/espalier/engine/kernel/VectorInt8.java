package espalier.engine.kernel;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Integer loops on 16-bit lanes: most products cost one multiplication and one addition for a vector of positions.
 *
 * <p>A group's sum, of 2¹⁵ at first, is an unsigned number in each 16-bit lane. Viewed as half as many ints {@code t}, {@code s
 * += t} and {@code h += t >>> 16} then hold the odd lane's sum in h, and the even lane's in {@code s − (h << 16)}: no
 * conversion, no shuffle. s and h begin with what the 2¹⁵ of all groups will add. Results go the same way back: {@code even |
 * odd << 16} is a vector of shorts in their natural order. Accumulators are named locals and pass to the second stage through
 * scratch, never through calls, where a missed inlining would box them.
 *
 * <p>Scratch: s and h of each row and vector.
 */
final class VectorInt8 implements Int8Kernels {
    private static final VectorShape SHAPE = Lanes.F.vectorShape();
    private static final VectorSpecies<Short> S = VectorSpecies.of(short.class, SHAPE);
    private static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, SHAPE);
    private static final VectorSpecies<Float> F = Lanes.F;
    private static final VectorSpecies<Byte> B = VectorSpecies.of(byte.class, SHAPE);
    private static final VectorSpecies<Byte> HALF =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(SHAPE.vectorBitSize() / 2));
    private static final int LANES = S.length();
    private static final int INTS = I.length();
    /** Vectors in a panel: with 16 registers, the accumulators of four rows and two vectors would not fit. */
    private static final int VECTORS = SHAPE == VectorShape.S_512_BIT ? 2 : 1;
    private static final int ROW = VECTORS * 2 * INTS;
    /** What 2¹⁵ in both of its lanes makes an int. */
    static final int BOTH_STARTS = 0x80008000;
    static final int ONE_START = 0x8000;

    /** Up to here, and twice as far, adding {@link #ROUND} rounds; and it is far beyond 8 bits. */
    private static final float ROUNDED = 0x1p21f;

    private final ScalarInt8 scalar = new ScalarInt8();

    @Override
    public int panel() {
        return VECTORS * LANES;
    }

    @Override
    public int scratch() {
        return ROWS * ROW;
    }

    @Override
    public void pairs(byte[] w, int wOffset, int[] pairs, int n) {
        int i = 0;
        for (int bound = HALF.loopBound(n); i < bound; i += LANES) {
            ShortVector v = (ShortVector) ByteVector.fromArray(HALF, w, wOffset + i).convertShape(VectorOperators.B2S, S, 0);
            IntVector low = (IntVector) v.convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0);
            IntVector high = (IntVector) v.convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 1);
            low.or(low.lanewise(VectorOperators.LSHL, 16)).intoArray(pairs, i);
            high.or(high.lanewise(VectorOperators.LSHL, 16)).intoArray(pairs, i + INTS);
        }
        for (; i < n; i++) {
            pairs[i] = w[wOffset + i] & 0xFFFF | w[wOffset + i] << 16;
        }
    }

    @Override
    public void products(short[] x, int xOffset, int[] offsets, int depth, int[] w, int wOffset, byte[] lengths, int first,
            int last, int[] scratch) {
        if (VECTORS == 2) {
            fourByTwo(x, xOffset, offsets, depth, w, wOffset, lengths, first, last, scratch);
        } else {
            fourByOne(x, xOffset, offsets, depth, w, wOffset, lengths, first, last, scratch);
        }
    }

    private static void fourByTwo(short[] x, int xOffset, int[] offsets, int depth, int[] w, int wOffset,
            byte[] lengths, int first, int last, int[] scratch) {
        int w1 = wOffset + depth;
        int w2 = w1 + depth;
        int w3 = w2 + depth;
        IntVector s00 = IntVector.broadcast(I, -BOTH_STARTS * (last - first));
        IntVector h00 = IntVector.broadcast(I, -ONE_START * (last - first));
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
        int k = 0;
        for (int group = first; group < last; group++) {
            ShortVector a00 = ShortVector.broadcast(S, Short.MIN_VALUE);
            ShortVector a01 = a00;
            ShortVector a10 = a00;
            ShortVector a11 = a00;
            ShortVector a20 = a00;
            ShortVector a21 = a00;
            ShortVector a30 = a00;
            ShortVector a31 = a00;
            for (int end = k + lengths[group]; k < end; k++) {
                int at = xOffset + offsets[k];
                ShortVector x0 = ShortVector.fromArray(S, x, at);
                ShortVector x1 = ShortVector.fromArray(S, x, at + LANES);
                ShortVector pair = IntVector.broadcast(I, w[wOffset + k]).reinterpretAsShorts();
                a00 = x0.mul(pair).add(a00);
                a01 = x1.mul(pair).add(a01);
                pair = IntVector.broadcast(I, w[w1 + k]).reinterpretAsShorts();
                a10 = x0.mul(pair).add(a10);
                a11 = x1.mul(pair).add(a11);
                pair = IntVector.broadcast(I, w[w2 + k]).reinterpretAsShorts();
                a20 = x0.mul(pair).add(a20);
                a21 = x1.mul(pair).add(a21);
                pair = IntVector.broadcast(I, w[w3 + k]).reinterpretAsShorts();
                a30 = x0.mul(pair).add(a30);
                a31 = x1.mul(pair).add(a31);
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
        s00.intoArray(scratch, 0);
        h00.intoArray(scratch, INTS);
        s01.intoArray(scratch, 2 * INTS);
        h01.intoArray(scratch, 3 * INTS);
        s10.intoArray(scratch, ROW);
        h10.intoArray(scratch, ROW + INTS);
        s11.intoArray(scratch, ROW + 2 * INTS);
        h11.intoArray(scratch, ROW + 3 * INTS);
        s20.intoArray(scratch, 2 * ROW);
        h20.intoArray(scratch, 2 * ROW + INTS);
        s21.intoArray(scratch, 2 * ROW + 2 * INTS);
        h21.intoArray(scratch, 2 * ROW + 3 * INTS);
        s30.intoArray(scratch, 3 * ROW);
        h30.intoArray(scratch, 3 * ROW + INTS);
        s31.intoArray(scratch, 3 * ROW + 2 * INTS);
        h31.intoArray(scratch, 3 * ROW + 3 * INTS);
    }

    private static void fourByOne(short[] x, int xOffset, int[] offsets, int depth, int[] w, int wOffset,
            byte[] lengths, int first, int last, int[] scratch) {
        int w1 = wOffset + depth;
        int w2 = w1 + depth;
        int w3 = w2 + depth;
        IntVector s0 = IntVector.broadcast(I, -BOTH_STARTS * (last - first));
        IntVector h0 = IntVector.broadcast(I, -ONE_START * (last - first));
        IntVector s1 = s0;
        IntVector h1 = h0;
        IntVector s2 = s0;
        IntVector h2 = h0;
        IntVector s3 = s0;
        IntVector h3 = h0;
        int k = 0;
        for (int group = first; group < last; group++) {
            ShortVector a0 = ShortVector.broadcast(S, Short.MIN_VALUE);
            ShortVector a1 = a0;
            ShortVector a2 = a0;
            ShortVector a3 = a0;
            for (int end = k + lengths[group]; k < end; k++) {
                int at = xOffset + offsets[k];
                ShortVector x0 = ShortVector.fromArray(S, x, at);
                ShortVector pair = IntVector.broadcast(I, w[wOffset + k]).reinterpretAsShorts();
                a0 = x0.mul(pair).add(a0);
                pair = IntVector.broadcast(I, w[w1 + k]).reinterpretAsShorts();
                a1 = x0.mul(pair).add(a1);
                pair = IntVector.broadcast(I, w[w2 + k]).reinterpretAsShorts();
                a2 = x0.mul(pair).add(a2);
                pair = IntVector.broadcast(I, w[w3 + k]).reinterpretAsShorts();
                a3 = x0.mul(pair).add(a3);
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
        s0.intoArray(scratch, 0);
        h0.intoArray(scratch, INTS);
        s1.intoArray(scratch, ROW);
        h1.intoArray(scratch, ROW + INTS);
        s2.intoArray(scratch, 2 * ROW);
        h2.intoArray(scratch, 2 * ROW + INTS);
        s3.intoArray(scratch, 3 * ROW);
        h3.intoArray(scratch, 3 * ROW + INTS);
    }

    @Override
    public void sparseProducts(int panels, short[] x, int at0, int at1, int at2, int at3, int[] offsets, char[] columns,
            byte[] values, byte[] lengths, int first, int last, int from, int[] scratch) {
        if (VECTORS == 2) {
            if (last == first || last == first + 1 && lengths[first] == 1) {
                int offset = last == first ? 0 : offsets[columns[from]];
                VectorSparseInt8.one(x, at0 + offset, at1 + offset, at2 + offset, at3 + offset, last == first ? 0 : values[from],
                        scratch, ROW);
            } else if (panels > 2) {
                VectorSparseInt8.fourPairs(x, at0, at1, at2, at3, offsets, columns, values, lengths, first, last, from,
                        scratch, ROW);
            } else {
                VectorSparseInt8.twoPairs(x, at0, at1, offsets, columns, values, lengths, first, last, from, scratch, ROW);
            }
        } else {
            VectorSparseInt8.twoVectors(x, at0, at1, offsets, columns, values, lengths, first, last, from, scratch, 0, ROW);
            if (panels > 2) {
                VectorSparseInt8.twoVectors(x, at2, at3, offsets, columns, values, lengths, first, last, from, scratch,
                        2 * ROW, 3 * ROW);
            }
        }
    }

    @Override
    public void requantize(int[] scratch, int row, int bias, float multiplier, int zeroPoint, int low, int high,
            byte[] y, int yOffset) {
        // Comparisons of floats, with what Java asks of NaN and -0, are five instructions each; of ints, one.
        float bounded = Math.min(multiplier, ROUNDED);
        int bound = (int) (ROUNDED / bounded);
        for (int v = 0; v < VECTORS; v++) {
            int at = v * 2 * INTS;
            IntVector h = IntVector.fromArray(I, scratch, row * ROW + at + INTS);
            IntVector even = IntVector.fromArray(I, scratch, row * ROW + at).sub(h.lanewise(VectorOperators.LSHL, 16))
                    .add(bias).max(-bound).min(bound);
            IntVector odd = h.add(bias).max(-bound).min(bound);
            FloatVector ve = ((FloatVector) even.convert(VectorOperators.I2F, 0)).mul(bounded);
            FloatVector vo = ((FloatVector) odd.convert(VectorOperators.I2F, 0)).mul(bounded);
            even = ve.add(ROUND).reinterpretAsInts().add(zeroPoint - ROUND_BITS).max(low).min(high);
            odd = vo.add(ROUND).reinterpretAsInts().add(zeroPoint - ROUND_BITS).max(low).min(high);
            ((ByteVector) even.or(odd.lanewise(VectorOperators.LSHL, 16)).reinterpretAsShorts()
                    .convertShape(VectorOperators.S2B, HALF, 0)).intoArray(y, yOffset + v * LANES);
        }
    }

    @Override
    public void accumulators(int[] scratch, int row, int bias, int[] y, int yOffset) {
        for (int v = 0; v < VECTORS; v++) {
            int at = v * 2 * INTS;
            for (int i = 0; i < INTS; i++) {
                int h = scratch[row * ROW + at + INTS + i];
                int p = yOffset + v * LANES + 2 * i;
                y[p] = scratch[row * ROW + at + i] - (h << 16) + bias;
                y[p + 1] = h + bias;
            }
        }
    }

    @Override
    public void widen(byte[] x, int xOffset, int step, short[] y, int yOffset, int groups, int n) {
        if (step == n) {
            widenRow(x, xOffset, y, yOffset, groups * n);
            return;
        }
        if (n == 1) {
            for (int g = 0; g < groups; g++) {
                y[yOffset + g] = (short) (x[xOffset + g * step] & 0xFF);
            }
            return;
        }
        for (int g = 0; g < groups; g++) {
            widenRow(x, xOffset + g * step, y, yOffset + g * n, n);
        }
    }

    /** The last vector of a row overlaps the one before. Never by another shape: see {@link VectorGemm}. */
    private static void widenRow(byte[] x, int xOffset, short[] y, int yOffset, int n) {
        if (n < LANES) {
            for (int i = 0; i < n; i++) {
                y[yOffset + i] = (short) (x[xOffset + i] & 0xFF);
            }
            return;
        }
        int last = n - LANES;
        for (int i = 0; i < last; i += LANES) {
            ((ShortVector) ByteVector.fromArray(HALF, x, xOffset + i)
                    .convertShape(VectorOperators.ZERO_EXTEND_B2S, S, 0)).intoArray(y, yOffset + i);
        }
        ((ShortVector) ByteVector.fromArray(HALF, x, xOffset + last)
                .convertShape(VectorOperators.ZERO_EXTEND_B2S, S, 0)).intoArray(y, yOffset + last);
    }

    /**
     * Ints of four bytes are taken apart by shifts: conversions of bytes, four to an element and another shape, were more than C2
     * compiles well each time (48 bytes an iteration in one JVM start of hundreds).
     */
    @Override
    public void add(byte[] a, int aOffset, int aZero, float aMultiplier, byte[] b, int bOffset, int bZero, float bMultiplier,
            byte[] y, int yOffset, int zeroPoint, int low, int high, int n) {
        int i = 0;
        for (int bound = B.loopBound(255 * (aMultiplier + bMultiplier) <= ROUNDED ? n : 0); i < bound; i += B.length()) {
            IntVector fourA = ByteVector.fromArray(B, a, aOffset + i).reinterpretAsInts();
            IntVector fourB = ByteVector.fromArray(B, b, bOffset + i).reinterpretAsInts();
            IntVector fourY = IntVector.zero(I);
            for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
                FloatVector va = (FloatVector) fourA.lanewise(VectorOperators.LSHR, shift).and(0xFF).sub(aZero)
                        .convert(VectorOperators.I2F, 0);
                FloatVector vb = (FloatVector) fourB.lanewise(VectorOperators.LSHR, shift).and(0xFF).sub(bZero)
                        .convert(VectorOperators.I2F, 0);
                IntVector sum = va.mul(aMultiplier).add(vb.mul(bMultiplier)).add(ROUND).reinterpretAsInts()
                        .add(zeroPoint - ROUND_BITS).max(low).min(high);
                fourY = sum.lanewise(VectorOperators.LSHL, shift).or(fourY);
            }
            fourY.reinterpretAsBytes().intoArray(y, yOffset + i);
        }
        scalar.add(a, aOffset + i, aZero, aMultiplier, b, bOffset + i, bZero, bMultiplier, y, yOffset + i, zeroPoint, low,
                high, n - i);
    }
}
