package espalier.bench.chart;

import java.awt.Color;
import java.util.List;

/**
 * A line of a chart. Lines of one chart that bear the same name are one entry in its legend.
 *
 * @param points from left to right
 */
public record Line(String name, Look look, List<Point> points) {
    /**
     * How a line is drawn.
     *
     * @param marker at its points
     */
    public record Look(Color color, boolean dashed, Marker marker) {}

    /** What stands at a point of a line. */
    public enum Marker { NONE, CIRCLE, SQUARE, DIAMOND, UP, DOWN }

    /**
     * A value and what it may be off by.
     *
     * @param low the lower end of its interval; y itself where there is none
     * @param high the upper end
     */
    public record Point(double x, double y, double low, double high) {
        /** A value without an interval. */
        public Point(double x, double y) {
            this(x, y, y, y);
        }
    }

    public Line {
        points = List.copyOf(points);
    }

    /** {@return a plain line through (x, y), in the colour of that {@linkplain Ink#color number}} */
    public static Line of(String name, int color, double[] x, double[] y) {
        Point[] points = new Point[x.length];
        for (int i = 0; i < points.length; i++) {
            points[i] = new Point(x[i], y[i]);
        }
        return new Line(name, new Look(Ink.color(color), false, Marker.NONE), List.of(points));
    }
}
