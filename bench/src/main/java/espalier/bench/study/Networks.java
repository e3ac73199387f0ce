package espalier.bench.study;

import espalier.attacks.AdversarialSet;
import espalier.attacks.LabelledImages;
import espalier.bench.report.Progress;
import espalier.bench.report.TrainingProgress;
import espalier.compress.prune.GradientScores;
import espalier.compress.prune.Pruner;
import espalier.compress.prune.PruningStrategy;
import espalier.compress.prune.PruningStrategy.Gradient;
import espalier.datasets.Dataset;
import espalier.datasets.Split;
import espalier.nn.model.Model;
import espalier.nn.model.Models;
import espalier.nn.train.Trainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/** The dense network of one seed and all that is derived from it, each made when it is first asked for. */
final class Networks {
    private final StudyConfig config;
    private final Dataset data;
    private final RunFolder folder;
    private final Progress progress;
    private final Cell.Network denseCell;
    private final Map<Gradient, GradientScores> scores = new EnumMap<>(Gradient.class);
    private final Map<Attack, AdversarialSet> attacks = new HashMap<>();
    private Model dense;

    Networks(StudyConfig config, Dataset data, RunFolder folder, Progress progress, Cell.Network denseCell) {
        this.config = config;
        this.data = data;
        this.folder = folder;
        this.progress = progress;
        this.denseCell = denseCell;
    }

    /** {@return the network of a cell: read, if it was finished before, else trained, or pruned and fine-tuned} */
    Model get(Cell.Network network) {
        return network.isDense() ? dense() : pruned(network);
    }

    /** {@return the images made on the dense network, which tell how an attack transfers from it} */
    AdversarialSet attackedDense(Attack attack) {
        return attacks.computeIfAbsent(attack, a -> attacked(dense(), a, "dense"));
    }

    /** {@return images made on {@code model}} */
    AdversarialSet attacked(Model model, Attack attack, String name) {
        Split test = head(data.test(), config.attackImages());
        try (Progress.Phase phase = progress.phase("attack " + name, test.size())) {
            return AdversarialSet.craft(model::logits, attack.threatModel(), labelled(test), config.batchSize(), denseCell.parent().seed(),
                    done -> phase.at(done));
        }
    }

    private Model dense() {
        if (dense == null) {
            long seed = denseCell.parent().seed();
            dense = Models.create(config.model(), data.imageShape(), data.classes(), data.mean(), data.std(), seed);
            if (config.weights() != null) {
                dense.load(Path.of(config.weights()));
            }
            Path checkpoints = folder.checkpoints(denseCell);
            if (config.weights() == null && config.training().epochs() > 0) {
                train(dense, config.training(), checkpoints, "dense");
            } else if (!Files.exists(checkpoints.resolve(Trainer.MODEL_FILE))) {
                dense.save(checkpoints.resolve(Trainer.MODEL_FILE));
            }
        }
        return dense;
    }

    private Model pruned(Cell.Network network) {
        Model model = dense().copy();
        Path checkpoints = folder.checkpoints(network);
        Path masks = checkpoints.resolve("masks.safetensors");
        if (!Files.exists(masks)) {
            PruningStrategy strategy = PruningStrategy.byName(network.strategy());
            MaskFile.write(masks, Pruner.prune(model, strategy, network.compression(), scores(strategy.gradient()),
                    network.parent().seed()).masks());
        }
        // Read back even when new, so that a run that goes on starts from the very same.
        model.setMasks(MaskFile.read(masks));
        if (network.fineTuning().epochs() > 0) {
            train(model, network.fineTuning(), checkpoints, network.title());
        } else {
            model.save(checkpoints.resolve(Trainer.MODEL_FILE));
        }
        return model;
    }

    private void train(Model model, Training training, Path checkpoints, String name) {
        try (TrainingProgress listener = new TrainingProgress(progress, name)) {
            new Trainer(model, head(data.train(), training.images()), training.config(config.batchSize(), denseCell.parent().seed()))
                    .checkpointsIn(checkpoints, true)
                    .listener(listener)
                    .run();
        }
    }

    private GradientScores scores(Gradient gradient) {
        if (gradient == Gradient.NONE) {
            return null;
        }
        GradientScores known = scores.get(gradient);
        if (known == null) {
            Split train = head(data.train(), config.scores().images());
            try (Progress.Phase phase = progress.phase(gradient == Gradient.CLEAN ? "gradients" : "adversarial gradients", train.size())) {
                known = GradientScores.accumulate(dense(), labelled(train), config.batchSize(),
                        gradient == Gradient.CLEAN ? null : config.scores().attack().threatModel(), denseCell.parent().seed(),
                        done -> phase.at(done));
            }
            scores.put(gradient, known);
        }
        return known;
    }

    static Split head(Split split, Integer images) {
        return images == null ? split : split.head(images);
    }

    static LabelledImages labelled(Split split) {
        return LabelledImages.of(split.size(), split::images, split::labels);
    }
}
