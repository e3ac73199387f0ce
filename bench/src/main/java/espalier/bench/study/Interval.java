package espalier.bench.study;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * A share of images, and how far to trust it.
 *
 * @param mean over all images and seeds
 * @param std standard deviation over seeds; not a number where there is one
 * @param low where the 95 % interval begins, by bootstrap
 * @param high where it ends
 */
public record Interval(double mean, double std, double low, double high) {
    private static final int RESAMPLES = 1000;

    /** {@return a figure of which nothing else is known} */
    static Interval ofMean(double mean) {
        return new Interval(mean, Double.NaN, Double.NaN, Double.NaN);
    }

    /**
     * {@return Σ images of {@code some} / Σ images of {@code all}}
     *
     * <p>The interval lies between the 2.5th and the 97.5th percentile of resamples that draw, with replacement, as many
     * images as there are, the same for all seeds, and as many seeds as there are. Where all images agree it is a point.
     *
     * @param some by seed
     * @param all by seed, out of which {@code some} are; null for all images
     * @param images how many there are
     */
    public static Interval of(List<Images> some, List<Images> all, int images) {
        int seeds = some.size();
        double[] shares = new double[seeds];
        int[][] numerators = new int[seeds][images];
        int[][] denominators = new int[seeds][images];
        for (int s = 0; s < seeds; s++) {
            for (int i = 0; i < images; i++) {
                denominators[s][i] = all == null ? 1 : all.get(s).at(i);
                numerators[s][i] = some.get(s).at(i) * denominators[s][i];
            }
            shares[s] = share(IntStream.of(numerators[s]).sum(), IntStream.of(denominators[s]).sum());
        }
        double mean = share(IntStream.range(0, seeds).mapToLong(s -> IntStream.of(numerators[s]).sum()).sum(),
                IntStream.range(0, seeds).mapToLong(s -> IntStream.of(denominators[s]).sum()).sum());
        double[] resampled = new double[RESAMPLES];
        SplittableRandom random = new SplittableRandom(1);
        for (int r = 0; r < RESAMPLES; r++) {
            resampled[r] = resample(numerators, denominators, images, random);
        }
        Arrays.sort(resampled);
        return new Interval(mean, deviation(shares), resampled[RESAMPLES / 40],
                resampled[RESAMPLES - 1 - RESAMPLES / 40]);
    }

    private static double resample(int[][] numerators, int[][] denominators, int images, SplittableRandom random) {
        int seeds = numerators.length;
        int[] drawn = new int[seeds];
        for (int s = 0; s < seeds; s++) {
            drawn[random.nextInt(seeds)]++;
        }
        long some = 0;
        long all = 0;
        for (int i = 0; i < images; i++) {
            int image = random.nextInt(images);
            for (int s = 0; s < seeds; s++) {
                some += drawn[s] * numerators[s][image];
                all += drawn[s] * denominators[s][image];
            }
        }
        return share(some, all);
    }

    private static double share(long some, long all) {
        return all == 0 ? 0 : (double) some / all;
    }

    private static double deviation(double[] x) {
        double mean = Arrays.stream(x).average().orElse(0);
        return Math.sqrt(Arrays.stream(x).map(v -> (v - mean) * (v - mean)).sum() / (x.length - 1));
    }

    /** {@return this with everything multiplied, as when a smaller batch counts as a whole one} */
    Interval times(double factor) {
        return new Interval(mean * factor, std * factor, low * factor, high * factor);
    }
}
