package espalier.bench.cli;

import espalier.attacks.AdversarialSet;
import espalier.attacks.DifferentiableModel;
import espalier.attacks.LabelledImages;
import espalier.attacks.Robustness;
import espalier.attacks.ThreatModel;
import espalier.bench.report.Environment;
import espalier.bench.report.Json;
import espalier.bench.report.Progress;
import espalier.bench.study.Attack;
import espalier.bench.study.Cell;
import espalier.bench.study.Result;
import espalier.compress.Sizes;
import espalier.compress.lower.Format;
import espalier.compress.lower.LoweredModel;
import espalier.compress.lower.Lowering;
import espalier.datasets.Dataset;
import espalier.datasets.Split;
import espalier.engine.UserError;
import espalier.engine.parallel.Parallel;
import espalier.engine.tensor.Tensor;
import espalier.nn.model.Model;
import espalier.nn.train.Evaluation;
import espalier.nn.train.Evaluator;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures a network, and attacks it if asked to. */
@Command(
        name = "evaluate",
        description = "Measures a network's accuracy on the test images: clean, attacked, and attacked by way of another.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  espalier evaluate --model resnet20 --weights resnet20.safetensors --dataset cifar10",
            "  espalier evaluate --model resnet20 --weights resnet20.safetensors --dataset cifar10 \\",
            "      --attack pgd --norm linf --epsilon 8/255 --step-size 2/255 --steps 10 \\",
            "      --no-random-start --samples 1000",
            "  espalier evaluate --weights pruned.safetensors --attack fgsm --epsilon 0.1 \\",
            "      --source-weights lenet.safetensors",
            "  espalier evaluate --weights lenet.int8.safetensors --parent-weights lenet.safetensors \\",
            "      --attack pgd --json -"
        })
final class EvaluateCommand implements Runnable {
    @Spec CommandSpec spec;
    @Mixin NetworkOptions network;
    @Mixin AttackOptions options;

    @Option(names = "--attack", paramLabel = "METHOD", converter = Names.MethodName.class,
            description = "Attack the network: one of ${COMPLETION-CANDIDATES}.")
    AttackOptions.Method attack;

    @Option(names = "--source-weights", paramLabel = "FILE",
            description = "Also make the attack's images on this network, and tell how they transfer.")
    Path sourceWeights;

    @Option(names = "--source-model", paramLabel = "NAME", converter = Names.ModelName.class,
            completionCandidates = Names.ModelName.class,
            description = "The source's architecture (default: that of --model).")
    String sourceModel;

    @Option(names = "--parent-weights", paramLabel = "FILE",
            description = "The float network that a quantized one was made from, through which it is attacked.")
    Path parentWeights;

    @Option(names = "--samples", paramLabel = "N", description = "Only the first N test images.")
    Integer samples;

    @Override
    public void run() {
        long start = System.nanoTime();
        requireConsistent();
        Attack chosen = attack == null ? null : options.attack(attack);
        network.requireWeights();
        if (network.out != null) {
            new OutPath(network.out).requireWritable();
        }
        Dataset data = network.loadDataset();
        Split test = samples == null ? data.test() : data.test().head(Options.atLeast(1, samples, "--samples"));
        Subject subject = subject(data);
        Progress progress = Output.progress(spec);
        Speed speed = new Speed(subject.logits);
        Evaluation clean;
        try (Progress.Phase phase = progress.phase("evaluate", test.size())) {
            clean = Evaluator.evaluate(speed, test, network.batchSize(), done -> phase.at(done));
        }
        Robustness own = null;
        Robustness transfer = null;
        if (chosen != null) {
            AdversarialSet images = craft(subject.gradientModel, chosen, test, progress, "attack");
            own = subject.form.isEmpty() || parentWeights == null ? images.judgeSource()
                    : images.judge(subject.logits::apply, ThreatModel.FLOAT_PARENT);
            if (sourceWeights != null) {
                Model source = NetworkOptions.create(sourceModel == null ? network.modelName() : sourceModel, data,
                        network.seed());
                source.load(sourceWeights);
                transfer = craft(source::logits, chosen, test, progress, "attack source")
                        .judge(subject.logits::apply, ThreatModel.transferFrom(sourceWeights.getFileName().toString()));
            }
        }
        Result result = result(data, subject, clean, own, transfer, (System.nanoTime() - start) / 1e9);
        if (network.out != null) {
            Json.write(network.out.resolve("evaluation.json"), Json.tree(result));
        }
        Output.of(spec).emit(Json.tree(result), text -> print(text, result, subject, speed));
    }

    private void requireConsistent() {
        if (attack == null) {
            options.requireUnused();
            if (sourceWeights != null) {
                throw Options.usage("--source-weights needs an --attack");
            }
        }
        if (sourceModel != null && sourceWeights == null) {
            throw Options.usage("--source-model needs --source-weights");
        }
    }

    /**
     * What is measured, and the network whose gradients stand for it: its own, or its float parent's.
     *
     * @param form {@code " int8"}; empty for one that can be trained
     * @param gradientModel null where there is no attack
     */
    private record Subject(String model, String form, UnaryOperator<Tensor> logits, Sizes sizes,
            DifferentiableModel gradientModel,
            boolean quantized) {}

    private Subject subject(Dataset data) {
        if (!LoweredModel.isLowered(network.weights)) {
            if (parentWeights != null) {
                throw Options.usage("--parent-weights is for lowered networks; " + network.weights + " has its own gradients");
            }
            Model model = network.model(data);
            // Its parameters stand still: with batch norm folded and Winograd's convolutions, an attack takes 2/3 of the time.
            DifferentiableModel frozen = attack == null ? null : Lowering.lower(model, Format.DENSE)::logits;
            return new Subject(model.name(), "", model::logits, Sizes.of(model), frozen, false);
        }
        LoweredModel lowered = LoweredModel.load(network.weights);
        if (!lowered.imageShape().equals(data.imageShape()) || lowered.classes() != data.classes()) {
            throw new UserError(network.weights + " takes images " + lowered.imageShape() + " of " + lowered.classes()
                    + " classes, " + data.name() + " has " + data.imageShape() + " of " + data.classes());
        }
        if (attack != null && parentWeights == null && lowered.quantized()) {
            throw Options.usage("a quantized network is attacked through its float parent: give --parent-weights");
        }
        DifferentiableModel gradientModel = lowered.quantized() ? null : lowered::logits;
        if (parentWeights != null) {
            Model parent = NetworkOptions.create(network.model == null ? lowered.name() : network.model, data, network.seed());
            parent.load(parentWeights);
            gradientModel = parent::logits;
        }
        return new Subject(lowered.name(), " " + lowered.format(), lowered::logits, Sizes.of(lowered), gradientModel,
                lowered.quantized());
    }

    private AdversarialSet craft(DifferentiableModel source, Attack attack, Split test, Progress progress, String name) {
        try (Progress.Phase phase = progress.phase(name, test.size())) {
            return AdversarialSet.craft(source, attack.threatModel(),
                    LabelledImages.of(test.size(), test::images, test::labels), network.batchSize(), network.seed(),
                    done -> phase.at(done));
        }
    }

    private Result result(Dataset data, Subject subject, Evaluation clean, Robustness own, Robustness transfer,
            double seconds) {
        Sizes sizes = subject.sizes;
        return Result.of(data.name(), subject.model, strategy(subject),
                (double) sizes.parameters() / sizes.nonzeroParameters(),
                subject.quantized, network.seed(), clean,
                new Result.Attacked(own, transfer, transfer == null ? null : sourceWeights.getFileName().toString(), null, null),
                sizes, seconds, Environment.current(), null);
    }

    /** {@return what a file tells of its pruning: whether it was; of int8, which rounds small weights to 0, not even that} */
    private static String strategy(Subject subject) {
        if (subject.quantized) {
            return "unknown";
        }
        return subject.sizes.nonzeroParameters() < subject.sizes.parameters() ? "pruned" : Cell.DENSE;
    }

    private void print(PrintWriter text, Result r, Subject subject, Speed speed) {
        text.printf(Locale.ROOT, "%s%s on %s, %,d test images%n", r.model(), subject.form, r.dataset(),
                r.testImages());
        text.printf(Locale.ROOT, "clean        %6.2f %%   (top 5: %.2f %%)%n", 100 * r.cleanAccuracy(),
                100 * r.top5Accuracy());
        if (r.threatModel() != null) {
            text.printf(Locale.ROOT, "adversarial  %6.2f %%   of all; %.2f %% of those it was right about are fooled%n",
                    100 * r.adversarialAccuracy(), 100 * r.successRate());
        }
        if (r.transferAccuracy() != null) {
            text.printf(Locale.ROOT, "transfer     %6.2f %%   from %s; %.2f %% fool both%n", 100 * r.transferAccuracy(),
                    r.transferSource(), 100 * r.foolsBoth());
        }
        text.printf(Locale.ROOT, "parameters   %,d, of which %,d are not zero%n", r.parameters(), r.nonzeroParameters());
        text.printf(Locale.ROOT, "MACs         %,d, of which %,d are not with zero%n", r.macs(), r.nonzeroMacs());
        if (speed.imagesPerSecond() > 0) {
            text.printf(Locale.ROOT, "speed        %,.0f images a second, in batches of %d on %d threads%n",
                    speed.imagesPerSecond(), network.batchSize(), Parallel.threads());
        }
        if (r.threatModel() != null) {
            text.println("threat model " + r.threatModel());
        }
    }
}
