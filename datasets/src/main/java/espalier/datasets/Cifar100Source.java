package espalier.datasets;

import espalier.engine.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** CIFAR-100, binary version, with its hundred fine labels. */
final class Cifar100Source implements DatasetSource {
    static final int TRAIN_RECORDS = 50_000;
    static final int TEST_RECORDS = 10_000;
    private static final String NAMES = "fine_label_names.txt";

    private static final DatasetInfo INFO = new DatasetInfo(
            "cifar100",
            "small colour photographs of a hundred kinds of things (Krizhevsky 2009)",
            CifarFile.IMAGE,
            List.of("""
            apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel \
            can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur \
            dolphin elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion \
            lizard lobster man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree \
            pear pickup_truck pine_tree plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea \
            seal shark shrew skunk skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table tank \
            telephone television tiger tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm"""
                    .split(" ")),
            TRAIN_RECORDS,
            TEST_RECORDS,
            new float[] {.5071f, .4865f, .4409f},
            new float[] {.2673f, .2564f, .2762f},
            "cifar-100-binary",
            "https://www.cs.toronto.edu/~kriz/cifar.html");

    @Override
    public DatasetInfo info() {
        return INFO;
    }

    @Override
    public Dataset load(Path root) {
        Path folder = root.resolve(INFO.folder());
        CifarFile file = new CifarFile(INFO.name(), 2, INFO.classNames().size());
        Split test = file.read(folder, List.of("test.bin"), TEST_RECORDS);
        List<String> names = classNames(folder.resolve(NAMES));
        return INFO.dataset(names, file.read(folder, List.of("train.bin"), TRAIN_RECORDS), test);
    }

    @Override
    public boolean present(Path root) {
        Path folder = root.resolve(INFO.folder());
        return Files.isRegularFile(folder.resolve("train.bin")) && Files.isRegularFile(folder.resolve("test.bin"));
    }

    /**
     * {@return the names in {@code file}, one a line; the published ones where there is no such file}
     *
     * @throws UserError when it does not hold a hundred
     */
    static List<String> classNames(Path file) {
        if (!Files.isRegularFile(file)) {
            return INFO.classNames();
        }
        try {
            List<String> names = Files.readAllLines(file).stream().map(String::strip).filter(s -> !s.isEmpty()).toList();
            if (names.size() != INFO.classNames().size()) {
                throw DataFile.bad(file, "holds " + names.size() + " names, expected " + INFO.classNames().size());
            }
            return names;
        } catch (IOException e) {
            throw DataFile.unreadable(file, e);
        }
    }
}
