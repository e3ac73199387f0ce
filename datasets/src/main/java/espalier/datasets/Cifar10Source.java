package espalier.datasets;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** CIFAR-10, binary version: five training files and one test file of 10,000 records. */
final class Cifar10Source implements DatasetSource {
    static final int RECORDS = 10_000;
    private static final List<String> TRAIN =
            List.of("data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin");
    private static final List<String> TEST = List.of("test_batch.bin");

    private static final DatasetInfo INFO = new DatasetInfo(
            "cifar10",
            "small colour photographs of ten kinds of animals and vehicles (Krizhevsky 2009)",
            CifarFile.IMAGE,
            List.of("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
            50_000,
            10_000,
            new float[] {.491f, .482f, .447f},
            new float[] {.247f, .243f, .262f},
            "cifar-10-batches-bin",
            "https://www.cs.toronto.edu/~kriz/cifar.html");

    @Override
    public DatasetInfo info() {
        return INFO;
    }

    @Override
    public Dataset load(Path root) {
        Path folder = root.resolve(INFO.folder());
        CifarFile file = new CifarFile(INFO.name(), 1, INFO.classNames().size());
        Split test = file.read(folder, TEST, RECORDS);
        return INFO.dataset(INFO.classNames(), file.read(folder, TRAIN, RECORDS), test);
    }

    @Override
    public boolean present(Path root) {
        Path folder = root.resolve(INFO.folder());
        return TRAIN.stream().allMatch(f -> Files.isRegularFile(folder.resolve(f)))
                && TEST.stream().allMatch(f -> Files.isRegularFile(folder.resolve(f)));
    }
}
