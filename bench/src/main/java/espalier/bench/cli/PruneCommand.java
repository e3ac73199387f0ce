package espalier.bench.cli;

import espalier.attacks.LabelledImages;
import espalier.bench.report.Environment;
import espalier.bench.report.Json;
import espalier.bench.report.Progress;
import espalier.bench.report.TrainingProgress;
import espalier.bench.study.Attack;
import espalier.bench.study.MaskFile;
import espalier.bench.study.Result;
import espalier.bench.study.Training;
import espalier.compress.Reading;
import espalier.compress.Sizes;
import espalier.compress.prune.Evidence;
import espalier.compress.prune.Observation;
import espalier.compress.prune.Pruner;
import espalier.compress.prune.Pruning;
import espalier.compress.prune.PruningStrategy;
import espalier.compress.prune.Schedule;
import espalier.datasets.Dataset;
import espalier.datasets.Split;
import espalier.engine.UserError;
import espalier.nn.model.Model;
import espalier.nn.train.Evaluation;
import espalier.nn.train.Evaluator;
import espalier.nn.train.Trainer;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prunes a network. */
@Command(
        name = "prune",
        description = "Prunes a network to a compression, fine-tunes it if asked to, and writes it and its masks.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  espalier prune --weights lenet.safetensors --strategy global-magnitude --compression 8",
            "  espalier prune --model resnet20 --weights resnet20.safetensors --dataset cifar10 \\",
            "      --strategy global-gap --compression 4 --samples 512 --no-random-start --out runs/gap",
            "  espalier prune --weights lenet.safetensors --strategy layer-gap --compression 4 \\",
            "      --epochs 2 --out tuned.safetensors"
        })
final class PruneCommand implements Runnable {
    @Spec CommandSpec spec;
    @Mixin NetworkOptions network;
    @Mixin AttackOptions attack;

    @Option(names = "--strategy", paramLabel = "NAME", required = true, converter = Names.Strategy.class,
            completionCandidates = Names.Strategy.class, description = "One of ${COMPLETION-CANDIDATES}.")
    PruningStrategy strategy;

    @Option(names = "--compression", paramLabel = "X", required = true,
            description = "Original / remaining parameters, such as 4.")
    double compression;

    @Option(names = "--samples", paramLabel = "N",
            description = "Training images that gradients are summed over, the first ones (default: all).")
    Integer samples;

    @Option(names = "--epochs", paramLabel = "N", defaultValue = "0",
            description = "Of fine-tuning, with the masks in force (default: ${DEFAULT-VALUE}).")
    int epochs;

    @Option(names = "--learning-rate", paramLabel = "X", defaultValue = "0.001",
            description = "Of fine-tuning, with adam (default: ${DEFAULT-VALUE}).")
    double learningRate;

    @Override
    public void run() {
        long start = System.nanoTime();
        Options.atLeast(0, epochs, "--epochs");
        if (!strategy.schedule().equals(Schedule.ONE_SHOT)) {
            throw new UserError("--strategy " + strategy + " prunes and trains by turns; espalier study does that");
        }
        Attack threat = attack.attack(AttackOptions.Method.PGD);
        network.requireWeights();
        Dataset data = network.loadDataset();
        Model model = network.model(data);
        OutPath out = network.out("prune-" + model.name() + "-" + data.name() + "-" + strategy + "-" + compression);
        Progress progress = Output.progress(spec);
        Pruning pruning = Pruner.prune(model, strategy, compression, evidence(model, data, threat, progress),
                network.seed());
        model.setMasks(pruning.masks());
        if (epochs > 0) {
            tune(model, data, out, progress);
        }
        Evaluation clean = Evaluator.evaluate(model::logits, data.test(), network.batchSize());
        MaskFile.write(out.beside("masks"), pruning.masks());
        model.save(out.network());
        Result result = Result.of(data.name(), model.name(), strategy.toString(), compression, false, network.seed(), clean,
                Result.Attacked.NOT, Sizes.of(model), (System.nanoTime() - start) / 1e9, Environment.current(), null);
        Output.of(spec).emit(Json.tree(result), text -> {
            text.printf(Locale.ROOT, "%s, %s: %,d of %,d parameters stay, compression %.4f%n", model.name(), strategy,
                    pruning.remaining(), pruning.parameters(), pruning.compression());
            text.printf(Locale.ROOT, "%.2f %% of %,d test images%s%n", 100 * clean.top1(), clean.images(),
                    epochs > 0 ? " after fine-tuning" : ", not fine-tuned");
            text.printf("written to %s and %s%n", out.network(), out.beside("masks"));
        });
    }

    private Evidence evidence(Model model, Dataset data, Attack threat, Progress progress) {
        if (strategy.evidence() == Evidence.Kind.NONE) {
            return Evidence.NONE;
        }
        Split train = samples == null ? data.train() : data.train().head(Options.atLeast(1, samples, "--samples"));
        try (Progress.Phase phase = progress.phase(strategy.evidence().toString(), train.size())) {
            return new Observation(model, LabelledImages.of(train.size(), train::images, train::labels), network.batchSize(),
                    threat.threatModel(), Reading.CORRECTED, network.seed()).gather(strategy.evidence(),
                    done -> phase.at(done));
        }
    }

    private void tune(Model model, Dataset data, OutPath out, Progress progress) {
        Training training = new Training(epochs, null, "adam", learningRate, 0.9, true, 0, "one-cycle", 0, false, null);
        try (TrainingProgress listener = new TrainingProgress(progress, strategy.toString())) {
            new Trainer(model, data.train(), training.config(network.batchSize(), network.seed()))
                    .checkpointsIn(out.checkpoints(), false)
                    .listener(listener)
                    .run();
        }
    }
}
