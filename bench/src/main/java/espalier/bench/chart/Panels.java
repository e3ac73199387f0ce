package espalier.bench.chart;

import java.awt.Graphics2D;
import java.util.List;

/**
 * Charts in rows and columns under one title, with one legend for all.
 *
 * @param rows charts by row, those of a row of one size
 */
public record Panels(String title, List<List<LineChart>> rows) implements Picture {
    private static final int TITLE = 30;
    private static final int MARGIN = 8;

    private LineChart any() {
        return rows.getFirst().getFirst();
    }

    private List<Line> lines() {
        return rows.stream().flatMap(List::stream).flatMap(c -> c.lines().stream()).toList();
    }

    private int legend() {
        return (int) Legend.height(lines(), width() - 4 * MARGIN) + MARGIN;
    }

    private int columns() {
        return rows.stream().mapToInt(List::size).max().orElse(1) * any().width();
    }

    @Override
    public int width() {
        return (int) Math.ceil(Math.max(columns(), Ink.width(title, Ink.BOLD))) + 2 * MARGIN;
    }

    @Override
    public int height() {
        return TITLE + rows.stream().mapToInt(r -> r.getFirst().height()).sum() + legend() + MARGIN;
    }

    @Override
    public String description() {
        return title + "; for " + String.join(", ", lines().stream().map(Line::name).distinct().toList());
    }

    @Override
    public void paint(Graphics2D g) {
        Ink.text(g, title, Ink.BOLD, Ink.TEXT, width() / 2.0, 20, 0.5);
        var saved = g.getTransform();
        int y = TITLE;
        int left = (width() - columns()) / 2;
        for (List<LineChart> row : rows) {
            for (int c = 0; c < row.size(); c++) {
                g.translate(left + c * any().width(), y);
                row.get(c).paint(g);
                g.setTransform(saved);
            }
            y += row.getFirst().height();
        }
        Legend.paint(g, lines(), 2 * MARGIN, height() - legend(), width() - 4 * MARGIN);
    }
}
