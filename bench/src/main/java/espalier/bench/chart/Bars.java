package espalier.bench.chart;

import java.awt.Color;
import java.awt.Graphics2D;
import java.util.List;

/**
 * Lengths next to each other, each with its name on the left and its value behind it.
 *
 * @param mark a value that a line is drawn at; NaN for none
 */
public record Bars(String title, List<Bar> bars, double mark, int width) implements Picture {
    private static final int TOP = 34;
    private static final int ROW = 24;
    private static final int GAP = 8;

    /** @param label the value as it is told */
    public record Bar(String name, double value, String label, Color color) {}

    @Override
    public int height() {
        return TOP + ROW * bars.size() + GAP;
    }

    @Override
    public String description() {
        return title + ": " + String.join(", ", bars.stream().map(b -> b.name + " " + b.label).toList());
    }

    @Override
    public void paint(Graphics2D g) {
        double left = bars.stream().mapToDouble(b -> Ink.width(b.name, Ink.PLAIN)).max().orElse(0) + 2 * GAP;
        double right = bars.stream().mapToDouble(b -> Ink.width(b.label, Ink.PLAIN)).max().orElse(0) + 2 * GAP;
        double most = Math.max(bars.stream().mapToDouble(Bar::value).max().orElse(1), Double.isNaN(mark) ? 0 : mark);
        double scale = (width - left - right) / most;
        Ink.text(g, title, Ink.BOLD, Ink.TEXT, width / 2.0, 20, 0.5);
        for (int i = 0; i < bars.size(); i++) {
            Bar b = bars.get(i);
            double y = TOP + ROW * i;
            Ink.text(g, b.name, Ink.PLAIN, Ink.TEXT, left - GAP, y + 15, 1);
            Ink.box(g, b.color, left, y + 4, Math.max(1, b.value * scale), ROW - 8);
            Ink.text(g, b.label, Ink.PLAIN, Ink.SOFT, left + b.value * scale + GAP, y + 15, 0);
        }
        if (!Double.isNaN(mark)) {
            Ink.box(g, Ink.SOFT, left + mark * scale - 0.5, TOP, 1, ROW * bars.size());
        }
    }
}
