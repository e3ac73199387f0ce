package espalier.datasets;

import java.nio.file.Path;

/** One data set that can be had by name. */
interface DatasetSource {
    DatasetInfo info();

    /**
     * {@return the data set, read from its folder under {@code root}, or generated}
     *
     * @throws espalier.engine.UserError when a file is missing, truncated or foreign
     */
    Dataset load(Path root);

    /** {@return whether all its files lie under {@code root}; always for a generated one} */
    boolean present(Path root);
}
