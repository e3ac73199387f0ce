package espalier.bench.cli;

import espalier.datasets.DataRoot;
import espalier.datasets.Dataset;
import espalier.datasets.Datasets;
import espalier.nn.checkpoint.Safetensors;
import espalier.nn.checkpoint.StateDict;
import espalier.nn.model.Model;
import espalier.nn.model.Models;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which network, on which images: the options that all commands have that work with one. */
final class NetworkOptions {
    @Option(names = "--model", paramLabel = "NAME", converter = Names.ModelName.class,
            completionCandidates = Names.ModelName.class,
            description = "One of ${COMPLETION-CANDIDATES} (default: lenet).")
    String model;

    @Option(names = "--weights", paramLabel = "FILE", description = "Start from this safetensors file (PyTorch's names).")
    Path weights;

    @Option(names = "--dataset", paramLabel = "NAME", converter = Names.DatasetName.class,
            completionCandidates = Names.DatasetName.class,
            description = "One of ${COMPLETION-CANDIDATES} (default: digits).")
    String dataset;

    @Option(names = "--data", paramLabel = "DIR",
            description = "Where data sets lie (default: $ESPALIER_DATA, else ~/.espalier/data).")
    Path data;

    @Option(names = "--seed", paramLabel = "N", description = "Of everything random (default: 1).")
    Long seed;

    @Option(names = "--batch-size", paramLabel = "N", description = "Images at a time (default: 128).")
    Integer batchSize;

    @Option(names = "--out", paramLabel = "PATH",
            description = "Where to write: a folder, or the .safetensors file itself.")
    Path out;

    private StateDict state;

    String modelName() {
        return model == null ? "lenet" : model;
    }

    String datasetName() {
        return dataset == null ? "digits" : dataset;
    }

    long seed() {
        return seed == null ? 1 : seed;
    }

    int batchSize() {
        return batchSize == null ? 128 : Options.atLeast(1, batchSize, "--batch-size");
    }

    /** {@return where to write, which can be written to; {@code runs/NAME} where nothing else is said} */
    OutPath out(String name) {
        return new OutPath(out != null ? out : Path.of("runs", name)).requireWritable();
    }

    Dataset loadDataset() {
        return Datasets.load(datasetName(), DataRoot.resolve(data));
    }

    /** {@return a model for the images, with the weights that were asked for, or random ones} */
    Model model(Dataset images) {
        Model created = create(modelName(), images, seed());
        if (weights != null) {
            created.loadStateDict(state(), weights.toString());
        }
        return created;
    }

    /** Refuses to go on without weights that can be read: before a data set is read, which may take longer. */
    void requireWeights() {
        if (weights == null) {
            throw Options.usage("--weights is missing: which network? 'espalier train' makes one");
        }
        state();
    }

    private StateDict state() {
        if (state == null) {
            state = Safetensors.read(weights);
        }
        return state;
    }

    static Model create(String name, Dataset images, long seed) {
        return Models.create(name, images.imageShape(), images.classes(), images.mean(), images.std(), seed);
    }
}
