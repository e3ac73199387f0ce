package espalier.compress.lower;

import static espalier.compress.lower.TestNetworks.IMAGE;
import static espalier.compress.lower.TestNetworks.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import espalier.engine.UserError;
import espalier.engine.autograd.Tape;
import espalier.engine.kernel.Kernels;
import espalier.engine.op.Add;
import espalier.engine.op.Conv2d;
import espalier.engine.op.Flatten;
import espalier.engine.op.Relu;
import espalier.engine.op.Relu6;
import espalier.engine.parallel.Parallel;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lowered networks against the ops that they were lowered from, on a network of every op. */
class LoweredModelTest {
    private static final Offset<Float> ROUNDING = Offset.offset(2e-5f);

    private static LoweredModel lower(Format format) {
        return Lowering.lower("everything", Graph.trace(TestNetworks.everything(), IMAGE), format);
    }

    private static Tensor head(Tensor x, int n) {
        return Tensor.of(Shape.of(n, 3, 11, 13), Arrays.copyOf(x.data(), n * IMAGE.size()));
    }

    @Test
    void theNetworkHasEveryOp() {
        assertThat(lower(Format.CSR).steps().stream().map(Step::name).collect(Collectors.toSet())).isEqualTo(Step.OPS.keySet());
    }

    @ParameterizedTest
    @EnumSource(value = Format.class, names = {"DENSE", "CSR", "AUTO"})
    void computesWhatTheNetworkDoesInAnyBatchWithAnyThreads(Format format) {
        LoweredModel model = lower(format);
        LoweredModel scalar = new LoweredModel(model.name(), IMAGE, model.normalize(), null, model.steps(), Kernels.scalar());
        Tensor x = random(21, -0.5, 1.5, 37, 3, 11, 13);
        float[] expected = TestNetworks.everything().apply(x).data();
        float[] first = model.logits(x).data();
        assertThat(first).containsExactly(expected, ROUNDING);
        assertThat(scalar.logits(x).data()).containsExactly(expected, ROUNDING);
        int threads = Parallel.threads();
        try {
            for (int t : new int[] {1, 3}) {
                Parallel.setThreads(t);
                assertThat(model.logits(x).data()).containsExactly(first);
            }
        } finally {
            Parallel.setThreads(threads);
        }
        for (int n : new int[] {1, 2, 9, 16, 17}) {
            assertThat(model.logits(head(x, n)).data()).containsExactly(Arrays.copyOf(expected, 5 * n), ROUNDING);
        }
        assertThat(model.logits(Tensor.zeros(Shape.of(0, 3, 11, 13))).shape()).isEqualTo(Shape.of(0, 5));
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 8})
    void sparseIntegersAreThoseOfTheOracle(int bits) {
        LoweredModel dense = Quantizer.quantize("everything", Graph.trace(TestNetworks.everything(), IMAGE),
                List.of(random(20, 0, 1, 30, 3, 11, 13)), bits);
        LoweredModel sparse = Lowering.of(dense, Format.CSR_INT8);
        assertThat(sparse.format()).isEqualTo(Format.CSR_INT8);
        Tensor x = random(21, -0.5, 1.5, 40, 3, 11, 13);
        assertThat(sparse.logits(x).data()).containsExactly(dense.logits(x).data());
        for (int n : new int[] {1, 7}) {
            assertThat(sparse.logits(head(x, n)).data()).containsExactly(dense.logits(head(x, n)).data());
        }
    }

    @ParameterizedTest
    @EnumSource(value = Format.class, names = {"DENSE", "CSR"})
    void hasTheGradientOfWhatItComputes(Format format) {
        LoweredModel model = lower(format);
        for (int n : new int[] {1, 20}) {
            Tensor x = random(21, 0, 1, n, 3, 11, 13);
            Tensor weights = random(22, -1, 1, n, 5);
            float[] expected = gradient(TestNetworks.everything(), x, weights);
            for (int twice = 0; twice < 2; twice++) {
                assertThat(gradient(model::logits, x, weights)).containsExactly(expected, Offset.offset(1e-4f));
            }
        }
    }

    /**
     * Of layers large enough for Winograd's convolutions, there and back, in place and (stride 2) over spread gradients, and for
     * one image to be divided among threads.
     */
    @ParameterizedTest
    @EnumSource(value = Format.class, names = {"DENSE", "CSR"})
    void largeLayersAndTheirGradients(Format format) {
        Shape image = Shape.of(16, 16, 16);
        Tensor w1 = random(31, -.1, .1, 24, 16, 3, 3);
        Tensor w2 = random(32, -.1, .1, 24, 24, 3, 3);
        Tensor w3 = random(33, -.1, .1, 32, 24, 3, 3);
        UnaryOperator<Tensor> network = x -> {
            Tensor y = new Conv2d(1, 1, 1, 1).apply(x, w1);
            Tensor z = new Add(false).apply(y, new Conv2d(1, 1, 1, 1).apply(y, w2));
            return new Flatten().apply(new Conv2d(2, 1, 1, 1).apply(z, w3));
        };
        LoweredModel model = Lowering.lower("large", Graph.trace(network, image), format);
        int threads = Parallel.threads();
        try {
            for (int n : new int[] {1, 17}) {
                Tensor x = random(34, 0, 1, n, 16, 16, 16);
                Tensor weights = random(35, -1, 1, n, 32 * 8 * 8);
                Parallel.setThreads(1);
                float[] logits = model.logits(x).data();
                float[] gradient = gradient(model::logits, x, weights);
                assertThat(distance(logits, network.apply(x).data())).isLessThan(1e-4);
                assertThat(distance(gradient, gradient(network, x, weights))).isLessThan(1e-4);
                Parallel.setThreads(3);
                assertThat(Arrays.equals(model.logits(x).data(), logits)).isTrue();
                assertThat(Arrays.equals(gradient(model::logits, x, weights), gradient)).isTrue();
            }
        } finally {
            Parallel.setThreads(threads);
        }
    }

    /** {@return the largest difference, or NaN}: {@code containsExactly} took ten minutes to tell of these arrays where they differ. */
    private static double distance(float[] a, float[] b) {
        assertThat(a).hasSameSizeAs(b);
        return IntStream.range(0, a.length).mapToDouble(i -> Math.abs(a[i] - b[i])).reduce(0, Math::max);
    }

    /** Additions that convolutions make in the place of the other operand, and those that they must not. */
    @ParameterizedTest
    @EnumSource(value = Format.class, names = {"DENSE", "CSR"})
    void residuals(Format format) {
        Conv2d conv = new Conv2d(1, 1, 1, 1);
        List<Tensor> w = IntStream.range(0, 12).mapToObj(i -> random(50 + i, -.1, .1, 8, 8, 3, 3)).toList();
        UnaryOperator<Tensor> network = x -> {
            // In place of the input, which convolutions read before.
            Tensor a = new Add(true).apply(x, conv.apply(new Relu().apply(conv.apply(x, w.get(0))), w.get(1)));
            // One operand of an addition is what the other is made from.
            Tensor b = new Add(false).apply(conv.apply(a, w.get(2)), a);
            // Of two convolutions; the first one's input is read by a later addition as well.
            Tensor c = conv.apply(b, w.get(3));
            Tensor d = new Add(true).apply(c, conv.apply(new Relu().apply(b), w.get(4)));
            Tensor e = new Add(true).apply(b, conv.apply(d, w.get(5)));
            // The convolution waits until an addition has overwritten what it would read.
            Tensor f = conv.apply(e, w.get(6));
            Tensor g = conv.apply(d, w.get(7));
            Tensor h = new Add(true).apply(e, g);
            Tensor i = new Add(false).apply(new Relu().apply(h), f);
            // Read again after the addition, added to itself, and clamped at 6.
            Tensor j = new Add(true).apply(conv.apply(new Relu().apply(i), w.get(8)), i);
            Tensor k = conv.apply(new Add(true).apply(i, j), w.get(9));
            Tensor l = new Relu6().apply(new Add(false).apply(j, conv.apply(new Add(false).apply(k, k), w.get(10))));
            return new Flatten().apply(new Add(true).apply(l, new Conv2d(1, 1, 1, 1).apply(new Relu().apply(k), w.get(11))));
        };
        LoweredModel model = Lowering.lower("residuals", Graph.trace(network, Shape.of(8, 8, 12)), format);
        LoweredModel scalar = new LoweredModel(model.name(), model.imageShape(), null, null, model.steps(), Kernels.scalar());
        Tensor x = random(49, -2, 2, 17, 8, 8, 12);
        float[] expected = network.apply(x).data();
        for (int twice = 0; twice < 2; twice++) {
            assertThat(model.logits(x).data()).containsExactly(expected, Offset.offset(1e-4f));
            assertThat(scalar.logits(x).data()).containsExactly(expected, Offset.offset(1e-4f));
        }
        assertThat(model.logits(Tensor.of(Shape.of(1, 8, 8, 12), Arrays.copyOf(x.data(), 8 * 8 * 12))).data())
                .containsExactly(Arrays.copyOf(expected, 8 * 8 * 12), Offset.offset(1e-4f));
    }

    /** {@return the gradient of Σ weights · network(x) by x} */
    private static float[] gradient(UnaryOperator<Tensor> network, Tensor x, Tensor weights) {
        try (Workspace _ = Workspace.open()) {
            return Tape.record(List.of(x), () -> network.apply(x), weights).of(x).data().clone();
        }
    }

    @Test
    void masksAreBakedIn() {
        LoweredModel model = lower(Format.CSR);
        assertThat(model.layers().getFirst().weight().sparsity()).isBetween(1. / 3 - 0.01, 1. / 3 + 0.01);
        assertThat(model.weightBytes()).isLessThan(lower(Format.DENSE).weightBytes() * 17 / 10);
    }

    @Test
    void whatDoesNotFitIsSaid() {
        LoweredModel model = lower(Format.CSR);
        assertThatThrownBy(() -> model.logits(random(1, 0, 1, 2, 3, 11, 12))).hasMessageContaining("[2,3,11,12]")
                .hasMessageContaining("[3,11,13]");
        assertThatThrownBy(() -> Lowering.lower("mul", Graph.trace(
                x -> new espalier.engine.op.Mul().apply(x, x), IMAGE), Format.CSR))
                .isInstanceOf(UserError.class).hasMessage("Mul is not supported in a lowered model");
    }
}
