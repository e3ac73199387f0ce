package espalier.compress.prune;

import espalier.compress.prune.PruningStrategy.Removed;
import it.unimi.dsi.fastutil.floats.FloatArrays;
import java.util.BitSet;
import java.util.SplittableRandom;

/**
 * Decides which of the scores that compete stay.
 *
 * @param scores of all prunable parameters, finite
 * @param alive those that are not pruned already; the others stay pruned
 * @param kept where what stays is set
 */
record Keep(float[] scores, BitSet alive, Removed removed, BitSet kept) {
    /** Keeps {@code count} of n scores, or all that are alive if they are fewer; of equals the first. */
    void exactly(int offset, int n, int count) {
        float[] keys = new float[n];
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            // Adding 0 makes −0 equal to 0, which the sort would tell apart.
            float key = (removed == Removed.LARGEST ? scores[offset + i] : -scores[offset + i]) + 0f;
            keys[i] = alive.get(offset + i) ? key : Float.POSITIVE_INFINITY;
            order[i] = i;
        }
        FloatArrays.radixSortIndirect(order, keys, true);
        for (int i = 0; i < count && keys[order[i]] < Float.POSITIVE_INFINITY; i++) {
            kept.set(offset + order[i]);
        }
    }

    /**
     * Keeps what lies on the right side of a quantile or on it: about {@code count} of n scores. Where the quantile is 0,
     * zeros are replaced before. Source: {@code fraction_mask} and {@code map_zeros} in the ShrinkBench of Weiss et al.
     */
    void byQuantile(int offset, int n, double count, SplittableRandom random) {
        float[] sorted = sorted(offset, n);
        if (sorted.length == 0) {
            return;
        }
        double fraction = Math.min(1, count / sorted.length);
        double threshold = quantile(sorted, removed == Removed.LARGEST ? fraction : 1 - fraction);
        if (threshold == 0) {
            for (int i = offset; i < offset + n; i++) {
                scores[i] = scores[i] == 0 ? (float) (random.nextDouble() / 2) : scores[i] > 0 ? scores[i] + 1 : scores[i];
            }
            threshold = quantile(sorted(offset, n), removed == Removed.LARGEST ? fraction : 1 - fraction);
        }
        for (int i = offset; i < offset + n; i++) {
            kept.set(i, alive.get(i) && (removed == Removed.LARGEST ? scores[i] <= threshold : scores[i] >= threshold));
        }
    }

    private float[] sorted(int offset, int n) {
        float[] sorted = new float[alive.get(offset, offset + n).cardinality()];
        int at = 0;
        for (int i = alive.nextSetBit(offset); i >= 0 && i < offset + n; i = alive.nextSetBit(i + 1)) {
            sorted[at++] = scores[i] + 0f;
        }
        FloatArrays.radixSort(sorted);
        return sorted;
    }

    /** {@return the value below which the fraction q of the sorted values lies, straight between neighbours} As NumPy's. */
    static double quantile(float[] sorted, double q) {
        double position = q * (sorted.length - 1);
        int below = (int) position;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (position - below) * ((double) sorted[above] - sorted[below]);
    }

    /** Keeps each of n by itself with this probability. */
    void byChance(int offset, int n, double probability) {
        for (int i = offset; i < offset + n; i++) {
            kept.set(i, alive.get(i) && scores[i] <= probability);
        }
    }
}
