package espalier.engine.quant;

import espalier.engine.weight.CsrInt8Weight;
import it.unimi.dsi.fastutil.bytes.ByteArrayList;

/**
 * The rows of a sparse weight, their non-zeros in groups whose sums fit 16 bits.
 *
 * @param lengths of the groups
 * @param groups row o has the groups {@code groups[o]} to {@code groups[o + 1]}
 */
record SparseRows(CsrInt8Weight weight, byte[] lengths, int[] groups) {
    /** Of |w| times 127, or 255, within 2¹⁵ − 1. */
    private static final int NARROW_SUM = 258;
    private static final int WIDE_SUM = 128;

    static SparseRows of(CsrInt8Weight weight, boolean narrow) {
        int most = narrow ? NARROW_SUM : WIDE_SUM;
        int rows = weight.shape().dim(0);
        ByteArrayList lengths = new ByteArrayList();
        int[] groups = new int[rows + 1];
        for (int o = 0; o < rows; o++) {
            int sum = 0;
            int length = 0;
            for (int j = weight.starts()[o]; j < weight.starts()[o + 1]; j++) {
                int w = Math.abs(weight.values()[j]);
                if (sum + w > most || length == Byte.MAX_VALUE) {
                    lengths.add((byte) length);
                    sum = 0;
                    length = 0;
                }
                sum += w;
                length++;
            }
            if (length > 0) {
                lengths.add((byte) length);
            }
            groups[o + 1] = lengths.size();
        }
        return new SparseRows(weight, lengths.toByteArray(), groups);
    }
}
