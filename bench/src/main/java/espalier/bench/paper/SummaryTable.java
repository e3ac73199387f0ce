package espalier.bench.paper;

import espalier.bench.report.Table;
import espalier.bench.study.Interval;
import espalier.bench.study.Summary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.StringJoiner;
import java.util.function.Function;

/** What a study found out, with how far to trust it: as a table for people, and as CSV. */
final class SummaryTable {
    private static final SequencedMap<String, Function<Summary, Interval>> FIGURES = new LinkedHashMap<>();

    static {
        FIGURES.put("clean", Summary::clean);
        FIGURES.put("top 5", Summary::top5);
        FIGURES.put("robust", Summary::robust);
        FIGURES.put("success", Summary::success);
        FIGURES.put("transfer", Summary::transfer);
        FIGURES.put("transfer success", Summary::transferSuccess);
        FIGURES.put("noise", Summary::noise);
    }

    private SummaryTable() {}

    /** {@return the table of one reading and one attack, in percent, each mean with its 95 % interval} */
    static String of(List<Summary> summaries) {
        List<String> head = new ArrayList<>(List.of("model", "network", "bits"));
        head.addAll(FIGURES.keySet());
        head.addAll(List.of("both right", "both fooled"));
        Table table = new Table(3, head.toArray(String[]::new));
        for (Summary s : summaries) {
            List<String> row = new ArrayList<>(List.of(s.model(), s.title(), s.quantized() ? "int8" : "float32"));
            FIGURES.values().forEach(f -> row.add(cell(f.apply(s))));
            row.add(percent(s.bothRight()));
            row.add(percent(s.bothFooled()));
            table.add(row.toArray(String[]::new));
        }
        return table.toString();
    }

    private static String cell(Interval i) {
        return percent(i.mean()) + (Double.isNaN(i.std()) ? "" : " ± " + percent(i.std()))
                + (Double.isNaN(i.low()) ? "" : " [" + percent(i.low()) + ", " + percent(i.high()) + "]");
    }

    private static String percent(double share) {
        return Double.isNaN(share) ? "–" : String.format(Locale.ROOT, "%.1f", 100 * share);
    }

    /** {@return the same as lines of CSV, as fractions, for programs that draw} */
    static String csv(String reading, List<Summary> summaries) {
        StringBuilder lines = new StringBuilder();
        for (Summary s : summaries) {
            StringJoiner line = new StringJoiner(",", "", "\n");
            line.add(reading).add(s.model()).add(s.strategy()).add(Double.toString(s.compression()))
                    .add(s.quantized() ? "int8" : "float32").add('"' + s.threatModel().toString() + '"')
                    .add(Integer.toString(s.seeds().size()));
            FIGURES.values().forEach(f -> {
                Interval i = f.apply(s);
                line.add(number(i.mean())).add(number(i.std())).add(number(i.low())).add(number(i.high()));
            });
            line.add(number(s.bothRight())).add(number(s.bothFooled())).add(number(s.useless()));
            lines.append(line);
        }
        return lines.toString();
    }

    static String csvHead() {
        StringJoiner head = new StringJoiner(",", "", "\n");
        head.add("reading").add("model").add("strategy").add("compression").add("bits").add("threatModel").add("seeds");
        FIGURES.keySet().stream().map(f -> f.replace(' ', '_')).forEach(f -> head.add(f).add(f + "_std").add(f + "_low")
                .add(f + "_high"));
        return head.add("both_right").add("both_fooled").add("useless_gradients").toString();
    }

    private static String number(double v) {
        return Double.isNaN(v) ? "" : String.format(Locale.ROOT, "%.5f", v);
    }
}
