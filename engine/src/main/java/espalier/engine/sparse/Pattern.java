package espalier.engine.sparse;

import espalier.engine.weight.CsrWeight;
import java.util.Arrays;

/**
 * The non-zeros of a matrix, or of some of its columns, by rows: row o's are {@code starts[o]} to {@code starts[o + 1]}.
 *
 * @param offsets of the numbers that each is multiplied by, in floats from the first output's first
 */
record Pattern(int[] starts, int[] offsets, float[] values) {
    /** @param offsets of each column */
    static Pattern of(CsrWeight w, int[] offsets) {
        int[] at = new int[w.values().length];
        for (int j = 0; j < at.length; j++) {
            at[j] = offsets[w.columns()[j]];
        }
        return new Pattern(w.starts(), at, w.values());
    }

    /** {@return the non-zeros in blocks of {@code width} columns, in order} */
    static Pattern[] blocks(CsrWeight w, int[] offsets, int width) {
        Pattern all = of(w, offsets);
        Pattern[] blocks = new Pattern[Math.ceilDiv(offsets.length, width)];
        for (int b = 0; b < blocks.length; b++) {
            blocks[b] = all.select(w.columns(), b * width, (b + 1) * width);
        }
        return blocks;
    }

    private Pattern select(char[] columns, int first, int last) {
        int[] begin = new int[starts.length];
        int[] at = new int[values.length];
        float[] some = new float[values.length];
        int count = 0;
        for (int o = 0; o + 1 < starts.length; o++) {
            for (int j = starts[o]; j < starts[o + 1]; j++) {
                if (columns[j] >= first && columns[j] < last) {
                    at[count] = offsets[j];
                    some[count++] = values[j];
                }
            }
            begin[o + 1] = count;
        }
        return new Pattern(begin, Arrays.copyOf(at, count), Arrays.copyOf(some, count));
    }
}
