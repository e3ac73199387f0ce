package espalier.bench.study;

import espalier.bench.report.Json;
import espalier.bench.report.JsonLines;
import espalier.compress.lower.LoweredModel;
import espalier.datasets.Dataset;
import espalier.engine.UserError;
import espalier.nn.checkpoint.AtomicFile;
import espalier.nn.model.Model;
import espalier.nn.model.Models;
import espalier.nn.train.Trainer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Supplier;
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
    /** A line for each source of the transfer matrix. */
    static final String MATRIX = "matrix.jsonl";
    /** A folder for each network. */
    static final String CHECKPOINTS = "checkpoints";
    /** The configuration. */
    static final String STUDY = "study.yaml";

    private final Path folder;
    private final FileChannel lockFile;
    private final JsonLines<Result> results;

    private RunFolder(Path folder, FileChannel lockFile, JsonLines<Result> results) {
        this.folder = folder;
        this.lockFile = lockFile;
        this.results = results;
    }

    /**
     * {@return the folder, made if it is not there, with the results of earlier runs}
     *
     * @throws UserError when it cannot be written to, or another process works in it, or its results are not ours
     */
    static RunFolder open(Path folder) {
        FileChannel lockFile = null;
        try {
            Files.createDirectories(folder);
            lockFile = FileChannel.open(folder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (lock(lockFile) == null) {
                throw new UserError(folder + " is in use by another run; wait for it or give another --out");
            }
            return new RunFolder(folder, lockFile,
                    JsonLines.open(folder.resolve(RESULTS), Result.class, Result.WHAT, Result::key));
        } catch (IOException | RuntimeException e) {
            closeAll(lockFile);
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

    /** {@return the result of this cell, if it is known} */
    Optional<Result> result(Cell cell) {
        return Optional.ofNullable(results.records().get(cell.digest()));
    }

    /** {@return how many results there are, those of other configurations included} */
    int size() {
        return results.records().size();
    }

    /** Adds a result, for good. */
    void append(Result result) {
        results.append(result);
        writeCsv();
    }

    /** {@return the rows of the transfer matrix that are known, by digest} */
    SequencedMap<String, MatrixRow> matrix() {
        return Files.exists(folder.resolve(MATRIX)) ? MatrixRow.read(folder.resolve(MATRIX)) : new LinkedHashMap<>();
    }

    /** {@return the file of the transfer matrix, to be added to} */
    JsonLines<MatrixRow> openMatrix() {
        try {
            return MatrixRow.open(folder.resolve(MATRIX));
        } catch (IOException e) {
            throw new UserError(folder.resolve(MATRIX) + " cannot be written: " + AtomicFile.reason(e), e);
        }
    }

    /** Writes the configuration; {@return whether there was another one before} */
    boolean writeConfig(StudyConfig config) {
        Path file = folder.resolve(STUDY);
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
        return checkpoints(folder, network);
    }

    static Path checkpoints(Path run, Cell.Network network) {
        return run.resolve(CHECKPOINTS).resolve(network.folder());
    }

    static Path modelFile(Path run, Cell.Network network) {
        return checkpoints(run, network).resolve(Trainer.MODEL_FILE);
    }

    /** {@return a network that was finished, as a float network} */
    Model model(Cell.Network network, Dataset data) {
        return model(folder, network, data);
    }

    static Model model(Path run, Cell.Network network, Dataset data) {
        Model model = Models.create(network.parent().model(), data.imageShape(), data.classes(), data.mean(), data.std(), 0);
        reading(checkpoints(run, network), () -> {
            model.load(modelFile(run, network));
            return model;
        });
        model.setTraining(false);
        return model;
    }

    /** {@return its int8 version} */
    LoweredModel quantized(Cell.Network network) {
        return reading(checkpoints(network), () -> LoweredModel.load(quantizedFile(network)));
    }

    /** {@return what is read from the {@code checkpoints} of a network} Where they are damaged, the error says what to do. */
    static <T> T reading(Path checkpoints, Supplier<T> read) {
        try {
            return read.get();
        } catch (UserError e) {
            throw new UserError(e.getMessage() + "; to have this network made again, delete " + checkpoints
                    + " and its lines in " + RESULTS, e);
        }
    }

    /** {@return where its int8 version is, if there is one} */
    Path quantizedFile(Cell.Network network) {
        return checkpoints(network).resolve("model.int8.safetensors");
    }

    Path path() {
        return folder;
    }

    private void writeCsv() {
        List<Map<String, String>> rows = new ArrayList<>();
        SequencedMap<String, String> columns = new LinkedHashMap<>();
        for (Result r : results.records().values()) {
            Map<String, String> row = new LinkedHashMap<>();
            flatten("", Json.tree(r), row);
            row.forEach((name, _) -> columns.put(name, name));
            rows.add(row);
        }
        CsvSchema.Builder schema = CsvSchema.builder().setUseHeader(true);
        columns.keySet().forEach(schema::addColumn);
        Json.writeText(folder.resolve("results.csv"), CSV.writer(schema.build()).writeValueAsString(rows));
    }

    /**
     * Nested objects become columns such as {@code threatModel.epsilon}; neither the cell, which repeats the rest, nor single
     * images.
     */
    private static void flatten(String prefix, JsonNode node, Map<String, String> row) {
        for (Map.Entry<String, JsonNode> e : node.properties()) {
            String name = prefix + e.getKey();
            if (name.equals("timings")) {
                e.getValue().forEach(t -> flatten(name + "." + t.get("format").asString() + ".", t, row));
            } else if (e.getValue().isObject()) {
                if (!name.equals("cell") && !name.equals("outcomes")) {
                    flatten(name + ".", e.getValue(), row);
                }
            } else {
                row.put(name, e.getValue().isNull() ? "" : e.getValue().asString());
            }
        }
    }

    @Override
    public void close() {
        closeAll(results, lockFile);
    }

    private static void closeAll(AutoCloseable... files) {
        for (AutoCloseable c : files) {
            try {
                if (c != null) {
                    c.close();
                }
            } catch (Exception e) {
                // What was appended was forced to disk already.
            }
        }
    }
}
