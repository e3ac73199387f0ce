package espalier.datasets;

import espalier.engine.tensor.Shape;
import java.nio.file.Path;
import java.util.List;

/** The embedded data set {@code digits}: handwriting drawn by {@link DigitPainter}, 28×28 grey. */
final class Digits implements DatasetSource {
    private static final long SEED = 20260101;
    private static final int TRAIN = 12_000;
    private static final int TEST = 2_000;

    private static final DatasetInfo INFO = new DatasetInfo(
            "digits",
            "handwritten digits drawn by a stroke generator (embedded, no download)",
            Shape.of(1, DigitPainter.SIDE, DigitPainter.SIDE),
            List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
            TRAIN,
            TEST,
            new float[] {.1582f},
            new float[] {.2312f},
            "",
            "");

    @Override
    public DatasetInfo info() {
        return INFO;
    }

    @Override
    public Dataset load(Path root) {
        return generate(SEED, TRAIN, TEST);
    }

    @Override
    public boolean present(Path root) {
        return true;
    }

    static Dataset generate(long seed, int train, int test) {
        return INFO.dataset(
                INFO.classNames(),
                Generator.draw(seed, 0, train, 10, INFO.imageShape(), DigitPainter::new),
                Generator.draw(seed, 1, test, 10, INFO.imageShape(), DigitPainter::new));
    }
}
