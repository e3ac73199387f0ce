package espalier.bench.chart;

import java.awt.Color;
import java.awt.Graphics2D;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.AxesChartStyler.TextAlignment;
import org.knowm.xchart.style.Styler.ChartTheme;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Values over values, a line for each of several; intervals as upright bars. Drawn by XChart.
 *
 * @param title above it; empty for none
 * @param legend whether it tells its lines' names itself
 */
public record LineChart(String title, Axis x, Axis y, List<Line> lines, boolean legend, int width, int height)
        implements Picture {

    /** A chart with a legend, of the size that suits a page. */
    public LineChart(String title, Axis x, Axis y, List<Line> lines) {
        this(title, x, y, lines, lines.size() > 1, 560, 340);
    }

    @Override
    public String description() {
        return (title.isEmpty() ? "" : title + ": ") + y.label() + " over " + x.label() + ", for "
                + String.join(", ", lines.stream().map(Line::name).distinct().toList());
    }

    @Override
    public void paint(Graphics2D g) {
        int below = legend ? (int) Legend.height(lines, width - 16) + 8 : 0;
        var saved = g.getTransform();
        chart(height - below).paint(g, width, height - below);
        g.setTransform(saved);
        if (legend) {
            Legend.paint(g, lines, 8, height - below, width - 16);
        }
    }

    private XYChart chart(int plotHeight) {
        XYChart chart = new XYChart(width, plotHeight, ChartTheme.XChart);
        chart.setTitle(title);
        chart.setXAxisTitle(x.label());
        chart.setYAxisTitle(y.label());
        style(chart.getStyler());
        List<Line.Point> all = lines.stream().flatMap(l -> l.points().stream()).toList();
        limits(chart.getStyler(), all, plotHeight);
        for (int i = 0; i < lines.size(); i++) {
            add(chart, lines.get(i), i);
        }
        if (lines.isEmpty()) {
            chart.addSeries("none", new double[] {0}, new double[] {Double.NaN});
        }
        return chart;
    }

    private void style(XYStyler s) {
        s.setChartTitleVisible(!title.isEmpty()).setChartTitleFont(Ink.BOLD).setChartTitlePadding(8)
                .setChartTitleBoxVisible(false).setChartFontColor(Ink.TEXT)
                .setChartBackgroundColor(Ink.GROUND).setPlotBackgroundColor(Ink.GROUND)
                .setPlotBorderVisible(false).setLegendVisible(false).setChartPadding(6).setPlotContentSize(1)
                .setXAxisTitleColor(Ink.TEXT).setYAxisTitleColor(Ink.TEXT);
        s.setYAxisGroupTitleColor(0, Ink.TEXT);
        s.setAxisTitleFont(Ink.PLAIN).setAxisTickLabelsFont(Ink.SMALL).setAxisTickLabelsColor(Ink.SOFT)
                .setXAxisTickLabelsColor(Ink.SOFT).setYAxisTickLabelsColor(Ink.SOFT)
                .setXAxisTitleVisible(!x.label().isEmpty()).setYAxisTitleVisible(!y.label().isEmpty())
                .setAxisTitlePadding(4).setAxisTickPadding(3).setAxisTickMarkLength(0).setAxisTicksLineVisible(false)
                .setAxisTicksMarksVisible(false).setYAxisLabelAlignment(TextAlignment.Right)
                .setPlotMargin(0).setPlotGridLinesColor(Ink.GRID).setPlotGridLinesStroke(Ink.stroke(0.8f, false))
                .setPlotGridVerticalLinesVisible(false);
        s.setMarkerSize(6);
    }

    private void limits(XYStyler s, List<Line.Point> all, int plotHeight) {
        double[] xs = range(x, all.stream().mapToDouble(Line.Point::x).map(x::at).toArray(), 0.03);
        double[] ys = range(y, all.stream().flatMapToDouble(p -> DoubleStream.of(p.low(), p.high())).map(y::at).toArray(),
                0.05);
        s.setXAxisMin(xs[0]).setXAxisMax(xs[1]).setYAxisMin(ys[0]).setYAxisMax(ys[1]);
        // Ticks stand at 1, 2 or 5 times a power of ten, whichever is next to this distance.
        boolean whole = all.stream().allMatch(p -> x.at(p.x()) == Math.rint(x.at(p.x())));
        int step = (int) ((width - 30) / (xs[1] - xs[0]));
        s.setXAxisTickMarkSpacingHint(x.log2() ? step : whole ? Math.max(50, step) : 50);
        s.setYAxisTickMarkSpacingHint(y.log2() ? (int) (0.95 * (plotHeight - 50) / (ys[1] - ys[0])) : 28);
        s.setXAxisTickLabelsFormattingFunction(v -> label(x, v));
        s.setYAxisTickLabelsFormattingFunction(v -> label(y, v));
    }

    private static double[] range(Axis axis, double[] values, double margin) {
        double low = Arrays.stream(values).filter(Double::isFinite).min().orElse(0);
        double high = Arrays.stream(values).filter(Double::isFinite).max().orElse(1);
        double start = axis.min() != null ? axis.at(axis.min()) : low;
        double end = axis.max() != null ? axis.at(axis.max()) : high;
        double gap = Math.max(end - start, 1e-9) * margin;
        // A little beyond what was asked for, as there is no tick at the very end.
        return new double[] {start - (axis.min() != null ? gap / 2 : gap), end + (axis.max() != null ? gap / 4 : gap)};
    }

    private static String label(Axis axis, double tick) {
        // XChart sets ticks further apart until no two labels are the same: none may be left empty.
        return number(axis.log2() ? Math.pow(2, tick) : tick);
    }

    private static String number(double v) {
        double rounded = Math.rint(v * 1e6) / 1e6;
        return rounded == Math.rint(rounded) ? Long.toString((long) rounded) : Double.toString(rounded);
    }

    private void add(XYChart chart, Line line, int number) {
        List<Double> xs = new ArrayList<>();
        List<Double> ys = new ArrayList<>();
        List<Double> barXs = new ArrayList<>();
        List<Double> barYs = new ArrayList<>();
        for (Line.Point p : line.points()) {
            xs.add(x.at(p.x()));
            ys.add(y.at(p.y()));
            if (p.low() < p.high()) {
                barXs.addAll(List.of(x.at(p.x()), x.at(p.x()), x.at(p.x())));
                barYs.addAll(List.of(y.at(p.low()), y.at(p.high()), Double.NaN));
            }
        }
        Color color = line.look().color();
        if (!barXs.isEmpty()) {
            XYSeries bars = chart.addSeries(number + " intervals", barXs, barYs);
            bars.setMarker(SeriesMarkers.NONE).setLineColor(color).setLineStyle(Ink.stroke(1f, false)).setLineWidth(1f);
        }
        if (!xs.isEmpty()) {
            XYSeries series = chart.addSeries(number + " " + line.name(), xs, ys);
            series.setMarker(Legend.marker(line.look().marker())).setMarkerColor(color);
            series.setLineColor(color).setLineStyle(Ink.stroke(1.6f, line.look().dashed()));
        }
    }
}
