package espalier.nn.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import espalier.engine.UserError;
import espalier.engine.autograd.Gradients;
import espalier.engine.autograd.Tape;
import espalier.engine.op.CrossEntropy;
import espalier.engine.op.Reduction;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.nn.Parameter;
import espalier.nn.checkpoint.StateDict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The paper's four models against PyTorch's and torchvision's: {@code models.json}, made by {@code golden_zoo.py}. */
class ZooTest {
    private static final Shape CIFAR = Shape.of(3, 32, 32);
    private static final JsonNode REFERENCE =
            JsonMapper.builder().build().readTree(ZooTest.class.getResourceAsStream("/models.json")).get("models");

    private static Model create(String name, int classes) {
        return Models.create(name, CIFAR, classes, new float[3], new float[] {1, 1, 1}, 1);
    }

    private static Model byFormula(String name) {
        Model model = create(name, 10);
        Formula.fill(model);
        return model;
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet20", "vgg_bn_drop", "googlenet", "mobilenet_v2"})
    void hasPyTorchsNamesAndShapesInOrder(String name) {
        List<String> expected = new ArrayList<>();
        for (JsonNode entry : REFERENCE.get(name).get("state_dict")) {
            expected.add(entry.get(0).asString() + " " + entry.get(1));
            if (entry.get(0).asString().endsWith("running_var")) {
                expected.add(entry.get(0).asString().replace("running_var", "num_batches_tracked") + " []");
            }
        }
        Model model = create(name, 10);
        List<String> actual = new ArrayList<>();
        model.stateDict().tensors().forEach((key, t) -> actual.add(key + " " + t.shape()));
        assertThat(actual).containsExactlyElementsOf(expected);
        assertThat(count(model)).isEqualTo(REFERENCE.get(name).get("parameters").asInt());
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet20", "vgg_bn_drop", "googlenet", "mobilenet_v2"})
    void givesPyTorchsLogitsForWeightsByFormula(String name) {
        float[] logits = byFormula(name).logits(Formula.images(Shape.of(2, 3, 32, 32), 1000)).data();
        JsonNode expected = REFERENCE.get(name).get("logits");
        double largest = 0;
        for (int i = 0; i < 20; i++) {
            largest = Math.max(largest, Math.abs(expected.get(i / 10).get(i % 10).asDouble()));
        }
        for (int i = 0; i < 20; i++) {
            assertThat((double) logits[i]).as("logit %d", i)
                    .isCloseTo(expected.get(i / 10).get(i % 10).asDouble(), within(1e-3 * largest));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"vgg_bn_drop", "googlenet", "mobilenet_v2"})
    void aFileLoadsAndIsSavedBackUnchanged(String name, @TempDir Path folder) throws IOException {
        Model model = byFormula(name);
        model.save(folder.resolve("a.safetensors"));
        Model other = create(name, 10);
        other.load(folder.resolve("a.safetensors"));
        other.save(folder.resolve("b.safetensors"));
        assertThat(Files.mismatch(folder.resolve("a.safetensors"), folder.resolve("b.safetensors"))).isEqualTo(-1);
        Tensor x = Formula.images(Shape.of(1, 3, 32, 32), 7);
        assertThat(other.logits(x).data()).isEqualTo(model.logits(x).data());
    }

    @ParameterizedTest
    @ValueSource(strings = {"vgg_bn_drop", "googlenet", "googlenet_cifar", "mobilenet_v2", "mobilenet_v2_cifar"})
    void gradientsReachEveryParameterAndAStepLowersTheLoss(String name) {
        Model model = byFormula(name);
        var originals = model.parameters().values().stream().map(Parameter::data).toList();
        Tensor x = Formula.images(Shape.of(4, 3, 32, 32), 5);
        CrossEntropy loss = new CrossEntropy(new int[] {1, 2, 3, 4}, 0, Reduction.MEAN);
        Gradients evaluation = Tape.record(originals, () -> loss.apply(model.logits(x)));
        model.parameters().forEach((key, p) -> assertThat(squares(evaluation.of(p.data()))).as(key).isPositive());

        model.setTraining(true);
        model.network().setStepSeed(3);
        Gradients before = Tape.record(originals, () -> loss.apply(model.logits(x)));
        double length = Math.sqrt(originals.stream().mapToDouble(t -> squares(before.of(t))).sum());
        originals.forEach(t -> {
            float[] g = before.of(t).data();
            for (int i = 0; i < g.length; i++) {
                t.data()[i] -= (float) (1e-3 / length * g[i]);
            }
        });
        // The same dropout as before.
        model.network().setStepSeed(3);
        assertThat(loss.apply(model.logits(x)).item()).isLessThan(before.value().item());
    }

    @ParameterizedTest
    @CsvSource({"vgg_bn_drop, 2", "googlenet, 4", "mobilenet_v2, 4"})
    void dropsOutInTrainingOnly(String name, int images) {
        Model model = byFormula(name);
        Tensor x = Formula.images(Shape.of(images, 3, 32, 32), 5);
        model.setTraining(true);
        float[] first = logits(model, x, 1);
        assertThat(logits(model, x, 2)).isNotEqualTo(first);
        assertThat(logits(model, x, 1)).isEqualTo(first);
        model.setTraining(false);
        assertThat(logits(model, x, 2)).isEqualTo(logits(model, x, 1));
    }

    private static float[] logits(Model model, Tensor x, long seed) {
        model.network().setStepSeed(seed);
        return model.logits(x).data();
    }

    @Test
    void stemsForSmallImagesKeepTheNames() {
        assertThat(shapes("mobilenet_v2_cifar")).isEqualTo(shapes("mobilenet_v2"));
        List<String> googlenet = shapes("googlenet");
        googlenet.set(googlenet.indexOf("conv1.conv.weight [64,3,7,7]"), "conv1.conv.weight [64,3,3,3]");
        assertThat(shapes("googlenet_cifar")).isEqualTo(googlenet);
    }

    private static List<String> shapes(String name) {
        List<String> shapes = new ArrayList<>();
        create(name, 10).stateDict().tensors().forEach((key, t) -> shapes.add(key + " " + t.shape()));
        return shapes;
    }

    @ParameterizedTest
    @CsvSource({"vgg_bn_drop, 17", "googlenet, 31", "googlenet_cifar, 4", "mobilenet_v2, 2", "mobilenet_v2_cifar, 2"})
    void takesImagesFromTheSmallestOn(String name, int smallest) {
        for (int size : new int[] {smallest, smallest + 7}) {
            Shape image = Shape.of(1, size, size);
            Model model = Models.create(name, image, 100, new float[1], new float[] {1}, 1);
            assertThat(model.logits(Tensor.zeros(Shape.of(2, 1, size, size))).shape()).isEqualTo(Shape.of(2, 100));
        }
        if (smallest > 2) {
            assertThatThrownBy(() -> Models.create(name, Shape.of(1, 32, smallest - 1), 10, new float[1], new float[] {1},
                    1))
                    .isInstanceOf(UserError.class).hasMessageContaining(name).hasMessageContaining("at least " + smallest);
        }
    }

    @Test
    void startsAsPyTorchDoes() {
        // Uniform in ±1/√fanIn, bias too; normal of 0.01; normal of √(2/fanOut), and 0.01 with biases of 0 at the end.
        StateDict vgg = create("vgg_bn_drop", 10).stateDict();
        assertThat(spread(vgg, "features.14.conv.weight")).isCloseTo(1 / Math.sqrt(3 * 256 * 9), within(1e-4));
        assertThat(largest(vgg, "features.14.conv.weight")).isBetween(0.999 / 48, 1.0 / 48);
        assertThat(largest(vgg, "features.14.conv.bias")).isBetween(0.98 / 48, 1.0 / 48);
        StateDict googlenet = create("googlenet", 100).stateDict();
        assertThat(spread(googlenet, "inception5b.branch2.1.conv.weight")).isCloseTo(0.01, within(1e-4));
        assertThat(largest(googlenet, "inception5b.branch2.1.conv.weight")).isGreaterThan(0.04);
        assertThat(spread(googlenet, "fc.weight")).isCloseTo(0.01, within(1e-4));
        assertThat(largest(googlenet, "fc.bias")).isBetween(0.9 / 32, 1.0 / 32);
        StateDict mobilenet = create("mobilenet_v2", 100).stateDict();
        assertThat(spread(mobilenet, "features.18.0.weight")).isCloseTo(Math.sqrt(2.0 / 1280), within(4e-4));
        assertThat(spread(mobilenet, "features.17.conv.1.0.weight")).isCloseTo(Math.sqrt(2.0 / (960 * 9)), within(4e-4));
        assertThat(spread(mobilenet, "classifier.1.weight")).isCloseTo(0.01, within(1e-4));
        assertThat(largest(mobilenet, "classifier.1.bias")).isZero();
    }

    private static int count(Model model) {
        return model.parameters().values().stream().mapToInt(p -> p.data().size()).sum();
    }

    private static double squares(Tensor t) {
        double sum = 0;
        for (float v : t.data()) {
            sum += (double) v * v;
        }
        return sum;
    }

    private static double spread(StateDict state, String name) {
        return Math.sqrt(squares(state.tensor(name)) / state.tensor(name).size());
    }

    private static double largest(StateDict state, String name) {
        double largest = 0;
        for (float v : state.tensor(name).data()) {
            largest = Math.max(largest, Math.abs(v));
        }
        return largest;
    }
}
