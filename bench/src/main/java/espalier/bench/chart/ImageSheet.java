package espalier.bench.chart;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.List;

/**
 * Images in rows, a caption below each.
 *
 * @param heads what the columns are, above the first row
 * @param tile points an image is wide and high
 */
public record ImageSheet(String title, List<String> heads, List<Row> rows, int tile) implements Picture {
    /** Images side by side, and what they are. */
    public record Row(String label, List<Tile> tiles) {}

    /**
     * An image.
     *
     * @param pixels any size; shown without smoothing
     * @param caption empty for none
     * @param marked whether the caption says that something went wrong
     */
    public record Tile(BufferedImage pixels, String caption, boolean marked) {}

    private static final int TITLE = 30;
    private static final int HEAD = 18;
    private static final int CAPTION = 16;
    private static final int GAP = 8;
    private static final int MARGIN = 12;

    private double left() {
        return MARGIN + rows.stream().mapToDouble(r -> Ink.width(r.label(), Ink.PLAIN)).max().orElse(0) + GAP;
    }

    private static boolean captioned(Row row) {
        return row.tiles().stream().anyMatch(t -> !t.caption().isEmpty());
    }

    private int height(Row row) {
        return tile + GAP / 2 + (captioned(row) ? CAPTION : 0);
    }

    @Override
    public int width() {
        int most = rows.stream().mapToInt(r -> r.tiles().size()).max().orElse(0);
        return (int) Math.max(left() + most * (tile + GAP) + MARGIN, Ink.width(title, Ink.BOLD) + 2 * MARGIN);
    }

    @Override
    public int height() {
        return TITLE + HEAD + rows.stream().mapToInt(this::height).sum() + MARGIN;
    }

    @Override
    public String description() {
        return title + ", rows: " + String.join(", ", rows.stream().map(Row::label).toList());
    }

    @Override
    public void paint(Graphics2D g) {
        Ink.text(g, title, Ink.BOLD, Ink.TEXT, width() / 2.0, 20, 0.5);
        for (int i = 0; i < heads.size(); i++) {
            Ink.text(g, heads.get(i), Ink.PLAIN, Ink.TEXT, left() + i * (tile + GAP) + tile / 2.0, TITLE + HEAD - 7, 0.5);
        }
        int y = TITLE + HEAD;
        for (Row row : rows) {
            Ink.text(g, row.label(), Ink.PLAIN, Ink.TEXT, left() - GAP, y + tile / 2.0 + 4, 1);
            double x = left();
            for (Tile t : row.tiles()) {
                g.drawImage(enlarged(t.pixels()), (int) x, y, tile, tile, null);
                Color color = t.marked() ? Ink.VERMILION : Ink.TEXT;
                Ink.text(g, t.caption(), Ink.SMALL, color, (int) x + tile / 2.0, y + tile + 12, 0.5);
                x += tile + GAP;
            }
            y += height(row);
        }
    }

    /** {@return the image with pixels large enough that no viewer smooths them away} */
    private static BufferedImage enlarged(BufferedImage image) {
        int factor = Math.max(1, 192 / image.getWidth());
        BufferedImage large = new BufferedImage(image.getWidth() * factor, image.getHeight() * factor,
                BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < large.getHeight(); y++) {
            for (int x = 0; x < large.getWidth(); x++) {
                large.setRGB(x, y, image.getRGB(x / factor, y / factor));
            }
        }
        return large;
    }

    /**
     * {@return an image of values in [0, 1], others clipped}
     *
     * @param chw one or three planes of {@code height · width}, from {@code offset} on
     */
    public static BufferedImage pixels(float[] chw, int offset, int channels, int height, int width) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < height * width; i++) {
            int rgb = 0;
            for (int c = 0; c < 3; c++) {
                float v = chw[offset + Math.min(c, channels - 1) * height * width + i];
                rgb = rgb << 8 | Math.round(Math.clamp(v, 0f, 1f) * 255);
            }
            image.setRGB(i % width, i / width, rgb);
        }
        return image;
    }
}
