package espalier.engine.quant;

import static espalier.engine.kernel.Int8Kernels.ROWS;

import espalier.engine.kernel.Int8Kernels;
import espalier.engine.weight.CsrInt8Weight;
import it.unimi.dsi.fastutil.bytes.ByteArrayList;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * The products of a layer's rows in the groups of {@link Int8Kernels}, whose sums fit 16 bits.
 *
 * @param lengths of the groups
 * @param starts unit u, which is a row or {@link Int8Kernels#ROWS} rows, has the groups {@code starts[u]} to {@code starts[u + 1]}
 */
record Groups(byte[] lengths, int[] starts) {
    /** The weight that a product of a unit has in one of its rows. */
    private interface Weights {
        int of(int unit, int product, int row);
    }

    /** {@return those of each row's non-zeros} */
    static Groups of(CsrInt8Weight w, boolean narrow) {
        return of(w.starts().length - 1, 1, o -> w.starts()[o + 1] - w.starts()[o], (o, j, _) -> w.values()[w.starts()[o] + j],
                narrow);
    }

    /**
     * {@return those of each four rows of a dense weight}
     *
     * @param rows of each of the convolution's groups
     * @param depth products of a row
     */
    static Groups of(byte[] w, int groups, int rows, int depth, boolean narrow) {
        int tiles = Math.ceilDiv(rows, ROWS);
        return of(groups * tiles, ROWS, _ -> depth, (tile, k, r) -> {
            int row = tile % tiles * ROWS + r;
            return row < rows ? w[(tile / tiles * rows + row) * depth + k] : 0;
        }, narrow);
    }

    private static Groups of(int units, int rows, IntUnaryOperator products, Weights weights, boolean narrow) {
        int most = narrow ? Int8Kernels.NARROW_SUM : Int8Kernels.WIDE_SUM;
        ByteArrayList lengths = new ByteArrayList();
        int[] starts = new int[units + 1];
        // Of each row, the sums of its positive and of its negative weights.
        int[] sums = new int[2 * rows];
        for (int unit = 0; unit < units; unit++) {
            Arrays.fill(sums, 0);
            int length = 0;
            for (int k = 0; k < products.applyAsInt(unit); k++) {
                boolean fits = length < Byte.MAX_VALUE;
                for (int r = 0; r < rows; r++) {
                    int w = weights.of(unit, k, r);
                    fits &= (sums[w < 0 ? 2 * r + 1 : 2 * r] += Math.abs(w)) <= most;
                }
                if (!fits) {
                    lengths.add((byte) length);
                    length = 0;
                    for (int r = 0; r < rows; r++) {
                        int w = weights.of(unit, k, r);
                        sums[2 * r] = Math.max(w, 0);
                        sums[2 * r + 1] = Math.max(-w, 0);
                    }
                }
                length++;
            }
            if (length > 0) {
                lengths.add((byte) length);
            }
            starts[unit + 1] = lengths.size();
        }
        return new Groups(lengths.toByteArray(), starts);
    }
}
