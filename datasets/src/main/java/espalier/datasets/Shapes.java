package espalier.datasets;

import espalier.engine.tensor.Shape;
import java.nio.file.Path;
import java.util.List;

/** The embedded data set {@code shapes}: textured objects on textured backgrounds by {@link ShapePainter}, 32×32 colour. */
final class Shapes implements DatasetSource {
    private static final long SEED = 20260102;
    private static final int TRAIN = 10_000;
    private static final int TEST = 2_000;

    private static final DatasetInfo INFO = new DatasetInfo(
            "shapes",
            "textured objects on textured backgrounds, drawn by a generator (embedded, no download)",
            Shape.of(3, ShapePainter.SIDE, ShapePainter.SIDE),
            ShapeOutline.NAMES,
            TRAIN,
            TEST,
            new float[] {.4964f, .5045f, .5015f},
            new float[] {.2800f, .2831f, .2799f},
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
                Generator.draw(seed, 0, train, 10, INFO.imageShape(), ShapePainter::new),
                Generator.draw(seed, 1, test, 10, INFO.imageShape(), ShapePainter::new));
    }
}
