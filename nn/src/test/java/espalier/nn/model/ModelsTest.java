package espalier.nn.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import espalier.engine.UserError;
import espalier.engine.autograd.Tape;
import espalier.engine.op.CrossEntropy;
import espalier.engine.op.Reduction;
import espalier.engine.tensor.ArrayPool;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.nn.Parameter;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelsTest {
    private static final Shape CIFAR = Shape.of(3, 32, 32);
    private static final Shape MNIST = Shape.of(1, 28, 28);

    static Model create(String name, Shape imageShape) {
        float[] mean = new float[imageShape.dim(0)];
        float[] std = new float[imageShape.dim(0)];
        Arrays.fill(mean, 0.5f);
        Arrays.fill(std, 0.25f);
        return Models.create(name, imageShape, 10, mean, std, 1);
    }

    /** Published: He et al. 2015, table 6, and the CIFAR-10 zoo that PyTorch users know; LeNet-5 on 28×28 has 61,706. */
    @ParameterizedTest
    @CsvSource({"resnet20, 269722", "resnet32, 464154", "resnet44, 658586", "resnet56, 853018", "resnet110, 1727962"})
    void residualNetworksHaveThePublishedSizes(String name, int parameters) {
        assertThat(count(create(name, CIFAR))).isEqualTo(parameters);
    }

    @ParameterizedTest
    @CsvSource({"lenet, 1, 28, 61706", "lenet, 3, 32, 83126", "lenet, 1, 12, 15626",
            "mlp, 1, 28, 235146", "mlp, 3, 32, 820874"})
    void smallModelsTakeEveryImageSize(String name, int channels, int size, int parameters) {
        Model model = create(name, Shape.of(channels, size, size));
        assertThat(count(model)).isEqualTo(parameters);
        assertThat(model.logits(Tensor.zeros(Shape.of(3, channels, size, size))).shape()).isEqualTo(Shape.of(3, 10));
        assertThat(model.classifier()).isEqualTo("fc3");
    }

    @Test
    void smallModelsHaveTheirNames() {
        assertThat(create("lenet", MNIST).parameters().keySet()).containsExactly(
                "conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias",
                "fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias", "fc3.weight", "fc3.bias");
        assertThat(create("mlp", MNIST).parameters().keySet()).containsExactly(
                "fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias", "fc3.weight", "fc3.bias");
        assertThat(create("resnet20", CIFAR).classifier()).isEqualTo("linear");
    }

    @Test
    void residualNetworksStartKaimingNormal() {
        Model model = create("resnet110", CIFAR);
        model.parameters().forEach((name, p) -> {
            Shape s = p.data().shape();
            if (s.rank() == 4 && s.size() > 2000) {
                // The spread of a standard deviation from n normal values is 1/√(2n); four of them.
                double expected = Math.sqrt(2.0 / (s.size() / s.dim(0)));
                assertThat(std(p)).as(name).isCloseTo(expected, within(4 * expected / Math.sqrt(2.0 * s.size())));
                assertThat(mean(p)).as(name).isCloseTo(0, within(4 * expected / Math.sqrt(s.size())));
                assertThat(Math.abs(max(p))).as("%s is not cut off", name).isGreaterThan(2.5 * expected);
            }
        });
        assertThat(std(model.parameters().get("linear.weight"))).isCloseTo(Math.sqrt(2.0 / 64), within(0.03));
        assertThat(max(model.parameters().get("linear.bias"))).isBetween(0.05, 0.125);
    }

    @ParameterizedTest
    @CsvSource({"mlp, fc1, 784", "mlp, fc2, 256", "lenet, conv2, 150", "lenet, fc1, 400"})
    void smallModelsStartUniformByFanIn(String name, String layer, int fanIn) {
        double bound = 1 / Math.sqrt(fanIn);
        Map<String, Parameter> parameters = create(name, MNIST).parameters();
        Parameter weight = parameters.get(layer + ".weight");
        int n = weight.data().size();
        assertThat(max(weight)).isLessThanOrEqualTo(bound).isGreaterThan(0.99 * bound);
        assertThat(std(weight)).isCloseTo(bound / Math.sqrt(3), within(2 * bound / Math.sqrt(n)));
        assertThat(mean(weight)).isCloseTo(0, within(4 * bound / Math.sqrt(3.0 * n)));
        assertThat(max(parameters.get(layer + ".bias"))).isLessThanOrEqualTo(bound).isGreaterThan(0.5 * bound);
    }

    @Test
    void theSeedDecidesEveryBit() {
        Model a = create("lenet", MNIST);
        Model b = create("lenet", MNIST);
        Model c = Models.create("lenet", MNIST, 10, new float[1], new float[] {1}, 2);
        a.parameters().forEach((name, p) -> {
            assertThat(b.parameters().get(name).data().data()).isEqualTo(p.data().data());
            assertThat(c.parameters().get(name).data().data()).isNotEqualTo(p.data().data());
        });
    }

    @Test
    void pixelsAreNormalizedInsideTheModel() {
        Model plain = Models.create("mlp", MNIST, 10, new float[] {0}, new float[] {1}, 3);
        Model normalizing = Models.create("mlp", MNIST, 10, new float[] {0.25f}, new float[] {0.5f}, 3);
        Tensor outside = Tensor.full(Shape.of(1, 1, 28, 28), 1);
        Tensor pixels = Tensor.full(Shape.of(1, 1, 28, 28), 0.75f);
        assertThat(normalizing.logits(pixels).data()).isEqualTo(plain.logits(outside).data());
        assertThat(normalizing.logitsOfNormalized(normalizing.normalize(pixels)).data())
                .isEqualTo(plain.logits(outside).data());
        assertThat(normalizing.stateDict().tensors()).hasSize(6);
    }

    @Test
    void aCopySharesNothing() {
        Model model = create("lenet", MNIST);
        Tensor mask = Tensor.full(Shape.of(120, 400), 1);
        mask.data()[7] = 0;
        model.setMasks(Map.of("fc1.weight", mask));
        model.setTraining(true);
        Model copy = model.copy();
        assertThat(copy.network().training()).isFalse();
        assertThat(copy.masks()).containsOnlyKeys("fc1.weight");
        Tensor x = Tensor.full(Shape.of(2, 1, 28, 28), 0.3f);
        assertThat(copy.logits(x).data()).isEqualTo(model.logits(x).data());
        copy.parameters().values().forEach(p -> Arrays.fill(p.data().data(), 0));
        copy.setMasks(Map.of());
        assertThat(model.masks()).hasSize(1);
        assertThat(model.parameters().values()).noneSatisfy(p -> assertThat(p.data().data()).containsOnly(0));
    }

    @Test
    void evaluationGivesBackWhatItUsed() {
        Model model = create("resnet20", CIFAR);
        // Batches of 7 occur nowhere else: the pool has no arrays of these lengths yet.
        Tensor x = Tensor.zeros(Shape.of(7, 3, 32, 32));
        long before = ArrayPool.idleBytes();
        model.logits(x);
        long used = ArrayPool.idleBytes() - before;
        model.logits(x);
        model.logits(x);
        // Nothing but the logits themselves stays outside.
        assertThat(ArrayPool.idleBytes()).isCloseTo(before + used, within(1000L));
        // A block holds its input, one layer's input and output, and the shortcut, or the three of the sum: 4 activations
        // of the stage's size at most (of 1, 1/2 and 1/4), not all 40. Two more for what convolutions pack.
        assertThat(used).isLessThan((7 + 2) * 4L * 7 * 16 * 32 * 32);
    }

    @Test
    void gradientsReachEveryParameterThroughMasksAndRelu() {
        Model model = create("resnet20", CIFAR);
        Tensor mask = Tensor.full(Shape.of(16, 3, 3, 3), 1);
        Arrays.fill(mask.data(), 0, 27, 0);
        model.setMasks(Map.of("conv1.weight", mask));
        Tensor x = Formula.images(Shape.of(2, 3, 32, 32), 5);
        var originals = model.parameters().values().stream().map(Parameter::data).toList();
        CrossEntropy loss = new CrossEntropy(new int[] {1, 2}, 0, Reduction.MEAN);
        var gradients = Tape.record(originals, () -> loss.apply(model.logits(x)));
        model.parameters().forEach((name, p) ->
                assertThat(norm(gradients.of(p.data()))).as(name).isPositive());
        float[] masked = gradients.of(model.parameters().get("conv1.weight").data()).data();
        assertThat(Arrays.copyOf(masked, 27)).containsOnly(0);
    }

    @Test
    void unknownNamesAndImagesThatDoNotFitAreNamed() {
        assertThatThrownBy(() -> create("resnet21", CIFAR)).isInstanceOf(UserError.class)
                .hasMessage("unknown model resnet21; "
                        + "known are mlp, lenet, resnet20, resnet32, resnet44, resnet56, resnet110, "
                        + "vgg_bn_drop, googlenet, googlenet_cifar, mobilenet_v2, mobilenet_v2_cifar");
        assertThatThrownBy(() -> create("lenet", Shape.of(1, 8, 8))).isInstanceOf(UserError.class)
                .hasMessageContaining("at least 12×12").hasMessageContaining("[1,8,8]");
        assertThatThrownBy(() -> create("lenet", MNIST).logits(Tensor.zeros(Shape.of(1, 3, 32, 32))))
                .hasMessageContaining("[1,3,32,32] against images [1,1,28,28]");
        assertThatThrownBy(() -> create("lenet", MNIST).setMasks(Map.of("fc9.weight", Tensor.zeros(Shape.of(1)))))
                .isInstanceOf(UserError.class).hasMessageContaining("fc9.weight");
    }

    private static int count(Model model) {
        return model.parameters().values().stream().mapToInt(p -> p.data().size()).sum();
    }

    private static double mean(Parameter p) {
        double sum = 0;
        for (float w : p.data().data()) {
            sum += w;
        }
        return sum / p.data().size();
    }

    private static double std(Parameter p) {
        double mean = mean(p);
        double sum = 0;
        for (float w : p.data().data()) {
            sum += (w - mean) * (w - mean);
        }
        return Math.sqrt(sum / p.data().size());
    }

    private static double max(Parameter p) {
        double max = 0;
        for (float w : p.data().data()) {
            max = Math.max(max, Math.abs(w));
        }
        return max;
    }

    private static double norm(Tensor t) {
        double sum = 0;
        for (float v : t.data()) {
            sum += v * v;
        }
        return sum;
    }
}
