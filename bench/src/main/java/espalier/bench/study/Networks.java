package espalier.bench.study;

import espalier.attacks.AdversarialSet;
import espalier.attacks.LabelledImages;
import espalier.bench.report.Progress;
import espalier.bench.report.TrainingProgress;
import espalier.compress.Reading;
import espalier.compress.Reading.Switch;
import espalier.compress.prune.Evidence;
import espalier.compress.prune.Observation;
import espalier.compress.prune.PruningCourse;
import espalier.compress.prune.PruningStrategy;
import espalier.compress.prune.Schedule.After;
import espalier.datasets.Dataset;
import espalier.datasets.Split;
import espalier.engine.tensor.Tensor;
import espalier.nn.checkpoint.StateDict;
import espalier.nn.model.Model;
import espalier.nn.model.Models;
import espalier.nn.train.Trainer;
import espalier.nn.train.TrainingConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Supplier;

/** The dense network of one seed and all that is derived from it, each made when it is first asked for. */
final class Networks {
    private final StudyConfig config;
    private final Dataset data;
    private final RunFolder folder;
    private final Progress progress;
    private final Cell.Network denseCell;
    private final Map<Seen, Observed> ofDense = new HashMap<>();
    private final Map<Reading, Arena> arenas = new HashMap<>();
    private final Map<Attacked, AdversarialSet> attacks = new HashMap<>();
    private final Map<Attacked, AdversarialSet> noise = new HashMap<>();
    private Model dense;
    private Stopwatch stopwatch;

    /** What the dense network was looked at for. */
    private record Seen(Evidence.Kind kind, Reading reading) {}

    /** @param after the state that looking left the network in */
    private record Observed(Evidence evidence, StateDict after) {}

    private record Attacked(Attack attack, Reading reading) {}

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

    /** {@return what measures networks against the dense one, which is timed when this is first asked for} */
    Stopwatch stopwatch(Split images) {
        if (stopwatch == null) {
            stopwatch = new Stopwatch(dense(), images, config.batchSize());
        }
        return stopwatch;
    }

    /** {@return where networks are attacked in this reading} */
    Arena arena(Reading reading) {
        return arenas.computeIfAbsent(reading, r -> new Arena(r, data, config.attackImages(), denseCell.parent().seed()));
    }

    /** {@return the images made on the dense network, which tell how an attack transfers from it} */
    AdversarialSet attackedDense(Attack attack, Reading reading) {
        return attacks.computeIfAbsent(new Attacked(attack, reading), _ -> attacked(dense(), attack, reading, "dense"));
    }

    /** {@return images moved at random as far as the attack may} */
    AdversarialSet noise(Attack attack, Reading reading) {
        return noise.computeIfAbsent(new Attacked(attack, reading), _ -> arena(reading).noise(dense(), attack,
                config.batchSize(), denseCell.parent().seed()));
    }

    /** {@return the attacked images where the gradient of {@code model} leads nowhere} */
    BitSet useless(Model model, Reading reading) {
        return arena(reading).useless(model, config.batchSize());
    }

    /** {@return images made on {@code model}} */
    AdversarialSet attacked(Model model, Attack attack, Reading reading, String name) {
        Arena arena = arena(reading);
        try (Progress.Phase phase = progress.phase("attack " + name, arena.size())) {
            return arena.attack(model, attack, config.batchSize(), denseCell.parent().seed(), done -> phase.at(done));
        }
    }

    private Model dense() {
        if (dense == null) {
            dense = untrained();
            if (config.weights() != null) {
                dense.load(Plan.weights(config, denseCell.parent().model(), denseCell.parent().seed()));
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

    private Model untrained() {
        return Models.create(denseCell.parent().model(), data.imageShape(), data.classes(), data.mean(), data.std(),
                denseCell.parent().seed());
    }

    private Model pruned(Cell.Network network) {
        PruningStrategy strategy = PruningStrategy.byName(network.strategy());
        boolean beforeTraining = strategy.schedule().after() == After.FIRST_TRAINING;
        Model model = beforeTraining ? untrained() : dense().copy();
        new PruningCourse(strategy, network.compression(), network.parent().seed(), network.asRead())
                .run(model, new Course(network, strategy, model));
        return model;
    }

    /** Pruning and training by turns, each turn kept in a folder, so that a run that was killed goes on. */
    private final class Course implements PruningCourse.Host {
        private final Cell.Network network;
        private final PruningStrategy strategy;
        private final Model model;
        private final Reading reading;

        Course(Cell.Network network, PruningStrategy strategy, Model model) {
            this.network = network;
            this.strategy = strategy;
            this.model = model;
            reading = strategy.relevant(network.asRead());
        }

        private Path checkpoints(int step) {
            Path all = folder.checkpoints(network);
            return step == strategy.schedule().steps() ? all : all.resolve("step-" + step);
        }

        @Override
        public Evidence observe(Evidence.Kind kind) {
            if (!model.masks().isEmpty() || strategy.schedule().after() == After.FIRST_TRAINING) {
                return evidence(kind, model, reading);
            }
            Observed seen = ofDense.computeIfAbsent(new Seen(kind, reading), _ -> {
                Model parent = dense().copy();
                return new Observed(evidence(kind, parent, reading), parent.stateDict());
            });
            model.loadStateDict(seen.after, "the dense network");
            return seen.evidence;
        }

        @Override
        public SequencedMap<String, Tensor> masks(int step, Supplier<SequencedMap<String, Tensor>> choose) {
            Path masks = checkpoints(step).resolve("masks.safetensors");
            Path observed = checkpoints(step).resolve("observed.safetensors");
            boolean moved = reading.has(Switch.TRAINING_MODE);
            if (!Files.exists(masks)) {
                SequencedMap<String, Tensor> chosen = choose.get();
                if (moved) {
                    model.save(observed);
                }
                MaskFile.write(masks, chosen);
            }
            // Read back even when new, so that a run that goes on starts from the very same.
            return RunFolder.reading(checkpoints(step), () -> {
                if (moved) {
                    model.load(observed);
                }
                return MaskFile.read(masks);
            });
        }

        @Override
        public StateDict untrained() {
            return Networks.this.untrained().stateDict();
        }

        @Override
        public void train(int step, int steps, After how) {
            Training training = how != After.FINE_TUNING ? config.training()
                    : network.fineTuning().share(step, steps);
            if (training.epochs() > 0) {
                String title = network.title() + (steps > 1 ? ", step " + step : "");
                Networks.this.train(model, training, checkpoints(step), title);
            } else {
                model.save(checkpoints(step).resolve(Trainer.MODEL_FILE));
            }
        }
    }

    private void train(Model model, Training training, Path checkpoints, String name) {
        try (TrainingProgress listener = new TrainingProgress(progress, name)) {
            TrainingConfig settings = training.config(config.batchSize(), denseCell.parent().seed());
            new Trainer(model, head(data.train(), training.images()), settings)
                    .checkpointsIn(checkpoints, true)
                    .listener(listener)
                    .run();
        }
    }

    private Evidence evidence(Evidence.Kind kind, Model model, Reading reading) {
        if (kind == Evidence.Kind.NONE) {
            return Evidence.NONE;
        }
        Split train = head(data.train(), config.scores().images());
        try (Progress.Phase phase = progress.phase(kind.toString(), train.size())) {
            return new Observation(model, labelled(train), config.batchSize(), config.scores().attack().threatModel(),
                    reading, denseCell.parent().seed()).gather(kind, done -> phase.at(done));
        }
    }

    static Split head(Split split, Integer images) {
        return images == null ? split : split.head(images);
    }

    static LabelledImages labelled(Split split) {
        return LabelledImages.of(split.size(), split::images, split::labels);
    }
}
