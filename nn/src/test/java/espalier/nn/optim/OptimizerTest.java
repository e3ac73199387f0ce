package espalier.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import espalier.engine.UserError;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.nn.Parameter;
import espalier.nn.checkpoint.Safetensors;
import espalier.nn.checkpoint.StateDict;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptimizerTest {
    private static Optimizer create(String name, SequencedMap<String, Parameter> parameters) {
        return switch (name) {
            case "sgd_nesterov" -> new Sgd(parameters, 0.9, 1e-4, true);
            case "sgd" -> new Sgd(parameters, 0.9, 5e-4, false);
            case "sgd_plain" -> new Sgd(parameters, 0, 5e-4, false);
            case "adam" -> new Adam(parameters, 0);
            case "adamw" -> new AdamW(parameters, 0.01);
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static SequencedMap<String, Parameter> one(Tensor weight) {
        SequencedMap<String, Parameter> parameters = new LinkedHashMap<>();
        parameters.put("weight", new Parameter(weight));
        return parameters;
    }

    /** Five steps on given gradients; cases 53 to 56 of {@code shared/reference/ops.json}. */
    @ParameterizedTest
    @CsvSource({"sgd_nesterov, 0.1", "sgd, 0.05", "adam, 0.001", "adamw, 0.001"})
    void trajectoriesArePyTorchs(String name, double learningRate) throws URISyntaxException {
        StateDict golden = Safetensors.read(Path.of(OptimizerTest.class.getResource("/optimizers.safetensors").toURI()));
        Tensor weight = golden.tensor("opt." + name + ".w0");
        float[] gradients = golden.tensor("opt." + name + ".g").data();
        float[] expected = golden.tensor("opt." + name + ".traj").data();
        int n = weight.size();
        Optimizer optimizer = create(name, one(weight));
        for (int t = 0; t < 5; t++) {
            Tensor g = Tensor.of(weight.shape(), Arrays.copyOfRange(gradients, t * n, (t + 1) * n));
            optimizer.step(_ -> g, learningRate);
            for (int i = 0; i < n; i++) {
                // A few units in the last place of values up to 3.
                assertThat(weight.data()[i]).as("step %d, element %d", t, i).isCloseTo(expected[t * n + i], within(1e-6f));
            }
        }
    }

    @Test
    void adamsWeightDecayIsPartOfTheGradient() {
        Tensor decayed = Tensor.of(Shape.of(1), 2);
        Tensor plain = Tensor.of(Shape.of(1), 2);
        Optimizer withDecay = new Adam(one(decayed), 0.1);
        Optimizer without = new Adam(one(plain), 0);
        for (int t = 0; t < 3; t++) {
            Tensor sum = Tensor.of(Shape.of(1), 0.3f + 0.1f * plain.item());
            withDecay.step(_ -> Tensor.of(Shape.of(1), 0.3f), 0.01);
            without.step(_ -> sum, 0.01);
            assertThat(decayed.item()).isCloseTo(plain.item(), within(1e-6f));
        }
    }

    /** More elements than one thread takes at a time: every one is moved, once. */
    @ParameterizedTest
    @CsvSource({"sgd_nesterov", "adam"})
    void largeTensorsAreUpdatedInBlocks(String name) {
        int n = (1 << 15) + 3;
        Tensor large = Tensor.full(Shape.of(n), 1);
        Tensor small = Tensor.full(Shape.of(1), 1);
        Optimizer a = create(name, one(large));
        Optimizer b = create(name, one(small));
        a.step(_ -> Tensor.full(Shape.of(n), 0.5f), 0.1);
        b.step(_ -> Tensor.full(Shape.of(1), 0.5f), 0.1);
        assertThat(large.data()).containsOnly(small.item());
    }

    @ParameterizedTest
    @CsvSource({"sgd_nesterov", "sgd", "sgd_plain", "adam", "adamw"})
    void stateContinuesBitForBit(String name) {
        Function<Integer, Tensor> gradient = t -> Tensor.of(Shape.of(2), 0.3f * t - 0.5f, 1f / (t + 1));
        Tensor whole = Tensor.of(Shape.of(2), 1, -2);
        Optimizer inOneGo = create(name, one(whole));
        for (int t = 0; t < 4; t++) {
            Tensor g = gradient.apply(t);
            inOneGo.step(_ -> g, 0.1);
        }
        Tensor first = Tensor.of(Shape.of(2), 1, -2);
        Optimizer half = create(name, one(first));
        half.step(_ -> gradient.apply(0), 0.1);
        half.step(_ -> gradient.apply(1), 0.1);
        Tensor second = first.copy();
        Optimizer rest = create(name, one(second));
        rest.load(half.state());
        rest.step(_ -> gradient.apply(2), 0.1);
        rest.step(_ -> gradient.apply(3), 0.1);
        assertThat(second.data()).isEqualTo(whole.data());
        assertThat(rest.steps()).isEqualTo(4);
    }

    @Test
    void withoutMomentumOnlyTheGradientCounts() {
        Tensor w = Tensor.of(Shape.of(1), 2);
        Optimizer sgd = new Sgd(one(w), 0, 0.5, true);
        sgd.step(_ -> Tensor.of(Shape.of(1), 1), 0.1);
        assertThat(w.item()).isCloseTo(2 - 0.1f * (1 + 0.5f * 2), within(1e-6f));
        assertThat(sgd.state().tensors()).containsOnlyKeys("steps");
    }

    @Test
    void foreignStateIsRefused() {
        Optimizer sgd = create("sgd", one(Tensor.zeros(Shape.of(2))));
        Optimizer adam = create("adam", one(Tensor.zeros(Shape.of(2))));
        Optimizer larger = create("sgd", one(Tensor.zeros(Shape.of(3))));
        assertThatThrownBy(() -> sgd.load(adam.state())).isInstanceOf(UserError.class);
        assertThatThrownBy(() -> sgd.load(larger.state())).isInstanceOf(UserError.class)
                .hasMessageContaining("[3], expected [2]");
    }
}
