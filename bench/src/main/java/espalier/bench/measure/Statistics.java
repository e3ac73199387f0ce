package espalier.bench.measure;

import java.util.Arrays;

/** Of a few numbers. */
public final class Statistics {
    private Statistics() {}

    /** {@return the middle one, or the mean of the two in the middle} */
    public static double median(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("median of nothing");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
