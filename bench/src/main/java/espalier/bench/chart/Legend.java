package espalier.bench.chart;

import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The names of lines beside a piece of each, in as many rows as the width asks for. */
final class Legend {
    private static final int ROW = 18;
    private static final int PIECE = 28;
    private static final int GAP = 18;

    private Legend() {}

    static Marker marker(Line.Marker marker) {
        return switch (marker) {
            case NONE -> SeriesMarkers.NONE;
            case CIRCLE -> SeriesMarkers.CIRCLE;
            case SQUARE -> SeriesMarkers.SQUARE;
            case DIAMOND -> SeriesMarkers.DIAMOND;
            case UP -> SeriesMarkers.TRIANGLE_UP;
            case DOWN -> SeriesMarkers.TRIANGLE_DOWN;
        };
    }

    static double height(Collection<Line> lines, double width) {
        return ROW * (double) layout(null, lines, 0, 0, width);
    }

    static void paint(Graphics2D g, Collection<Line> lines, double x, double y, double width) {
        layout(g, lines, x, y, width);
    }

    /** {@return the number of rows} Draws them where there is something to draw on. */
    private static int layout(Graphics2D g, Collection<Line> lines, double left, double top, double width) {
        SequencedMap<String, Line.Look> looks = new LinkedHashMap<>();
        lines.forEach(l -> looks.putIfAbsent(l.name(), l.look()));
        int row = 0;
        double x = left;
        for (var entry : looks.entrySet()) {
            double wide = PIECE + 5 + Ink.width(entry.getKey(), Ink.PLAIN);
            if (x > left && x + wide > left + width) {
                row++;
                x = left;
            }
            if (g != null) {
                entry(g, entry.getKey(), entry.getValue(), x, top + row * ROW + ROW / 2.0);
            }
            x += wide + GAP;
        }
        return looks.isEmpty() ? 0 : row + 1;
    }

    private static void entry(Graphics2D g, String name, Line.Look look, double x, double middle) {
        g.setColor(look.color());
        g.setStroke(Ink.stroke(1.6f, look.dashed()));
        g.draw(new Line2D.Double(x, middle, x + PIECE, middle));
        marker(look.marker()).paint(g, x + PIECE / 2.0, middle, 6);
        Ink.text(g, name, Ink.PLAIN, Ink.TEXT, x + PIECE + 5, middle + 4, 0);
    }
}
