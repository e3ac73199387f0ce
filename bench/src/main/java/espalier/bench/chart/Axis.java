package espalier.bench.chart;

/**
 * An axis of a chart.
 *
 * @param min null for what the data need
 * @param max null for what the data need
 * @param log2 whether each step doubles; ticks stand at powers of two
 */
public record Axis(String label, Double min, Double max, boolean log2) {
    /** {@return an axis as long as its data} */
    public static Axis of(String label) {
        return new Axis(label, null, null, false);
    }

    /** {@return an axis of fractions in percent, from 0 to 100} */
    public static Axis percent(String label) {
        return new Axis(label, 0.0, 100.0, false);
    }

    /** {@return an axis that doubles with each step} */
    public static Axis doubling(String label) {
        return new Axis(label, null, null, true);
    }

    double at(double value) {
        return log2 ? Math.log(value) / Math.log(2) : value;
    }
}
