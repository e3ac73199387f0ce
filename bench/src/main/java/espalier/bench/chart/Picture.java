package espalier.bench.chart;

import de.erichseifert.vectorgraphics2d.Processors;
import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import espalier.bench.report.Json;
import espalier.engine.UserError;
import espalier.nn.checkpoint.AtomicFile;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Something that can be drawn, in points that are pixels on a screen. */
public interface Picture {
    int width();

    int height();

    /** {@return what it shows, in a sentence, for those who cannot see it} */
    String description();

    /** Draws it from (0, 0), on a ground that is there already. */
    void paint(Graphics2D g);

    /**
     * {@return the picture as SVG} Text is outlines, so that it looks the same everywhere. On a dark screen ground and ink
     * change places; programs that know no media queries, LaTeX's among them, show it as on paper.
     */
    default String svg() {
        VectorGraphics2D g = new VectorGraphics2D();
        paintOnPaper(g);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            Processors.get("svg").getDocument(g.getCommands(), new PageSize(0, 0, width(), height())).writeTo(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Ink.forScreensToo(bytes.toString(StandardCharsets.UTF_8), width(), height(), description());
    }

    /**
     * {@return the picture as pixels}
     *
     * @param scale pixels per point
     */
    default BufferedImage image(double scale) {
        int w = (int) Math.ceil(width() * scale);
        int h = (int) Math.ceil(height() * scale);
        BufferedImage image = new BufferedImage(w, h, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        g.scale(scale, scale);
        paintOnPaper(g);
        g.dispose();
        return image;
    }

    private void paintOnPaper(Graphics2D g) {
        g.setColor(Ink.GROUND);
        g.fillRect(0, 0, width(), height());
        try {
            paint(g);
        } catch (InternalError | NoClassDefFoundError e) {
            throw new UserError("figures need a font, and Java finds none here: install one such as fonts-dejavu-core", e);
        }
    }

    /** Writes it as SVG, whole or not at all. */
    default void writeSvg(Path file) {
        Json.writeText(file, svg());
    }

    /** Writes it as PNG, whole or not at all. */
    default void writePng(Path file, double scale) {
        AtomicFile.write(file, out -> ImageIO.write(image(scale), "png", out));
    }
}
