package espalier.engine.weight;

import espalier.engine.tensor.Shape;

/** What the sparse formats have in common: the pattern, in compressed rows. */
final class Csr {
    /** Columns are 16-bit numbers. */
    static final int MAX_COLUMNS = 1 << 16;

    private Csr() {}

    /** {@return the numbers of a row of {@code shape}: of one output channel} */
    static int columns(Shape shape) {
        return shape.size() / Math.max(1, shape.dim(0));
    }

    static boolean fits(Shape shape) {
        return shape.rank() >= 2 && columns(shape) <= MAX_COLUMNS;
    }

    /**
     * Checks that this is a pattern of {@code shape}, its columns growing within each row.
     *
     * @throws IllegalArgumentException saying what is not
     */
    static void check(Shape shape, int[] starts, char[] columns, int values) {
        if (!fits(shape)) {
            throw new IllegalArgumentException("sparse weight " + shape + ": rows of more than " + MAX_COLUMNS
                    + " numbers, or fewer than 2 dimensions");
        }
        int rows = shape.dim(0);
        boolean ok = starts.length == rows + 1 && starts[0] == 0 && starts[rows] == columns.length
                && columns.length == values;
        for (int o = 0; ok && o < rows; o++) {
            ok = starts[o] <= starts[o + 1];
            for (int j = starts[o]; ok && j < starts[o + 1]; j++) {
                ok = columns[j] < columns(shape) && (j == starts[o] || columns[j] > columns[j - 1]);
            }
        }
        if (!ok) {
            throw new IllegalArgumentException("sparse weight " + shape + ": " + starts.length + " row starts and "
                    + columns.length + " columns for " + values + " values are not its pattern");
        }
    }
}
