package espalier.bench.chart;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.font.FontRenderContext;
import java.awt.geom.Rectangle2D;
import java.util.List;

/**
 * How all figures look. The colours of data are those of Okabe and Ito, which the colour-blind tell apart, without the black
 * and the yellow that would be lost on a dark or a white ground.
 */
public final class Ink {
    static final Color GROUND = new Color(254, 254, 254);
    public static final Color TEXT = new Color(34, 34, 35);
    static final Color SOFT = new Color(99, 99, 100);
    static final Color GRID = new Color(226, 226, 227);

    public static final Color BLUE = new Color(0, 114, 178);
    public static final Color VERMILION = new Color(213, 94, 0);
    public static final Color GREEN = new Color(0, 158, 115);
    public static final Color PURPLE = new Color(204, 121, 167);
    public static final Color ORANGE = new Color(230, 159, 0);
    public static final Color SKY = new Color(86, 180, 233);
    public static final Color GREY = new Color(128, 128, 128);
    private static final List<Color> COLORS = List.of(BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, GREY);

    static final Font SMALL = new Font(Font.SANS_SERIF, Font.PLAIN, 10);
    static final Font PLAIN = new Font(Font.SANS_SERIF, Font.PLAIN, 11);
    static final Font BOLD = new Font(Font.SANS_SERIF, Font.BOLD, 12);

    private static final float[] DASHES = {5, 3};
    private static final FontRenderContext METRICS = new FontRenderContext(null, true, true);

    private Ink() {}

    /** {@return a colour for the line of that number; they repeat after seven} */
    public static Color color(int number) {
        return COLORS.get(number % COLORS.size());
    }

    static BasicStroke stroke(float width, boolean dashed) {
        return new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, dashed ? DASHES : null, 0);
    }

    static double width(String text, Font font) {
        return font.getStringBounds(text, METRICS).getWidth();
    }

    /**
     * Draws a line of text as outlines.
     *
     * @param align the share of its width that lies left of {@code x}: 0, 0.5 or 1
     * @param y of the base line
     */
    static void text(Graphics2D g, String text, Font font, Color color, double x, double y, double align) {
        g.setColor(color);
        g.fill(font.createGlyphVector(METRICS, text).getOutline((float) (x - align * width(text, font)), (float) y));
    }

    /** As {@link #text}, read from bottom to top; {@code x} is its base line, {@code y} what is aligned. */
    static void textUpwards(Graphics2D g, String text, Font font, Color color, double x, double y, double align) {
        var saved = g.getTransform();
        g.translate(x, y);
        g.rotate(-Math.PI / 2);
        text(g, text, font, color, 0, 0, align);
        g.setTransform(saved);
    }

    static void box(Graphics2D g, Color color, double x, double y, double w, double h) {
        g.setColor(color);
        g.fill(new Rectangle2D.Double(x, y, w, h));
    }

    /** {@return the SVG, described, scalable, and with ground and ink for dark screens} */
    static String forScreensToo(String svg, int width, int height, String description) {
        int root = svg.indexOf("<svg");
        int end = svg.indexOf('>', root);
        String dark = """
                <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.1" \
                width="%1$d" height="%2$d" viewBox="0 0 %1$d %2$d" role="img">
                <title>%3$s</title>
                <style>@media (prefers-color-scheme: dark) {%4$s%5$s%6$s%7$s%8$s}</style>
                """.formatted(width, height, escape(description), swap(GROUND, "#16181c"), swap(TEXT, "#e8e8e8"),
                swap(SOFT, "#a8acb3"), swap(GRID, "#3a3d44"), swap(BLUE, "#3d9be0"));
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + dark.strip() + svg.substring(end + 1);
    }

    private static String swap(Color paper, String screen) {
        String rgb = "rgb(" + paper.getRed() + "," + paper.getGreen() + "," + paper.getBlue() + ")";
        return " [style*=\"fill:%1$s\"] {fill: %2$s !important} [style*=\"stroke:%1$s\"] {stroke: %2$s !important}"
                .formatted(rgb, screen);
    }

    static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
