package espalier.bench.study;

import espalier.bench.report.JsonLines;
import espalier.datasets.Dataset;
import espalier.engine.UserError;
import espalier.engine.tensor.Tensor;
import espalier.nn.model.Model;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;

/** What a run's folder holds, read without touching it: a study that is done, or as far as it is. */
public final class FinishedStudy {
    private final Path folder;
    private final StudyConfig config;
    private final SequencedMap<String, Result> results;
    private final Plan.Weights weights;

    private FinishedStudy(Path folder, StudyConfig config, SequencedMap<String, Result> results) {
        this.folder = folder;
        this.config = config;
        this.results = results;
        Map<List<Object>, String> digests = new HashMap<>();
        for (Result r : results.values()) {
            Cell.Dense parent = r.cell().network().parent();
            digests.put(List.of(parent.model(), parent.seed()), Objects.requireNonNullElse(parent.weights(), ""));
        }
        weights = (model, seed) -> digests.getOrDefault(List.of(model, seed), "");
    }

    /**
     * {@return what is in the folder of a run}
     *
     * @throws UserError when it is none, or its files are broken
     */
    public static FinishedStudy read(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new UserError(folder + ": no such run; give the folder that a study wrote, such as runs/quickstart");
        }
        if (!Files.exists(folder.resolve(RunFolder.STUDY)) || !Files.exists(folder.resolve(RunFolder.RESULTS))) {
            throw new UserError(folder + " is not the folder of a run: it has no " + RunFolder.STUDY + " and "
                    + RunFolder.RESULTS);
        }
        SequencedMap<String, Result> results = readResults(folder.resolve(RunFolder.RESULTS));
        if (results.isEmpty()) {
            throw new UserError(folder.resolve(RunFolder.RESULTS) + " has no result yet");
        }
        return new FinishedStudy(folder, StudyFile.read(folder.resolve(RunFolder.STUDY).toString(), Map.of()), results);
    }

    private static SequencedMap<String, Result> readResults(Path file) {
        return JsonLines.read(file, Result.class, Result.WHAT, Result::key);
    }

    public Path folder() {
        return folder;
    }

    public StudyConfig config() {
        return config;
    }

    /** {@return the results of one reading, dense networks' included, as far as they are known, in the study's order} */
    public List<Result> results(String reading) {
        return cells(config.withReading(reading)).stream().map(c -> results.get(c.digest())).filter(Objects::nonNull).toList();
    }

    /** {@return all results that belong to the study as it is configured} */
    public List<Result> results() {
        return cells(config).stream().map(c -> results.get(c.digest())).filter(Objects::nonNull).toList();
    }

    /** {@return how many cells the study has} */
    public int cells() {
        return cells(config).size();
    }

    private List<Cell> cells(StudyConfig c) {
        return Plan.of(c, weights).cells();
    }

    /** {@return the networks of one reading that are there, by the results they have} */
    public List<Cell.Network> networks(String reading) {
        return results(reading).stream().map(r -> r.cell().network()).distinct().toList();
    }

    /** {@return the rows of the transfer matrix, as far as they are known} */
    public List<MatrixRow> matrix() {
        Path file = folder.resolve(RunFolder.MATRIX);
        if (config.matrix() == null || !Files.exists(file)) {
            return List.of();
        }
        return MatrixJob.known(config, Plan.of(config, weights), MatrixRow.read(file));
    }

    /** {@return a float network, where its checkpoint is there} */
    public Optional<Model> model(Cell.Network network, Dataset data) {
        return Files.exists(RunFolder.modelFile(folder, network))
                ? Optional.of(RunFolder.model(folder, network, data)) : Optional.empty();
    }

    /** {@return which parameters of a pruned network stay, by name, where its checkpoint is there; else none} */
    public SequencedMap<String, Tensor> masks(Cell.Network network) {
        Path file = RunFolder.checkpoints(folder, network).resolve("masks.safetensors");
        return Files.exists(file) ? RunFolder.reading(file.getParent(), () -> MaskFile.read(file)) : new LinkedHashMap<>();
    }
}
