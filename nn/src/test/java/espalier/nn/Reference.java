package espalier.nn;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the reference files of {@code ../shared/reference} are, for tests that skip without them. */
public final class Reference {
    private Reference() {}

    /** {@return the reference file of that name}; the calling test is skipped when it is not there. */
    public static Path file(String name) {
        // Surefire runs in the module's folder; the files lie beside the checkout, or beside the folder of worktrees.
        for (Path up = Path.of("").toAbsolutePath(); up != null; up = up.getParent()) {
            Path file = up.resolve("shared/reference").resolve(name);
            if (Files.exists(file)) {
                return file;
            }
        }
        assumeTrue(false, "no shared/reference/" + name + " above " + Path.of("").toAbsolutePath());
        throw new AssertionError();
    }
}
