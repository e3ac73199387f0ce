package espalier.engine.sparse;

import espalier.engine.weight.CsrWeight;
import java.util.Arrays;

/** Where the non-zeros of some columns of a sparse matrix are: those of row o from {@code starts[o]} to {@code ends[o]}. */
record Pattern(int[] starts, int[] ends) {
    /** {@return those of {@code width} columns after the other; columns grow within a row, so each block's are neighbours} */
    static Pattern[] blocks(CsrWeight w, int columns, int width) {
        int rows = w.starts().length - 1;
        Pattern[] blocks = new Pattern[Math.ceilDiv(columns, width)];
        int[] starts = Arrays.copyOf(w.starts(), rows);
        for (int b = 0; b < blocks.length; b++) {
            int[] ends = starts.clone();
            for (int o = 0; o < rows; o++) {
                while (ends[o] < w.starts()[o + 1] && w.columns()[ends[o]] < (b + 1) * width) {
                    ends[o]++;
                }
            }
            blocks[b] = new Pattern(starts, ends);
            starts = ends;
        }
        return blocks;
    }
}
