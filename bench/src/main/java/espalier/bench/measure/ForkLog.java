package espalier.bench.measure;

import espalier.bench.report.Environment;
import espalier.bench.report.JsonLines;
import espalier.engine.UserError;
import espalier.nn.checkpoint.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What a run's JVMs have measured so far, on disk as soon as it is known, in a folder of its own: a run that was stopped goes on
 * where it was. Only on the same machine with the same code: figures that are compared must be of one run.
 */
public final class ForkLog implements AutoCloseable {
    /**
     * A line of the file.
     *
     * @param key what was measured, and for which time
     * @param forks by implementation, ours first
     */
    private record Line(String key, Environment environment, Map<String, Fork> forks) {}

    private final Path folder;
    private final Environment now;
    private final JsonLines<Line> lines;

    private ForkLog(Path folder, Environment now) throws IOException {
        this.folder = folder;
        this.now = now;
        Path file = folder.resolve("forks.jsonl");
        lines = JsonLines.open(file, Line.class, "a measurement of this program",
                l -> l.environment == null || l.forks == null ? null : l.key);
        if (lines.records().values().stream().anyMatch(l -> !now.equals(l.environment) || now.changed())) {
            lines.close();
            throw new UserError(folder + " holds measurements of another machine, of other code or with other settings; "
                    + "delete it to measure anew, or give another file");
        }
    }

    /** {@return a log that no other run goes on with} */
    public static ForkLog temporary() {
        try {
            return new ForkLog(Files.createTempDirectory("espalier-jmh"), Environment.current());
        } catch (IOException e) {
            throw new UserError("no temporary folder can be made for JMH: " + AtomicFile.reason(e), e);
        }
    }

    /**
     * {@return the log of the run whose result is {@code file}: the folder {@code file.partial}}
     *
     * @throws UserError when it cannot be written, or is of another machine or other code
     */
    public static ForkLog of(Path file) {
        return of(file, Environment.current());
    }

    static ForkLog of(Path file, Environment now) {
        Path folder = file.resolveSibling(file.getFileName() + ".partial");
        try {
            return new ForkLog(Files.createDirectories(folder), now);
        } catch (IOException e) {
            throw new UserError(folder + " cannot be written: " + AtomicFile.reason(e), e);
        }
    }

    /** {@return a file beside the log} */
    Path resolve(String name) {
        return folder.resolve(name);
    }

    Path folder() {
        return folder;
    }

    /** {@return what was measured by this key, by implementation} */
    Optional<Map<String, Fork>> find(String key) {
        return Optional.ofNullable(lines.records().get(key)).map(Line::forks);
    }

    /** Keeps what was measured. */
    void add(String key, Map<String, Fork> forks) {
        lines.append(new Line(key, now, forks));
    }

    /** Closes it, and removes the folder: its figures have been told. */
    public void delete() {
        close();
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(folder);
        } catch (IOException e) {
            // It stays: another run refuses it, or finds all its figures in it.
        }
    }

    @Override
    public void close() {
        try {
            lines.close();
        } catch (IOException e) {
            // What was added was forced to disk already.
        }
    }
}
