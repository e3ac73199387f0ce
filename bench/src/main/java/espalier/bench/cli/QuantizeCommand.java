package espalier.bench.cli;

import espalier.bench.report.Environment;
import espalier.bench.report.Json;
import espalier.bench.study.Cell;
import espalier.bench.study.Result;
import espalier.compress.Sizes;
import espalier.compress.lower.LoweredModel;
import espalier.compress.lower.Quantizer;
import espalier.datasets.Dataset;
import espalier.nn.model.Model;
import espalier.nn.train.Evaluation;
import espalier.nn.train.Evaluator;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Quantizes a network. */
@Command(
        name = "quantize",
        description = "Quantizes a network to int8 after training, measures both, and writes the int8 network.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  espalier quantize --weights lenet.safetensors --out lenet.int8.safetensors",
            "  espalier quantize --model resnet20 --weights resnet20.safetensors --dataset cifar10 --bits 8 --samples 1000"
        })
final class QuantizeCommand implements Runnable {
    @Spec CommandSpec spec;
    @Mixin NetworkOptions network;

    @Option(names = "--samples", paramLabel = "N", defaultValue = "512",
            description = "Training images that activations are observed on, the first ones (default: ${DEFAULT-VALUE}).")
    int samples;

    @Option(names = "--bits", paramLabel = "N", defaultValue = "7",
            description = "Of an activation: 7 (0..127, faster) or 8 (0..255) (default: ${DEFAULT-VALUE}).")
    int bits;

    @Override
    public void run() {
        long start = System.nanoTime();
        Options.atLeast(1, samples, "--samples");
        Options.requireBits(bits);
        network.requireWeights();
        Dataset data = network.loadDataset();
        Model model = network.model(data);
        OutPath out = network.out("quantize-" + model.name() + "-" + data.name());
        LoweredModel quantized = Quantizer.quantize(model, data.train().head(samples), bits);
        Evaluation before = Evaluator.evaluate(model::logits, data.test(), network.batchSize());
        Evaluation after = Evaluator.evaluate(quantized::logits, data.test(), network.batchSize());
        quantized.save(out.network());
        Result result = Result.of(data.name(), model.name(), Cell.DENSE, 1, true, network.seed(), after,
                Result.Attacked.NOT, Sizes.of(model), (System.nanoTime() - start) / 1e9, Environment.current(), null);
        Output.of(spec).emit(Json.tree(result), text -> {
            text.printf(Locale.ROOT, "%s on %s: float32 %.2f %%, int8 %.2f %% of %,d test images (activations in %d bits)%n",
                    model.name(), data.name(), 100 * before.top1(), 100 * after.top1(), after.images(), bits);
            text.printf("written to %s%n", out.network());
        });
    }
}
