package espalier.engine.sparse;

import espalier.engine.kernel.SparseKernels;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * How the positions of an output plane are cut into runs of vectors, some to a call of {@link SparseKernels#rows}; or the only
 * vector, for {@link SparseKernels#vector}.
 *
 * @param vectors of each run
 * @param stride how many vectors apart they lie in x
 * @param x where each run's input begins, in floats from the first output's
 * @param y where its output goes, in floats from the first output's
 */
record Runs(int vectors, int stride, int[] x, int[] y) {
    /** What a call costs beside its multiply-adds, counted in these. */
    private static final int OVERHEAD = 2;

    /**
     * {@return runs within rows}
     *
     * @param rows of the output, of {@code length} floats each: at least a vector
     * @param stride between rows, and between vectors, of the input
     * @param xPitch floats between rows of the input
     * @param yPitch floats between rows of the output
     */
    static Runs ofRows(SparseKernels k, int rows, int length, int stride, int xPitch, int yPitch) {
        int vectors = vectors(k, rows, length, stride);
        int run = vectors * k.lanes();
        int together = SparseKernels.runs(vectors);
        IntArrayList x = new IntArrayList();
        IntArrayList y = new IntArrayList();
        // Some rows at the same columns, before the next columns: they share most of their input.
        for (int block = 0; block < rows; block += together) {
            for (int p = 0; p < length; p += run) {
                // The last run of a row begins early, and computes again what the one before it did.
                int at = Math.min(p, length - run);
                for (int row = block; row < Math.min(block + together, rows); row++) {
                    x.add(stride * (row * xPitch + at));
                    y.add(row * yPitch + at);
                }
            }
        }
        return of(vectors, stride, x, y);
    }

    /** {@return runs of one row that may be shorter than they: up to a vector's run more than {@code length} is computed} */
    static Runs beyond(SparseKernels k, int length) {
        int vectors = vectors(k, 1, length, 1);
        IntArrayList at = new IntArrayList();
        for (int p = 0; p < length; p += vectors * k.lanes()) {
            at.add(p);
        }
        return of(vectors, 1, at, at.clone());
    }

    private static Runs of(int vectors, int stride, IntArrayList x, IntArrayList y) {
        while (x.size() % SparseKernels.runs(vectors) != 0 && (vectors > 1 || x.size() > 1)) {
            x.add(x.getInt(x.size() - 1));
            y.add(y.getInt(y.size() - 1));
        }
        return new Runs(vectors, stride, x.toIntArray(), y.toIntArray());
    }

    private static int vectors(SparseKernels k, int rows, int length, int stride) {
        int best = 1;
        long least = Long.MAX_VALUE;
        for (int v = k.maxVectors(); v >= 1; v /= 2) {
            int run = v * k.lanes();
            int together = SparseKernels.runs(v);
            long cost = (long) Math.ceilDiv(rows * Math.ceilDiv(length, run), together) * (together * v + OVERHEAD);
            boolean possible = v == 1 || run <= length && (stride == 1 || stride == 2 && v == 4);
            if (possible && cost < least) {
                best = v;
                least = cost;
            }
        }
        return best;
    }

    /** {@return whether no output is of two runs, other than of one that fills a call up} */
    boolean separate(SparseKernels k) {
        int[] sorted = Arrays.stream(y).distinct().sorted().toArray();
        return IntStream.range(1, sorted.length).allMatch(i -> sorted[i] - sorted[i - 1] >= vectors * k.lanes());
    }

    /** {@return floats from the first output's to the end of the last run's} */
    int reach(SparseKernels k) {
        int last = 0;
        for (int at : y) {
            last = Math.max(last, at);
        }
        return last + vectors * k.lanes();
    }
}
