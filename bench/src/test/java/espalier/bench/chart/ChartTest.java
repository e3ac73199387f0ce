package espalier.bench.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import espalier.engine.UserError;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChartTest {
    private static final Line FALLING = new Line("falling", new Line.Look(Ink.BLUE, false, Line.Marker.CIRCLE),
            List.of(new Line.Point(1, 80, 60, 95), new Line.Point(2, 50), new Line.Point(16, 10)));
    private static final LineChart CHART = new LineChart("Fall & rise", Axis.doubling("compression"),
            Axis.percent("accuracy, %"), List.of(FALLING, Line.of("rising", 1, new double[] {1, 16}, new double[] {5, 90})));

    @TempDir Path folder;

    /** {@return how many pixels are about of that colour} */
    private static long pixels(BufferedImage image, Color color) {
        return IntStream.range(0, image.getWidth() * image.getHeight())
                .map(i -> image.getRGB(i % image.getWidth(), i / image.getWidth()) & 0xFFFFFF)
                .filter(rgb -> rgb == (color.getRGB() & 0xFFFFFF)).count();
    }

    @Test
    void drawsEachLineInItsColour() {
        BufferedImage image = CHART.image(2);

        assertThat(image.getWidth()).isEqualTo(2 * CHART.width());
        assertThat(pixels(image, Ink.BLUE)).isGreaterThan(300);
        assertThat(pixels(image, Ink.VERMILION)).isGreaterThan(300);
        assertThat(pixels(image, Ink.GREEN)).isZero();
        assertThat(new Color(image.getRGB(0, 0))).isEqualTo(Ink.GROUND);
    }

    @Test
    void anIntervalIsDrawnAsFarAsItReaches() {
        LineChart bar = new LineChart("", Axis.doubling("x"), Axis.percent("y"), List.of(new Line("a", FALLING.look(),
                List.of(new Line.Point(2, 50, 10, 90)))), false, 200, 400);
        LineChart none = new LineChart("", Axis.doubling("x"), Axis.percent("y"), List.of(new Line("a", FALLING.look(),
                List.of(new Line.Point(2, 50)))), false, 200, 400);

        // Four fifths of a plot of some 350 points.
        assertThat(pixels(bar.image(2), Ink.BLUE) - pixels(none.image(2), Ink.BLUE)).isBetween(400L, 1400L);
    }

    @Test
    void noTitleIsCutOff() {
        String title = "A title that is a good deal longer than the narrow chart which stands below it";
        LineChart narrow = new LineChart("", Axis.of("x"), Axis.of("y"), CHART.lines(), false, 200, 150);
        HeatMap.Group one = new HeatMap.Group("g", List.of("a"));
        for (Picture picture : List.of(new Panels(title, List.of(List.of(narrow))),
                new HeatMap("", "from", "to", List.of(one), List.of(one), new double[][] {{0.5}}, List.of(title, "and more")),
                new ImageSheet(title, List.of("cat"), List.of(), 20))) {
            BufferedImage image = picture.image(1);
            long inked = IntStream.range(0, image.getHeight()).filter(y -> image.getRGB(0, y) != Ink.GROUND.getRGB()
                    || image.getRGB(image.getWidth() - 1, y) != Ink.GROUND.getRGB()).count();
            assertThat(inked).as(picture.description()).isZero();
        }
    }

    @Test
    void svgIsXmlThatSaysWhatItShows() throws Exception {
        assertThat(CHART.svg()).contains("Fall &amp; rise: accuracy, % over compression, for falling, rising");
        String svg = new Panels("Both", List.of(List.of(CHART, CHART))).svg();
        var xml = DocumentBuilderFactory.newInstance().newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));

        assertThat(xml.getDocumentElement().getTagName()).isEqualTo("svg");
        assertThat(xml.getElementsByTagName("title").item(0).getTextContent()).contains("Both", "falling, rising");
        assertThat(svg).contains("prefers-color-scheme: dark", "rgb(0,114,178)", "viewBox");
    }

    @Test
    void writesWholeFilesOrSaysWhyNot() throws Exception {
        CHART.writePng(folder.resolve("a.png"), 1);
        CHART.writeSvg(folder.resolve("a.svg"));

        assertThat(ImageIO.read(folder.resolve("a.png").toFile()).getHeight()).isEqualTo(CHART.height());
        Path inTheWay = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> CHART.writeSvg(inTheWay.resolve("a.svg"))).isInstanceOf(UserError.class);
    }

    @Test
    void aChartWithoutDataIsEmpty() {
        BufferedImage image = new LineChart("Nothing", Axis.of("x"), Axis.of("y"), List.of()).image(1);

        assertThat(pixels(image, Ink.BLUE)).isZero();
    }
}
