package espalier.bench.lesson;

import espalier.bench.measure.Figure;
import espalier.bench.measure.Statistics;
import espalier.bench.peer.Task;
import espalier.bench.report.Environment;
import java.util.Locale;
import java.util.Map;

/**
 * What was measured for a lesson.
 *
 * @param nanos of the fastest iteration: what the lesson tells, as it is the least disturbed
 * @param peak multiply-adds in registers, in GFLOP/s
 */
record Facts(Map<Task, Figure> figures, Map<Task, Double> nanos, double peak, Environment environment) {
    private static final double BUSY = 0.1;

    double milliseconds(Task task) {
        Double best = nanos.get(task);
        if (best == null) {
            throw new IllegalArgumentException("lesson: " + task.benchmark() + " " + task.shape() + " was not measured");
        }
        return best / 1e6;
    }

    /** {@return what its unit counts, in a second} */
    double speed(Task task) {
        return task.items() / milliseconds(task) * 1e3;
    }

    /** {@return how many times as fast as {@code baseline} the task is} */
    double speedup(Task task, Task baseline) {
        return milliseconds(baseline) / milliseconds(task);
    }

    /** {@return {@code 0.123 ms} or {@code 12.3 µs}} */
    String time(Task task) {
        double ms = milliseconds(task);
        return ms < 1 ? number(1000 * ms) + " µs" : number(ms) + " ms";
    }

    /** {@return three digits of {@code x}} */
    static String number(double x) {
        return x >= 100 ? String.format(Locale.ROOT, "%,.0f", x) : x >= 10 ? String.format(Locale.ROOT, "%.1f", x)
                : x >= 0.1 ? String.format(Locale.ROOT, "%.2f", x) : String.format(Locale.ROOT, "%.2g", x);
    }

    /** {@return {@code 2.3×}} */
    static String times(double x) {
        return number(x) + "×";
    }

    static String percent(double share) {
        return String.format(Locale.ROOT, share < 0.1 ? "%.1f %%" : "%.0f %%", 100 * share);
    }

    /** {@return by how much the middle measurement of a task was slower than its fastest, for the task in the middle} */
    double disturbance() {
        return Statistics.median(nanos.entrySet().stream()
                .mapToDouble(e -> figures.get(e.getKey()).milliseconds() * 1e6 / e.getValue() - 1).toArray());
    }

    /** {@return the sentences about where all this was measured, and how well} */
    String machine() {
        Environment e = environment;
        return "All figures on this page were measured on the machine where it was made: " + e.cpu() + ", one thread, vectors of "
                + e.vectorWidth() + " bits, JDK " + e.jdk() + ", Espalier " + e.commit()
                + ". On another machine, or another day, they differ; run the lesson again and the text changes with them. "
                + "Each time is the fastest of several, because whatever else runs only makes it slower; the middle one is "
                + "typically "
                + percent(disturbance()) + " slower. " + (disturbance() > BUSY ? "**That is a lot: the machine was busy, "
                + "and the figures below are not to be trusted. Close what else is running, and measure again.**" : "");
    }
}
