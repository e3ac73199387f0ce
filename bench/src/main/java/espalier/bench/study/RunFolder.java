package espalier.bench.study;

import espalier.bench.report.Json;
import espalier.engine.UserError;
import espalier.nn.checkpoint.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.csv.CsvMapper;
import tools.jackson.dataformat.csv.CsvSchema;

/**
 * The folder of a run: {@code study.yaml}, {@code results.jsonl}, {@code results.csv}, {@code checkpoints/}. One process at
 * a time works in it. A line of {@code results.jsonl} is on disk before the next cell begins; one torn by a kill is dropped.
 */
final class RunFolder implements AutoCloseable {
    private static final CsvMapper CSV = new CsvMapper();

    /** A line for each cell whose result is known. */
    static final String RESULTS = "results.jsonl";

    private final Path folder;
    private final FileChannel lockFile;
    private final FileChannel lines;
    private final SequencedMap<String, Result> results = new LinkedHashMap<>();

    private RunFolder(Path folder, FileChannel lockFile, FileChannel lines) {
        this.folder = folder;
        this.lockFile = lockFile;
        this.lines = lines;
    }

    /**
     * {@return the folder, made if it is not there, with the results of earlier runs}
     *
     * @throws UserError when it cannot be written to, or another process works in it, or its results are not ours
     */
    static RunFolder open(Path folder) {
        FileChannel lockFile = null;
        FileChannel lines = null;
        try {
            Files.createDirectories(folder);
            lockFile = FileChannel.open(folder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (lock(lockFile) == null) {
                throw new UserError(folder + " is in use by another run; wait for it or give another --out");
            }
            lines = FileChannel.open(folder.resolve(RESULTS), StandardOpenOption.CREATE, StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            RunFolder opened = new RunFolder(folder, lockFile, lines);
            opened.readLines();
            return opened;
        } catch (IOException | RuntimeException e) {
            closeAll(lines, lockFile);
            throw e instanceof RuntimeException r ? r
                    : new UserError(folder + " cannot be written: " + AtomicFile.reason((IOException) e), e);
        }
    }

    private static FileLock lock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    /** Reads the lines, and cuts off what comes after the last newline: a kill came while it was written. */
    private void readLines() throws IOException {
        byte[] bytes = Files.readAllBytes(resultsFile());
        int whole = bytes.length;
        while (whole > 0 && bytes[whole - 1] != '\n') {
            whole--;
        }
        lines.truncate(whole);
        lines.position(whole);
        int number = 0;
        for (String line : new String(bytes, 0, whole, StandardCharsets.UTF_8).lines().toList()) {
            number++;
            try {
                Result r = Json.MAPPER.readValue(line, Result.class);
                if (r == null || r.digest() == null) {
                    throw new UserError(resultsFile() + " line " + number + " is not a result of a study; remove it");
                }
                results.put(r.digest(), r);
            } catch (JacksonException e) {
                throw new UserError(resultsFile() + " line " + number + " is not a result of a study; remove it", e);
            }
        }
    }

    /** {@return the result of this cell, if it is known} */
    Optional<Result> result(Cell cell) {
        return Optional.ofNullable(results.get(cell.digest()));
    }

    /** {@return how many results there are, those of other configurations included} */
    int size() {
        return results.size();
    }

    /** Adds a result, for good. */
    void append(Result result) {
        ByteBuffer line = ByteBuffer.wrap((Json.MAPPER.writeValueAsString(result) + "\n").getBytes(StandardCharsets.UTF_8));
        try {
            long start = lines.position();
            try {
                while (line.hasRemaining()) {
                    lines.write(line);
                }
                lines.force(true);
            } catch (IOException e) {
                lines.truncate(start);
                throw e;
            }
        } catch (IOException e) {
            throw new UserError(resultsFile() + " cannot be written: " + AtomicFile.reason(e), e);
        }
        results.put(result.digest(), result);
        writeCsv();
    }

    /** Writes the configuration; {@return whether there was another one before} */
    boolean writeConfig(StudyConfig config) {
        Path file = folder.resolve("study.yaml");
        String yaml = StudyFile.write(config);
        try {
            String before = Files.exists(file) ? Files.readString(file) : yaml;
            Json.writeText(file, yaml);
            return !before.equals(yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return where a network's checkpoints are} */
    Path checkpoints(Cell.Network network) {
        return folder.resolve("checkpoints").resolve(network.folder());
    }

    Path path() {
        return folder;
    }

    private Path resultsFile() {
        return folder.resolve(RESULTS);
    }

    private void writeCsv() {
        List<Map<String, String>> rows = new ArrayList<>();
        SequencedMap<String, String> columns = new LinkedHashMap<>();
        for (Result r : results.values()) {
            Map<String, String> row = new LinkedHashMap<>();
            flatten("", Json.tree(r), row);
            row.forEach((name, _) -> columns.put(name, name));
            rows.add(row);
        }
        CsvSchema.Builder schema = CsvSchema.builder().setUseHeader(true);
        columns.keySet().forEach(schema::addColumn);
        Json.writeText(folder.resolve("results.csv"), CSV.writer(schema.build()).writeValueAsString(rows));
    }

    /** Nested objects become columns such as {@code threatModel.epsilon}; the cell, which repeats the rest, is left out. */
    private static void flatten(String prefix, JsonNode node, Map<String, String> row) {
        for (Map.Entry<String, JsonNode> e : node.properties()) {
            String name = prefix + e.getKey();
            if (e.getValue().isObject()) {
                if (!name.equals("cell")) {
                    flatten(name + ".", e.getValue(), row);
                }
            } else {
                row.put(name, e.getValue().isNull() ? "" : e.getValue().asString());
            }
        }
    }

    @Override
    public void close() {
        closeAll(lines, lockFile);
    }

    private static void closeAll(FileChannel... channels) {
        for (FileChannel c : channels) {
            try {
                if (c != null) {
                    c.close();
                }
            } catch (IOException e) {
                // What was appended was forced to disk already.
            }
        }
    }
}
