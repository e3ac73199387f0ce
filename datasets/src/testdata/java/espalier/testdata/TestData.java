package espalier.testdata;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Assumptions;

/**
 * Where tests find the real data sets and the reference values; tests that need them are skipped where they are absent.
 *
 * <p>Data sets come from {@code ESPALIER_DATA}, else from {@code shared/data} in a folder above the working copy, laid out
 * once under the working copy's {@code target/data} (6 s, 195 MB).
 */
public final class TestData {
    private TestData() {}

    /** {@return a data root that holds {@code folder}: {@code mnist} or {@code cifar-10-batches-bin}} */
    public static Path root(String folder) {
        String variable = System.getenv("ESPALIER_DATA");
        if (variable != null && Files.isDirectory(Path.of(variable, folder))) {
            return Path.of(variable);
        }
        Path shared = shared();
        Assumptions.assumeTrue(
                shared != null, "no ESPALIER_DATA with " + folder + "/, and no shared/data above the working copy");
        return prepared(shared.resolve("data"));
    }

    /** {@return a file of {@code shared/reference}: {@code ops.json}} */
    public static Path reference(String name) {
        Path shared = shared();
        Assumptions.assumeTrue(shared != null, "no shared/reference above the working copy");
        Path file = shared.resolve("reference").resolve(name);
        Assumptions.assumeTrue(Files.isRegularFile(file), file + " is absent");
        return file;
    }

    /** {@return the folder {@code shared} nearest above the working copy, or null} */
    private static Path shared() {
        for (Path p = workingCopy().getParent(); p != null; p = p.getParent()) {
            if (Files.isRegularFile(p.resolve("shared/data/PrepareData.java"))) {
                return p.resolve("shared");
            }
        }
        return null;
    }

    private static Path workingCopy() {
        Path here = Path.of("").toAbsolutePath();
        return Files.isRegularFile(here.resolve("datasets/pom.xml")) ? here : here.getParent();
    }

    private static Path prepared(Path source) {
        Path target = workingCopy().resolve("target");
        Path data = target.resolve("data");
        if (Files.isDirectory(data)) {
            return data;
        }
        try {
            Files.createDirectories(target);
            // Other modules' tests may run at the same time in other virtual machines.
            try (FileChannel channel = FileChannel.open(
                            target.resolve("data.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock _ = channel.lock()) {
                if (!Files.isDirectory(data)) {
                    Path unfinished = Files.createTempDirectory(target, "data-");
                    prepare(source, unfinished);
                    Files.move(unfinished, data, StandardCopyOption.ATOMIC_MOVE);
                }
            }
            return data;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void prepare(Path source, Path out) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.awt.headless=true",
                        "-Ddata.home=" + source,
                        source.resolve("PrepareData.java").toString(),
                        out.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes());
        try {
            if (process.waitFor() != 0) {
                throw new IllegalStateException("laying out the data sets failed: " + output);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
