package espalier.bench.lesson;

import espalier.bench.chart.Picture;
import java.util.List;

/** A piece of a page. In texts {@code `x`} is code and {@code **x**} is strong. */
sealed interface Block {
    /** The title of a part. */
    record Heading(String text) implements Block {}

    /** A paragraph. */
    record Text(String text) implements Block {}

    /** What the reader can try. */
    record Exercise(String text) implements Block {}

    /** A line of code or of a formula, on its own. */
    record Code(String text) implements Block {}

    /** Points, one below the other. */
    record Points(List<String> texts) implements Block {}

    /** @param file where a page that cannot hold it finds it, without ending */
    record Plot(String file, Picture picture, String caption) implements Block {}

    /** @param textColumns as many of the first columns as hold text */
    record Rows(int textColumns, List<String> head, List<List<String>> rows) implements Block {}
}
