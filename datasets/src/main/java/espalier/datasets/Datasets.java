package espalier.datasets;

import espalier.engine.UserError;
import java.nio.file.Path;
import java.util.List;

/** All data sets, by name. */
public final class Datasets {
    private static final List<DatasetSource> SOURCES = List.of(
            new Digits(),
            new Shapes(),
            IdxSource.MNIST,
            IdxSource.FASHION_MNIST,
            new Cifar10Source(),
            new Cifar100Source());

    private Datasets() {}

    /** {@return every name, the embedded ones first} */
    public static List<String> names() {
        return SOURCES.stream().map(s -> s.info().name()).toList();
    }

    /**
     * {@return what is known of a data set without reading it}
     *
     * @throws UserError when there is no data set of that name
     */
    public static DatasetInfo info(String name) {
        return source(name).info();
    }

    /**
     * {@return the data set, read from its folder under {@code root}, or generated}
     *
     * @param root see {@link DataRoot#resolve}; not looked at for an embedded data set
     * @throws UserError when there is no data set of that name, or a file of it is missing, truncated or foreign
     */
    public static Dataset load(String name, Path root) {
        return source(name).load(root);
    }

    /**
     * {@return whether the data set's files lie under {@code root}; always true for an embedded one}
     *
     * @throws UserError when there is no data set of that name
     */
    public static boolean present(String name, Path root) {
        return source(name).present(root);
    }

    private static DatasetSource source(String name) {
        for (DatasetSource s : SOURCES) {
            if (s.info().name().equals(name)) {
                return s;
            }
        }
        throw new UserError("unknown data set \"" + name + "\": it must be one of " + String.join(", ", names()));
    }
}
