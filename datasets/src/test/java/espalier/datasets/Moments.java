package espalier.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Mean and deviation of each channel of a split, in double. */
record Moments(double[] mean, double[] std) {
    static Moments of(Split split) {
        int channels = split.imageShape().dim(0);
        int plane = split.imageShape().size() / channels;
        double[] mean = new double[channels];
        double[] std = new double[channels];
        for (int c = 0; c < channels; c++) {
            long sum = 0;
            long squares = 0;
            for (int i = 0; i < split.size(); i++) {
                int from = (i * channels + c) * plane;
                for (int p = from; p < from + plane; p++) {
                    int v = split.pixels()[p] & 0xFF;
                    sum += v;
                    squares += v * v;
                }
            }
            double n = (double) split.size() * plane;
            mean[c] = sum / n / 255;
            std[c] = Math.sqrt(squares / n / 255 / 255 - mean[c] * mean[c]);
        }
        return new Moments(mean, std);
    }

    /** Fails when the constants of {@code dataset} are further off than {@code tolerance}. */
    void check(Dataset dataset, double tolerance) {
        for (int c = 0; c < mean.length; c++) {
            assertThat((double) dataset.mean()[c]).as("mean of channel " + c).isCloseTo(mean[c], within(tolerance));
            assertThat((double) dataset.std()[c]).as("deviation of channel " + c).isCloseTo(std[c], within(tolerance));
        }
    }
}
