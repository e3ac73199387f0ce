package espalier.bench.chart;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.util.List;

/**
 * A matrix of shares as coloured cells, each with its percentage, between 0 (dark) and 100 (bright). The colours are those of
 * viridis: their lightness alone tells the value, in any kind of sight and in print.
 *
 * @param rows what the rows stand for, from top to bottom
 * @param columns what the columns stand for
 * @param values by row and column; not a number for an empty cell
 * @param scale what the colours mean, a line of the figure each
 */
public record HeatMap(String title, String rowAxis, String columnAxis, List<Group> rows, List<Group> columns,
        double[][] values, List<String> scale) implements Picture {
    /** Neighbouring rows or columns that belong together, set apart from others by a gap. */
    public record Group(String name, List<String> labels) {}

    private static final int CELL = 24;
    private static final int GAP = 6;
    private static final int MARGIN = 12;
    private static final int TITLE = 30;
    private static final int BAR = 52;
    private static final int LINE = 15;
    private static final Color[] VIRIDIS = {new Color(68, 1, 84), new Color(59, 82, 139), new Color(33, 145, 140),
        new Color(94, 201, 98), new Color(253, 231, 37)};
    private static final Color ON_DARK = new Color(250, 250, 250);
    private static final Color ON_BRIGHT = new Color(20, 20, 20);

    private static double longest(List<Group> groups) {
        return groups.stream().flatMap(g -> g.labels().stream()).mapToDouble(l -> Ink.width(l, Ink.SMALL)).max().orElse(0);
    }

    private static int extent(List<Group> groups) {
        return groups.stream().mapToInt(g -> g.labels().size() * CELL + GAP).sum() - GAP;
    }

    private double left() {
        return MARGIN + 34 + longest(rows) + 6;
    }

    private double top() {
        return TITLE + 34 + longest(columns) + 6;
    }

    @Override
    public int width() {
        double widest = scale.stream().mapToDouble(s -> Ink.width(s, Ink.PLAIN)).max().orElse(0);
        return (int) Math.ceil(Math.max(left() + extent(columns),
                MARGIN + Math.max(Ink.width(title, Ink.BOLD), widest)) + MARGIN);
    }

    @Override
    public int height() {
        return (int) Math.ceil(top() + extent(rows) + BAR + LINE * (scale.size() - 1) + MARGIN);
    }

    @Override
    public String description() {
        return title + ": " + String.join(" ", scale) + ", " + rowAxis + " by " + columnAxis;
    }

    @Override
    public void paint(Graphics2D g) {
        Ink.text(g, title, Ink.BOLD, Ink.TEXT, width() / 2.0, 20, 0.5);
        cells(g);
        double x = left();
        for (Group group : columns) {
            double wide = group.labels().size() * CELL;
            Ink.text(g, group.name(), Ink.PLAIN, Ink.TEXT, x + wide / 2, TITLE + 26, 0.5);
            line(g, x, TITLE + 31, x + wide, TITLE + 31);
            for (int i = 0; i < group.labels().size(); i++) {
                Ink.textUpwards(g, group.labels().get(i), Ink.SMALL, Ink.TEXT, x + i * CELL + CELL / 2.0 + 4, top() - 5, 0);
            }
            x += wide + GAP;
        }
        double y = top();
        for (Group group : rows) {
            double tall = group.labels().size() * CELL;
            Ink.textUpwards(g, group.name(), Ink.PLAIN, Ink.TEXT, MARGIN + 26, y + tall / 2, 0.5);
            line(g, MARGIN + 31, y, MARGIN + 31, y + tall);
            for (int i = 0; i < group.labels().size(); i++) {
                Ink.text(g, group.labels().get(i), Ink.SMALL, Ink.TEXT, left() - 5, y + i * CELL + CELL / 2.0 + 4, 1);
            }
            y += tall + GAP;
        }
        Ink.text(g, columnAxis, Ink.PLAIN, Ink.SOFT, left() + extent(columns) / 2.0, TITLE + 10, 0.5);
        Ink.textUpwards(g, rowAxis, Ink.PLAIN, Ink.SOFT, MARGIN + 8, top() + extent(rows) / 2.0, 0.5);
        bar(g, top() + extent(rows) + 14);
    }

    private static void line(Graphics2D g, double x1, double y1, double x2, double y2) {
        g.setColor(Ink.SOFT);
        g.setStroke(Ink.stroke(1, false));
        g.draw(new Line2D.Double(x1, y1, x2, y2));
    }

    private void cells(Graphics2D g) {
        int row = 0;
        double y = top();
        for (Group down : rows) {
            for (int r = 0; r < down.labels().size(); r++, row++, y += CELL) {
                int column = 0;
                double x = left();
                for (Group across : columns) {
                    for (int c = 0; c < across.labels().size(); c++, column++, x += CELL) {
                        cell(g, values[row][column], x, y);
                    }
                    x += GAP;
                }
            }
            y += GAP;
        }
    }

    private static void cell(Graphics2D g, double value, double x, double y) {
        if (!Double.isNaN(value)) {
            Ink.box(g, color(value), x + 0.5, y + 0.5, CELL - 1, CELL - 1);
            Ink.text(g, Long.toString(Math.round(100 * value)), Ink.SMALL, value > 0.55 ? ON_BRIGHT : ON_DARK,
                    x + CELL / 2.0, y + CELL / 2.0 + 3.5, 0.5);
        }
    }

    private void bar(Graphics2D g, double y) {
        int steps = 50;
        double wide = 200;
        for (int i = 0; i < steps; i++) {
            Ink.box(g, color((i + 0.5) / steps), left() + i * wide / steps, y, wide / steps + 0.3, 10);
        }
        for (int percent = 0; percent <= 100; percent += 50) {
            Ink.text(g, percent + " %", Ink.SMALL, Ink.SOFT, left() + percent / 100.0 * wide, y + 22, 0.5);
        }
        for (int i = 0; i < scale.size(); i++) {
            Ink.text(g, scale.get(i), Ink.PLAIN, Ink.TEXT, MARGIN, y + 40 + LINE * i, 0);
        }
    }

    private static Color color(double value) {
        double at = Math.clamp(value, 0, 1) * (VIRIDIS.length - 1);
        int i = Math.min((int) at, VIRIDIS.length - 2);
        double t = at - i;
        return new Color(mix(VIRIDIS[i].getRed(), VIRIDIS[i + 1].getRed(), t),
                mix(VIRIDIS[i].getGreen(), VIRIDIS[i + 1].getGreen(), t),
                mix(VIRIDIS[i].getBlue(), VIRIDIS[i + 1].getBlue(), t));
    }

    private static int mix(int a, int b, double t) {
        return (int) Math.round(a + (b - a) * t);
    }
}
