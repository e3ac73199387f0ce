package espalier.bench.measure;

import espalier.bench.report.Table;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Figures as people read them. */
public final class FigureTable {
    private FigureTable() {}

    /** How to read the column that is not of medians. */
    static final String UNDISTURBED = "Ratios are of medians; undisturbed: of the fastest iterations of both, since what disturbs "
            + "a machine makes it slower only.";

    /** {@return a table of {@code figures}; the columns of baselines and of theory are there only if any figure has one} */
    public static Table of(List<Figure> figures) {
        boolean compared = figures.stream().anyMatch(f -> f.baseline() != null);
        boolean theory = figures.stream().anyMatch(f -> f.theoreticalSpeedup() != null);
        List<String> head = List.of("benchmark", "shape", "threads", "ms", "median", "min–max", "unit", "of peak", "B/op");
        List<String> all = compared ? concat(head, "baseline", "baseline's", "ratio", "undisturbed") : head;
        all = theory ? concat(all, "in theory") : all;
        Table table = new Table(2, all.toArray(String[]::new));
        for (Figure f : figures) {
            List<String> cells = List.of(f.benchmark(), f.shape(), Integer.toString(f.threads()), number(f.milliseconds()),
                    number(f.median()), number(f.min()) + "–" + number(f.max()), f.unit(),
                    f.peakFraction() == 0 ? "" : percent(f.peakFraction()), bytes(f.bytesPerOp()));
            if (compared) {
                cells = f.baseline() == null
                        ? concat(cells, "", "", "", "")
                        : concat(cells, f.baseline(), number(f.baselineMedian()), print("%.2f", f.ratio()),
                                f.bestRatio() == null ? "" : print("%.2f", f.bestRatio()));
            }
            if (theory) {
                cells = concat(cells, f.theoreticalSpeedup() == null ? "" : print("%.2f×", f.theoreticalSpeedup()));
            }
            table.add(cells.toArray(String[]::new));
        }
        return table;
    }

    private static List<String> concat(List<String> list, String... more) {
        return Stream.concat(list.stream(), Stream.of(more)).toList();
    }

    /** {@return the sentence about the memory of {@code f}} */
    public static String memory(Figure f) {
        String theirs = f.baselineMemory() == null ? "" : print(", " + f.baseline() + ": %.0f MB", f.baselineMemory() / 1e6);
        return "Memory of a " + f.benchmark() + ", " + f.shape() + ", threads: " + f.threads()
                + ", the whole process at its peak: " + print("%.0f MB", f.peakMemory() / 1e6) + theirs;
    }

    /** {@return three digits of {@code x}, or all before the point} */
    public static String number(double x) {
        double size = Math.abs(x);
        return print(size >= 100 || size == 0 ? "%,.0f"
                : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : size >= 0.1 ? "%.3f" : "%.4f", x);
    }

    /** {@return a fraction as {@code 87 %}} */
    public static String percent(double fraction) {
        return Math.round(100 * fraction) + " %";
    }

    /** {@return bytes as {@code 12 kB}; less than one as 0} */
    public static String bytes(double bytes) {
        return bytes < 1 ? "0" : bytes < 10_000 ? print("%.0f", bytes)
                : bytes < 1e7 ? print("%.0f k", bytes / 1e3) : print("%.0f M", bytes / 1e6);
    }

    private static String print(String format, double x) {
        return String.format(Locale.ROOT, format, x);
    }
}
