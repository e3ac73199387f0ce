package espalier.bench.cli;

import espalier.bench.report.Json;
import espalier.compress.lower.Format;
import espalier.compress.lower.LoweredModel;
import espalier.compress.lower.Lowering;
import espalier.datasets.Dataset;
import espalier.datasets.Split;
import espalier.nn.model.Model;
import espalier.nn.train.Evaluation;
import espalier.nn.train.Evaluator;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lowers a network. */
@Command(
        name = "lower",
        description = "Makes a trained network ready to run: folds batch norm, brings each weight into the form in which it "
                + "is executed, measures both networks, and writes the new one.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  espalier lower --weights pruned.safetensors --format csr --out pruned.csr.safetensors",
            "  espalier lower --model resnet20 --weights pruned.safetensors --dataset cifar10 --format csr-int8",
            "  espalier evaluate --weights pruned.csr.safetensors"
        })
final class LowerCommand implements Runnable {
    @Spec CommandSpec spec;
    @Mixin NetworkOptions network;

    @Option(names = "--format", paramLabel = "FORMAT", defaultValue = "auto", converter = Names.FormatName.class,
            description = "Of the weights: one of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}, dense or csr layer by "
                    + "layer, whichever is faster here).")
    Format format;

    @Option(names = "--samples", paramLabel = "N",
            description = "Of formats in 8 bits: training images that activations are observed on, the first ones "
                    + "(default: 512). With auto: choose among int8 and csr-int8.")
    Integer samples;

    @Option(names = "--bits", paramLabel = "N", defaultValue = "7",
            description = "Of an activation in 8 bits: 7 (0..127, faster) or 8 (0..255) (default: ${DEFAULT-VALUE}).")
    int bits;

    /** What {@code --json} prints. */
    private record Lowered(String model, String dataset, String format, double accuracyBefore, double accuracy,
            double imagesPerSecondBefore, double imagesPerSecond, long weightBytes, List<Layer> layers) {}

    private record Layer(int step, String op, int[] weight, String format, double sparsity, long bytes, String reason) {}

    @Override
    public void run() {
        Options.requireBits(bits);
        network.requireWeights();
        Dataset data = network.loadDataset();
        Model model = network.model(data);
        OutPath out = network.out("lower-" + model.name() + "-" + data.name());
        LoweredModel lowered = Lowering.lower(model, format, calibration(data), bits);
        lowered.save(out.network());
        Speed before = new Speed(model::logits);
        Evaluation dense = Evaluator.evaluate(before, data.test(), network.batchSize());
        Speed after = new Speed(lowered::logits);
        Evaluation evaluation = Evaluator.evaluate(after, data.test(), network.batchSize());
        Lowered result = new Lowered(model.name(), data.name(), lowered.format().toString(), dense.top1(), evaluation.top1(),
                before.imagesPerSecond(), after.imagesPerSecond(), lowered.weightBytes(),
                lowered.layers().stream().map(l -> new Layer(l.step(), l.op(), l.weight().shape().dims(), l.format().toString(),
                        l.weight().sparsity(), l.weight().bytes(), l.reason())).toList());
        Output.of(spec).emit(Json.tree(result), text -> {
            for (LoweredModel.Layer l : lowered.layers()) {
                text.printf(Locale.ROOT, "%4d  %-7s %-16s %5.1f %% zeros  %-8s %,10d bytes  %s%n", l.step(), l.op(),
                        l.weight().shape(), 100 * l.weight().sparsity(), l.format(), l.weight().bytes(), l.reason());
            }
            text.printf(Locale.ROOT, "%s on %s: %.2f %% of %,d test images at %,.0f a second; %s: %.2f %% at %,.0f a second%n",
                    model.name(), data.name(), 100 * dense.top1(), dense.images(), before.imagesPerSecond(),
                    lowered.format(), 100 * evaluation.top1(), after.imagesPerSecond());
            text.printf(Locale.ROOT, "weights of %,d bytes written to %s%n", lowered.weightBytes(), out.network());
        });
    }

    private Split calibration(Dataset data) {
        boolean needed = format.quantized() || format == Format.AUTO && samples != null;
        return needed ? data.train().head(samples == null ? 512 : Options.atLeast(1, samples, "--samples")) : null;
    }
}
