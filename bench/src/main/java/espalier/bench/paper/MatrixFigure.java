package espalier.bench.paper;

import espalier.bench.chart.HeatMap;
import espalier.bench.study.MatrixRow;
import espalier.bench.study.MatrixRow.Variant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.function.Predicate;

/** The transfer matrix as a heat map. */
final class MatrixFigure {
    private MatrixFigure() {}

    /**
     * {@return the success rate of each source's images on each of these targets}
     *
     * @param rows of one matrix; all have the same targets
     * @param targets which of them are shown
     */
    static HeatMap of(String title, List<MatrixRow> rows, Predicate<Variant> targets) {
        List<Variant> columns = rows.getFirst().targets().stream().map(MatrixRow.Target::variant).filter(targets).toList();
        double[][] values = rows.stream().map(r -> r.targets().stream().filter(t -> targets.test(t.variant()))
                .mapToDouble(t -> t.rightClean().set().isEmpty() ? Double.NaN : t.successRate()).toArray())
                .toArray(double[][]::new);
        return new HeatMap(title, "made on", "fooled", groups(rows.stream().map(MatrixRow::source).toList(), Variant::title),
                groups(columns, v -> v.title() + " · " + clean(rows.getFirst(), v)), values,
                List.of("success rate: of the images that the target is right about,",
                        "as many as its name says, those that it is wrong about then"));
    }

    private static String clean(MatrixRow row, Variant v) {
        long right = row.targets().stream().filter(t -> t.variant().equals(v))
                .mapToLong(t -> t.rightClean().set().cardinality()).sum();
        return Math.round(100.0 * right / row.images()) + " %";
    }

    private static List<HeatMap.Group> groups(List<Variant> variants, Function<Variant, String> label) {
        SequencedMap<String, List<String>> groups = new LinkedHashMap<>();
        variants.forEach(v -> groups.computeIfAbsent(v.model() + ", seed " + v.seed(), _ -> new ArrayList<>())
                .add(label.apply(v)));
        return groups.entrySet().stream().map(e -> new HeatMap.Group(e.getKey(), e.getValue())).toList();
    }
}
