package espalier.compress.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import espalier.attacks.LabelledImages;
import espalier.attacks.Norm;
import espalier.attacks.ThreatModel;
import espalier.compress.Reading;
import espalier.datasets.Dataset;
import espalier.datasets.Datasets;
import espalier.datasets.Split;
import espalier.engine.tensor.Tensor;
import espalier.nn.checkpoint.Safetensors;
import espalier.nn.checkpoint.StateDict;
import espalier.nn.model.Model;
import espalier.nn.model.Models;
import espalier.nn.train.Evaluator;
import espalier.testdata.TestData;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * ResNet-20 at compression 4 against PyTorch's {@code resnet20-cifar10.compression}, made by {@code golden_compression.py}.
 */
class PruningGoldenTest {
    private static StateDict golden;
    private static Dataset cifar10;
    private static Model model;
    private static Evidence clean;
    private static Evidence adversarial;

    @BeforeAll
    static void scoreTheFirst512TrainingImages() {
        golden = Safetensors.read(TestData.reference("resnet20-cifar10.compression.safetensors"));
        cifar10 = Datasets.load("cifar10", TestData.root("cifar-10-batches-bin"));
        model = Models.create("resnet20", cifar10.imageShape(), 10, cifar10.mean(), cifar10.std(), 0);
        model.load(TestData.reference("resnet20-cifar10.safetensors"));
        Split head = cifar10.train().head(512);
        LabelledImages images = LabelledImages.of(head.size(), head::images, head::labels);
        var observation = new Observation(model, images, 128, ThreatModel.pgd(Norm.LINF, 8 / 255.0, 2 / 255.0, 10),
                Reading.CORRECTED, 0);
        clean = observation.gather(Evidence.Kind.GRADIENT, _ -> {});
        adversarial = observation.gather(Evidence.Kind.ADVERSARIAL_GRADIENT, _ -> {});
    }

    @AfterAll
    static void forgetTheImages() {
        cifar10 = null;
    }

    private static Pruning prune(PruningStrategy strategy) {
        return Pruner.prune(model, strategy, 4, switch (strategy.evidence()) {
            case NONE -> Evidence.NONE;
            case GRADIENT -> clean;
            case ADVERSARIAL_GRADIENT -> adversarial;
            default -> throw new AssertionError(strategy);
        }, 0);
    }

    @ParameterizedTest
    @CsvSource({"global-magnitude, 1, 65404", "layer-magnitude, 1, 65408", "global-gradient, 0.999, 65404",
            "layer-gradient, 0.999, 65408", "global-gap, 0.997, 65404", "layer-gap, 0.997, 65408",
            "global-gap-parameter, 0.997, 65404"})
    void masksAgreeWithPyTorch(String name, double atLeast, int kept) {
        Pruning pruning = prune(PruningStrategy.byName(name));
        int positions = 0;
        int agree = 0;
        for (var e : pruning.masks().entrySet()) {
            Tensor expected = golden.tensor("mask." + name + "." + e.getKey());
            for (int i = 0; i < expected.size(); i++) {
                positions++;
                agree += expected.data()[i] == e.getValue().data()[i] ? 1 : 0;
            }
        }
        assertThat(positions).isEqualTo(267_696);
        assertThat(agree / (double) positions).as("agreement of %s", name).isGreaterThanOrEqualTo(atLeast);
        assertThat(pruning.remaining()).isEqualTo(269_722 - 267_696 + kept);
    }

    @Test
    void gradientsAgreeWithPyTorch() {
        // About 1e-6, but for a relu that one side sees just above 0 and the other just below.
        clean.values().forEach((name, g) -> assertThat(distance(g, golden.tensor("gradient.clean." + name)))
                .as("clean %s", name).isLessThan(1e-3));
        // Ten steps by the sign of a gradient amplify every rounding.
        adversarial.values().forEach((name, g) -> assertThat(distance(g, golden.tensor("gradient.adversarial." + name)))
                .as("adversarial %s", name).isLessThan(0.05));
    }

    private static double distance(Tensor actual, Tensor expected) {
        double difference = 0;
        double length = 0;
        for (int i = 0; i < expected.size(); i++) {
            difference += Math.pow(actual.data()[i] - expected.data()[i], 2);
            length += Math.pow(expected.data()[i], 2);
        }
        return Math.sqrt(difference / length);
    }

    @Test
    void accuracyRightAfterPruningIsPyTorchs() {
        Model pruned = model.copy();
        pruned.setMasks(prune(PruningStrategy.GLOBAL_MAGNITUDE).masks());
        assertThat(Evaluator.evaluate(pruned::logits, cifar10.test(), 500).top1()).isCloseTo(0.2313, within(0.0005));
    }
}
