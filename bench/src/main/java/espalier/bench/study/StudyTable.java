package espalier.bench.study;

import espalier.attacks.Norm;
import espalier.attacks.PixelUnits;
import espalier.attacks.ThreatModel;
import espalier.bench.report.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The results of a study as a table for people: a row per network, and two columns per attack. */
public final class StudyTable {
    private StudyTable() {}

    /** {@return the table, and below it what its figures mean} */
    public static String of(StudyConfig config, List<Result> results) {
        List<Attack> attacks = config.attacks();
        boolean models = config.model().size() > 1;
        boolean seeds = config.seeds().size() > 1;
        boolean readings = results.stream().anyMatch(r -> r.resultReading() != null);
        List<String> head = new ArrayList<>();
        if (models) {
            head.add("model");
        }
        head.addAll(List.of("network", "bits"));
        if (seeds) {
            head.add("seed");
        }
        if (readings) {
            head.add("results as in");
        }
        int textColumns = head.size();
        head.addAll(List.of("parameters", "MACs"));
        boolean timed = results.stream().anyMatch(r -> r.timings() != null);
        if (timed) {
            head.addAll(Speeds.HEAD);
        }
        head.add("clean");
        for (int a = 0; a < attacks.size(); a++) {
            head.add(name(attacks, a));
            head.add("transfer");
        }
        Table table = new Table(textColumns, head.toArray(String[]::new));
        for (int i = 0; i < results.size(); i += attacks.size()) {
            Result r = results.get(i);
            List<String> row = new ArrayList<>();
            if (models) {
                row.add(r.model());
            }
            row.addAll(List.of(r.cell().network().title(), r.quantized() ? "int8" : "float32"));
            if (seeds) {
                row.add(Long.toString(r.seed()));
            }
            if (readings) {
                row.add(r.resultReading() == null ? "corrected" : r.resultReading());
            }
            row.add(count(r.nonzeroParameters()));
            row.add(count(r.nonzeroMacs()));
            if (timed) {
                row.addAll(Speeds.cells(r));
            }
            row.add(percent(r.cleanAccuracy()) + (Speeds.onFront(r, results) ? " *" : timed ? "  " : ""));
            for (Result of : results.subList(i, i + attacks.size())) {
                row.add(percent(of.adversarialAccuracy()));
                row.add(r.cell().network().isDense() ? "–" : percent(of.transferAccuracy()));
            }
            table.add(row.toArray(String[]::new));
        }
        return table + "\n" + legend(config, results);
    }

    private static String legend(StudyConfig config, List<Result> results) {
        Result first = results.getFirst();
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT,
                "%s on %s; accuracies in %%. clean: %,d test images; attacked: the first %,d of them.%n",
                        String.join(", ", config.model()),
                first.dataset(), first.testImages(), first.attackImages()));
        if (results.stream().anyMatch(r -> r.pruningReading() != null || r.resultReading() != null)) {
            text.append("[…] after a network, and \"results as in\": choices of the paper's code that were made again.\n");
        }
        text.append(Speeds.legend(results));
        for (int a = 0; a < config.attacks().size(); a++) {
            text.append(name(config.attacks(), a)).append(": ").append(config.attacks().get(a).threatModel())
                    .append(config.quantization().enabled() ? "; of int8: its float parent.\n" : ".\n");
        }
        return text.append("transfer: the same attack made on the dense network.\n").toString();
    }

    /** {@return the column's head; a number tells attacks apart that differ only in what it does not show} */
    private static String name(List<Attack> attacks, int index) {
        String own = shortName(attacks.get(index).threatModel());
        long before = attacks.subList(0, index).stream().filter(a -> shortName(a.threatModel()).equals(own)).count();
        return before == 0 ? own : own + " #" + (before + 1);
    }

    /** {@return {@code pgd 8/255} or {@code fgsm l2 0.5}} */
    static String shortName(ThreatModel t) {
        return (t.steps() == 1 ? "fgsm " : "pgd ") + (t.norm() == Norm.LINF ? "" : t.norm() + " ")
                + PixelUnits.print(t.epsilon());
    }

    private static String percent(double fraction) {
        return String.format(Locale.ROOT, "%.1f", 100 * fraction);
    }

    /** {@return {@code 269,722}, or {@code 40.6 M} from ten millions on} */
    private static String count(long n) {
        return n < 10_000_000 ? String.format(Locale.ROOT, "%,d", n) : String.format(Locale.ROOT, "%.1f M", n / 1e6);
    }
}
