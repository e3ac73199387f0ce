package espalier.bench.cli;

import espalier.bench.report.Environment;
import espalier.bench.report.Json;
import espalier.bench.report.TrainingProgress;
import espalier.bench.study.Training;
import espalier.datasets.Dataset;
import espalier.nn.model.Model;
import espalier.nn.train.EpochReport;
import espalier.nn.train.Trainer;
import espalier.nn.train.TrainingConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains a network. */
@Command(
        name = "train",
        description = "Trains a network, with a checkpoint after each epoch; killed, the same command goes on.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  espalier train                                               lenet on the embedded digits",
            "  espalier train --model lenet --dataset mnist --epochs 3 --out lenet.safetensors",
            "  espalier train --model resnet20 --dataset cifar10 --epochs 30 --optimizer sgd \\",
            "      --learning-rate 0.1 --weight-decay 5e-4 --augment --out runs/resnet20",
            "  espalier train --weights lenet.safetensors --epochs 1 --learning-rate 1e-4 --out tuned.safetensors"
        })
final class TrainCommand implements Runnable {
    @Spec CommandSpec spec;
    @Mixin NetworkOptions network;

    @Option(names = "--epochs", paramLabel = "N", defaultValue = "3",
            description = "Passes over the training images (default: ${DEFAULT-VALUE}).")
    int epochs;

    @Option(names = "--optimizer", paramLabel = "NAME", defaultValue = "adam", converter = Names.OptimizerName.class,
            completionCandidates = Names.OptimizerName.class,
            description = "One of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    String optimizer;

    @Option(names = "--learning-rate", paramLabel = "X",
            description = "The highest of the schedule (default: 0.1 for sgd, else 0.002).")
    Double learningRate;

    @Option(names = "--momentum", paramLabel = "X", defaultValue = "0.9",
            description = "Of sgd (default: ${DEFAULT-VALUE}).")
    double momentum;

    @Option(names = "--no-nesterov", description = "Plain momentum.")
    boolean plain;

    @Option(names = "--weight-decay", paramLabel = "X", defaultValue = "0", description = "(default: ${DEFAULT-VALUE}).")
    double weightDecay;

    @Option(names = "--schedule", paramLabel = "NAME", defaultValue = "one-cycle", converter = Names.ScheduleName.class,
            completionCandidates = Names.ScheduleName.class,
            description = "Of the learning rate: one of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    String schedule;

    @Option(names = "--label-smoothing", paramLabel = "X", defaultValue = "0", description = "(default: ${DEFAULT-VALUE}).")
    double labelSmoothing;

    @Option(names = "--augment", description = "Crop and flip training images at random.")
    boolean augment;

    @Option(names = "--samples", paramLabel = "N", description = "Only the first N training images.")
    Integer samples;

    @Option(names = "--fresh", description = "Start anew, over checkpoints that are there.")
    boolean fresh;

    @Override
    public void run() {
        Options.atLeast(1, epochs, "--epochs");
        if (network.weights != null) {
            network.requireWeights();
        }
        Dataset data = network.loadDataset();
        if (samples != null) {
            data = data.head(Options.atLeast(1, samples, "--samples"), data.test().size());
        }
        Model model = network.model(data);
        OutPath out = network.out("train-" + model.name() + "-" + data.name());
        double rate = learningRate != null ? learningRate : optimizer.equals("sgd") ? 0.1 : 0.002;
        Training training = new Training(epochs, null, optimizer, rate, momentum, !plain, weightDecay, schedule,
                labelSmoothing, augment, null);
        try (TrainingProgress progress = new TrainingProgress(Output.progress(spec), model.name())) {
            TrainingConfig config = training.config(network.batchSize(), network.seed());
            List<EpochReport> history = new Trainer(model, data.train(), config)
                    .evaluateOn(data.test())
                    .checkpointsIn(out.checkpoints(), !fresh)
                    .listener(progress)
                    .run();
            // Its bar goes before the result is printed.
            progress.close();
            finish(data, model, out, training, history);
        }
    }

    private void finish(Dataset data, Model model, OutPath out, Training training, List<EpochReport> history) {
        model.save(out.network());
        EpochReport last = history.getLast();
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("dataset", data.name());
        result.put("model", model.name());
        result.put("seed", network.seed());
        result.put("cleanAccuracy", last.test().top1());
        result.put("top5Accuracy", last.test().top5());
        result.put("training", training);
        result.put("batchSize", network.batchSize());
        result.put("history", history);
        result.put("weights", out.network().toString());
        result.put("environment", Environment.current());
        Output.of(spec).emit(Json.tree(result), text -> {
            text.printf(Locale.ROOT, "%s on %s: %.2f %% of %,d test images after %d epochs%n", model.name(), data.name(),
                    100 * last.test().top1(), last.test().images(), history.size());
            text.printf("written to %s%n", out.network());
        });
    }
}
