package espalier.compress.lower;

import static espalier.compress.lower.TestNetworks.IMAGE;
import static espalier.compress.lower.TestNetworks.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import espalier.engine.UserError;
import espalier.engine.autograd.Op;
import espalier.engine.autograd.Tape;
import espalier.engine.kernel.Kernels;
import espalier.engine.op.BatchNorm;
import espalier.engine.op.Flatten;
import espalier.engine.op.Linear;
import espalier.engine.op.LogSoftmax;
import espalier.engine.op.Mul;
import espalier.engine.op.Relu;
import espalier.engine.parallel.Parallel;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.engine.weight.Int8Weight;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Integer execution, bit for bit against the oracle, on a network of every op. */
class QuantizedModelTest {
    private static LoweredModel everything(int bits) {
        return Quantizer.quantize("everything", Graph.trace(TestNetworks.everything(), IMAGE),
                List.of(random(20, 0, 1, 30, 3, 11, 13)), bits);
    }

    @Test
    void theNetworkHasEveryOp() {
        assertThat(everything(7).steps().stream().map(Step::name).collect(Collectors.toSet())).isEqualTo(Step.OPS.keySet());
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 8})
    void equalsTheOracleInAnyBatchWithAnyKernelsAndThreads(int bits) {
        LoweredModel model = everything(bits);
        LoweredModel scalar = new LoweredModel(model.name(), model.imageShape(), model.normalize(), model.input(),
                model.steps(), Kernels.scalar());
        // Beyond the calibrated range on purpose: saturation has to agree as well.
        Tensor x = random(21, -0.5, 1.5, 77, 3, 11, 13);
        float[] expected = new float[77 * 5];
        for (int i = 0; i < 77; i++) {
            float[] image = Arrays.copyOfRange(x.data(), i * IMAGE.size(), (i + 1) * IMAGE.size());
            System.arraycopy(Int8Oracle.logits(model, image), 0, expected, i * 5, 5);
        }
        int threads = Parallel.threads();
        try {
            for (int t : new int[] {1, 3}) {
                Parallel.setThreads(t);
                assertThat(model.logits(x).data()).containsExactly(expected);
                assertThat(scalar.logits(x).data()).containsExactly(expected);
            }
        } finally {
            Parallel.setThreads(threads);
        }
        for (int n : new int[] {1, 2, 9}) {
            Tensor head = Tensor.of(Shape.of(n, 3, 11, 13), Arrays.copyOf(x.data(), n * IMAGE.size()));
            assertThat(model.logits(head).data()).containsExactly(Arrays.copyOf(expected, n * 5));
        }
        assertThat(model.logits(Tensor.zeros(Shape.of(0, 3, 11, 13))).shape()).isEqualTo(Shape.of(0, 5));
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 8})
    void isCloseToTheFloatNetwork(int bits) {
        Tensor x = random(22, 0, 1, 40, 3, 11, 13);
        float[] expected = TestNetworks.everything().apply(x).data();
        float[] actual = everything(bits).logits(x).data();
        double error = 0;
        double spread = 0;
        for (int i = 0; i < expected.length; i++) {
            error += Math.pow(actual[i] - expected[i], 2);
            spread += Math.pow(expected[i] - expected[i % 5], 2);
        }
        // Seven bits err by 1/(127·√12) of the range a layer, in eight layers.
        assertThat(Math.sqrt(error / spread)).isLessThan(bits == 7 ? 0.1 : 0.05);
    }

    @Test
    void prunedWeightsStayZero() {
        Int8Weight first = (Int8Weight) everything(7).steps().getFirst().weight();
        for (int i = 0; i < first.values().length; i += 3) {
            assertThat(first.values()[i]).isZero();
        }
        assertThat(first.values()).contains(127);
    }

    @Test
    void aChannelOfZeroWeightsKeepsItsBias() {
        Tensor w = Tensor.zeros(Shape.of(2, 429));
        Tensor b = Tensor.of(Shape.of(2), 0.7f, 3e9f);
        LoweredModel model = Quantizer.quantize("bias",
                Graph.trace(x -> new Linear().apply(new Flatten().apply(x), w, b), IMAGE),
                List.of(random(1, 0, 1, 4, 3, 11, 13)), 8);
        float[] y = model.logits(random(2, 0, 1, 1, 3, 11, 13)).data();
        assertThat(y[0]).isCloseTo(0.7f, Offset.offset(1e-5f));
        assertThat(y[1]).isCloseTo(3e9f, Offset.offset(3e3f));
    }

    @Test
    void aModelThatDoesNotEndLinearIsDequantized() {
        LoweredModel model = Quantizer.quantize("relu", Graph.trace(x -> new Relu().apply(new Linear().apply(
                new Flatten().apply(x), random(3, -1, 1, 4, 429))), IMAGE), List.of(random(1, 0, 1, 4, 3, 11, 13)), 8);
        Tensor x = random(2, 0, 1, 1, 3, 11, 13);
        assertThat(model.normalize()).isNull();
        float[] y = model.logits(x).data();
        assertThat(y).contains(0f).containsExactly(Int8Oracle.logits(model, x.data()));
        for (float v : y) {
            assertThat(v).isNotNegative();
        }
    }

    private static void refused(String message, UnaryOperator<Tensor> network) {
        Graph graph = Graph.trace(network, IMAGE);
        assertThatThrownBy(() -> Quantizer.quantize("refused", graph, List.of(random(1, 0, 1, 2, 3, 11, 13)), 7))
                .isInstanceOf(UserError.class).hasMessage(message);
    }

    @Test
    void unsupportedOpsAreNamed() {
        Op norm = new BatchNorm(Tensor.zeros(Shape.of(3)), Tensor.full(Shape.of(3), 1f), false, .1f, 1e-5f, false);
        Tensor ones = Tensor.full(Shape.of(3), 1f);
        refused("Mul is not supported in 8 bits", x -> new Mul().apply(x, x));
        refused("LogSoftmax is not supported in 8 bits", x -> new LogSoftmax().apply(new Flatten().apply(x)));
        refused("BatchNorm that does not directly follow a Conv2d or Linear is not supported in 8 bits",
                x -> norm.apply(x, ones, ones));
        assertThatThrownBy(() -> Quantizer.quantize("bits", Graph.trace(x -> new Relu().apply(x), IMAGE), List.of(), 6))
                .isInstanceOf(UserError.class).hasMessageContaining("use 7 or 8");
        assertThatThrownBy(() -> Quantizer.quantize("none", Graph.trace(x -> new Relu().apply(x), IMAGE), List.of(), 7))
                .isInstanceOf(UserError.class).hasMessageContaining("at least one image");
    }

    @Test
    void hasNoGradient() {
        LoweredModel model = everything(7);
        Tensor x = random(1, 0, 1, 1, 3, 11, 13);
        assertThatThrownBy(() -> Tape.record(List.of(x), () -> model.logits(x))).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("float parent");
        assertThatThrownBy(() -> model.logits(random(1, 0, 1, 2, 3, 11, 12))).hasMessageContaining("[2,3,11,12]")
                .hasMessageContaining("[3,11,13]");
    }
}
