package espalier.datasets;

import espalier.engine.UserError;
import espalier.engine.tensor.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** MNIST and what is published like it: four IDX files, plain or {@code .gz}. */
record IdxSource(DatasetInfo info) implements DatasetSource {
    private static final List<String> FILES = List.of(
            "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte");

    static final IdxSource MNIST = new IdxSource(new DatasetInfo(
            "mnist",
            "handwritten digits of Census Bureau staff and students (LeCun, Cortes, Burges 1998)",
            Shape.of(1, 28, 28),
            List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
            60_000,
            10_000,
            new float[] {.1307f},
            new float[] {.3081f},
            "mnist",
            "http://yann.lecun.com/exdb/mnist/"));

    static final IdxSource FASHION_MNIST = new IdxSource(new DatasetInfo(
            "fashion-mnist",
            "clothes and shoes from Zalando's shop (Xiao, Rasul, Vollgraf 2017)",
            Shape.of(1, 28, 28),
            List.of(
                    "T-shirt/top", "trouser", "pullover", "dress", "coat",
                    "sandal", "shirt", "sneaker", "bag", "ankle boot"),
            60_000,
            10_000,
            new float[] {.2860f},
            new float[] {.3530f},
            "fashion-mnist",
            "https://github.com/zalandoresearch/fashion-mnist"));

    @Override
    public Dataset load(Path root) {
        Path folder = root.resolve(info.folder());
        FILES.forEach(name -> find(folder, name));
        Split train = split(folder, FILES.get(0), FILES.get(1));
        return info.dataset(info.classNames(), train, split(folder, FILES.get(2), FILES.get(3)));
    }

    @Override
    public boolean present(Path root) {
        Path folder = root.resolve(info.folder());
        return FILES.stream()
                .allMatch(f -> Files.isRegularFile(folder.resolve(f)) || Files.isRegularFile(folder.resolve(f + ".gz")));
    }

    private Split split(Path folder, String imagesName, String labelsName) {
        Path imagesFile = find(folder, imagesName);
        Path labelsFile = find(folder, labelsName);
        Idx images = Idx.read(imagesFile, info.imageShape().dim(1), info.imageShape().dim(2));
        Idx labels = Idx.read(labelsFile);
        int n = images.dims()[0];
        if (n != labels.dims()[0]) {
            throw new UserError(imagesFile + " holds " + n + " images, " + labelsFile.getFileName() + " "
                    + labels.dims()[0] + " labels: they do not belong together");
        }
        for (int i = 0; i < n; i++) {
            int label = labels.data()[i] & 0xFF;
            if (label >= info.classNames().size()) {
                throw DataFile.bad(labelsFile, "label " + i + " is " + label + ", expected 0 to "
                        + (info.classNames().size() - 1));
            }
        }
        return new Split(images.data(), labels.data(), info.imageShape());
    }

    private Path find(Path folder, String name) {
        Path plain = folder.resolve(name);
        Path compressed = folder.resolve(name + ".gz");
        if (Files.isRegularFile(plain)) {
            return plain;
        }
        if (Files.isRegularFile(compressed)) {
            return compressed;
        }
        throw DataFile.missing(info.name(), compressed);
    }
}
