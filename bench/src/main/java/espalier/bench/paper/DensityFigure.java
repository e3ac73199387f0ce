package espalier.bench.paper;

import espalier.bench.chart.Axis;
import espalier.bench.chart.Ink;
import espalier.bench.chart.Line;
import espalier.bench.chart.LineChart;
import espalier.bench.chart.Panels;
import espalier.bench.study.Cell;
import espalier.bench.study.FinishedStudy;
import espalier.compress.prune.PruningStrategy;
import espalier.compress.prune.Scope;
import espalier.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * What share of each layer's weights a strategy leaves: a row a model, a column a compression. Strategies that prune all
 * layers alike are one line.
 */
final class DensityFigure {
    private static final int WIDTH = 300;
    private static final int HEIGHT = 220;

    private static final String ALIKE = "each layer alike";
    private static final Line.Look EACH_LAYER = new Line.Look(Ink.TEXT, true, Line.Marker.NONE);

    private DensityFigure() {}

    /** {@return the figure of a reading's networks, of the first seed each; none where no masks are there} */
    static Optional<Panels> of(FinishedStudy study, String reading, String title) {
        List<Cell.Network> pruned = study.networks(reading).stream().filter(n -> !n.isDense()).toList();
        List<String> strategies = pruned.stream().map(Cell.Network::strategy).distinct().toList();
        List<Double> compressions = pruned.stream().map(Cell.Network::compression).distinct().toList();
        List<List<LineChart>> rows = new ArrayList<>();
        boolean any = false;
        for (String model : pruned.stream().map(n -> n.parent().model()).distinct().toList()) {
            List<LineChart> charts = new ArrayList<>();
            for (double compression : compressions) {
                SequencedMap<String, Line> lines = new LinkedHashMap<>();
                for (String strategy : strategies) {
                    Optional<Cell.Network> network = pruned.stream().filter(n -> n.parent().model().equals(model)
                            && n.strategy().equals(strategy) && n.compression() == compression).findFirst();
                    List<Line.Point> points = network.map(n -> densities(study, n)).orElse(List.of());
                    if (!points.isEmpty()) {
                        Line line = PruningStrategy.byName(strategy).scope() == Scope.LAYER ? new Line(ALIKE, EACH_LAYER, points)
                                : new Line(strategy, StrategyLook.of(strategy, strategies), points);
                        lines.putIfAbsent(line.name(), line);
                    }
                }
                any |= !lines.isEmpty();
                double most = lines.values().stream().flatMap(l -> l.points().stream()).mapToDouble(Line.Point::y).max()
                        .orElse(100);
                charts.add(new LineChart(model + " ÷" + number(compression), Axis.of("layer"),
                        new Axis(charts.isEmpty() ? "weights left, %" : "", 0.0, 10 * Math.ceil(most / 10 - 1e-6), false),
                        List.copyOf(lines.values()), false, WIDTH, HEIGHT));
            }
            rows.add(charts);
        }
        return any ? Optional.of(new Panels(title, rows)) : Optional.empty();
    }

    /** {@return the density of the tensors that weights are, not biases and batch norm's, in their order} */
    private static List<Line.Point> densities(FinishedStudy study, Cell.Network network) {
        List<Line.Point> points = new ArrayList<>();
        for (Tensor mask : study.masks(network).values()) {
            if (mask.shape().rank() > 1) {
                double left = 0;
                for (float m : mask.data()) {
                    left += m;
                }
                points.add(new Line.Point(points.size() + 1, 100 * left / mask.size()));
            }
        }
        return points;
    }

    private static String number(double v) {
        return v == Math.rint(v) ? Long.toString((long) v) : Double.toString(v);
    }
}
