package espalier.bench.paper;

import espalier.bench.chart.Axis;
import espalier.bench.chart.Line;
import espalier.bench.chart.LineChart;
import espalier.bench.chart.Panels;
import espalier.bench.study.Cell;
import espalier.bench.study.Interval;
import espalier.bench.study.Summary;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The paper's figure: clean, adversarial and transfer accuracy over compression, a column a model, a line a strategy. */
final class AccuracyFigure {
    private static final int WIDTH = 340;
    private static final int HEIGHT = 210;

    private enum Row {
        CLEAN("clean", Summary::clean, 22),
        ADVERSARIAL("adversarial", Summary::robust, 0),
        TRANSFER("transfer", Summary::transfer, 16);

        final String word;
        final Function<Summary, Interval> figure;
        /** Points for a title above, or a label below. */
        final int extra;

        Row(String word, Function<Summary, Interval> figure, int extra) {
            this.word = word;
            this.figure = figure;
            this.extra = extra;
        }
    }

    private AccuracyFigure() {}

    /**
     * {@return the figure}
     *
     * @param summaries of one reading, one attack, and either float32 or int8
     */
    static Panels of(String title, List<Summary> summaries) {
        List<String> models = summaries.stream().map(Summary::model).distinct().toList();
        List<String> strategies = summaries.stream().map(Summary::strategy).filter(s -> !s.equals(Cell.DENSE)).distinct()
                .toList();
        List<List<LineChart>> rows = new ArrayList<>();
        for (Row row : Row.values()) {
            double highest = summaries.stream().map(row.figure).mapToDouble(i -> Math.max(i.mean(), orMean(i.high(), i)))
                    .max().orElse(1);
            Double max = Math.min(100, Math.ceil(highest * 10 + 0.01) * 10);
            List<LineChart> charts = new ArrayList<>();
            for (String model : models) {
                List<Summary> of = summaries.stream().filter(s -> s.model().equals(model)).toList();
                Axis x = new Axis(row == Row.TRANSFER ? "compression" : "", Math.pow(2, -0.2),
                        aside(strategies.size(), strategies.size()) * of.stream().mapToDouble(Summary::compression).max()
                                .orElse(2), true);
                Axis y = new Axis(charts.isEmpty() ? row.word + " accuracy, %" : "", 0.0, max, false);
                charts.add(new LineChart(row == Row.CLEAN ? model : "", x, y, lines(of, strategies, row), false,
                        WIDTH, HEIGHT + row.extra));
            }
            rows.add(charts);
        }
        return new Panels(title, rows);
    }

    private static double orMean(double end, Interval i) {
        return Double.isNaN(end) ? i.mean() : end;
    }

    private static List<Line> lines(List<Summary> of, List<String> strategies, Row row) {
        List<Line> lines = new ArrayList<>();
        // Nothing transfers from the dense network to itself.
        List<Interval> dense = row == Row.TRANSFER ? List.of()
                : of.stream().filter(s -> s.strategy().equals(Cell.DENSE)).map(row.figure).toList();
        for (int i = 0; i < strategies.size(); i++) {
            String strategy = strategies.get(i);
            double aside = aside(i, strategies.size());
            List<Line.Point> points = new ArrayList<>(dense.stream().map(d -> new Line.Point(1, 100 * d.mean())).toList());
            of.stream().filter(s -> s.strategy().equals(strategy))
                    .forEach(s -> points.add(point(s.compression() * aside, row.figure.apply(s))));
            lines.add(new Line(strategy, StrategyLook.of(strategy, strategies), points));
        }
        lines.add(new Line("dense", StrategyLook.DENSE, dense.stream().map(d -> point(1, d)).toList()));
        return lines;
    }

    /** {@return how far a line's points stand beside their compression, so that no interval hides another} */
    private static double aside(int line, int lines) {
        return Math.pow(2, (line - (lines - 1) / 2.0) * 0.045);
    }

    private static Line.Point point(double x, Interval i) {
        return new Line.Point(x, 100 * i.mean(), 100 * orMean(i.low(), i), 100 * orMean(i.high(), i));
    }
}
