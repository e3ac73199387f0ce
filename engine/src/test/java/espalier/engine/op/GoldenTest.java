package espalier.engine.op;

import static org.assertj.core.api.Assertions.assertThat;

import espalier.engine.autograd.Gradients;
import espalier.engine.autograd.Op;
import espalier.engine.autograd.Tape;
import espalier.engine.kernel.Simd;
import espalier.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every op case that PyTorch computed, forward and gradient. Cases from 53 on are optimizers, attacks and quantization. */
@Simd
class GoldenTest {
    private static final int OPS = 53;

    static Stream<Golden.Case> cases() {
        return Golden.cases().stream().limit(OPS);
    }

    @Test
    void noOpCaseComesLater() {
        assertThat(Golden.cases().subList(OPS, Golden.cases().size())).hasSize(9)
                .allSatisfy(c -> assertThat(c.op()).matches("(optimizer|attack|quantize)\\..*"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithPyTorch(Golden.Case c) {
        Tensor runningMean = c.has("running_mean") ? c.input("running_mean") : null;
        Tensor runningVar = c.has("running_var") ? c.input("running_var") : null;
        Op op = op(c, runningMean, runningVar);
        List<String> names = c.differentiable();
        var inputs = new ArrayList<Tensor>();
        names.forEach(name -> inputs.add(c.input(name)));

        Gradients g = Tape.record(inputs, () -> op.apply(inputs.toArray(Tensor[]::new)), c.cotangent());

        int terms = inputs.stream().mapToInt(Tensor::size).max().orElseThrow();
        assertClose("y", g.value(), c.output("y"), terms);
        for (int i = 0; i < inputs.size(); i++) {
            assertClose("gradient of " + names.get(i), g.of(inputs.get(i)), c.gradient(names.get(i)), terms);
        }
        if (runningMean != null) {
            assertClose("runningMean", runningMean, c.output("running_mean"), terms);
            assertClose("runningVar", runningVar, c.output("running_var"), terms);
        }
    }

    /**
     * Both sides round: a float sum of {@code terms} numbers errs by about √terms · 2⁻²⁴ of the largest partial sum, which
     * is of the size of the largest result; twice that, as both are float, and a factor 4 for bad luck.
     */
    private static void assertClose(String what, Tensor actual, Tensor expected, int terms) {
        assertThat(actual.shape()).as(what).isEqualTo(expected.shape());
        float largest = 1f;
        for (float v : expected.data()) {
            largest = Math.max(largest, Math.abs(v));
        }
        double tolerance = 8 * Math.sqrt(terms) * 0x1p-24 * largest;
        for (int i = 0; i < expected.size(); i++) {
            assertThat((double) actual.data()[i]).as("%s[%d]", what, i)
                    .isCloseTo(expected.data()[i], Offset.offset(tolerance));
        }
    }

    private static Op op(Golden.Case c, Tensor runningMean, Tensor runningVar) {
        return switch (c.op()) {
            case "linear" -> new Linear();
            case "conv2d" -> new Conv2d(integer(c, "stride"), integer(c, "padding"), integer(c, "dilation"),
                    integer(c, "groups"));
            case "batch_norm" -> new BatchNorm(runningMean, runningVar, c.attribute("train").asBoolean(),
                    (float) c.attribute("momentum").asDouble(), (float) c.attribute("eps").asDouble(), false);
            case "max_pool2d" -> new MaxPool2d(integer(c, "kernel"), integer(c, "stride"), integer(c, "padding"),
                    c.attribute("ceil_mode").asBoolean());
            case "avg_pool2d" -> new AvgPool2d(integer(c, "kernel"), integer(c, "stride"));
            case "global_avg_pool" -> new GlobalAvgPool();
            case "relu" -> new Relu();
            case "relu6" -> new Relu6();
            case "add" -> new Add();
            case "mul" -> new Mul();
            case "concat" -> new Concat();
            case "option_a_shortcut" -> new OptionAShortcut(integer(c, "stride"), integer(c, "pad_channels"));
            case "cross_entropy" -> new CrossEntropy(c.integers("target"), (float) c.attribute("label_smoothing").asDouble(),
                    Reduction.MEAN);
            case "log_softmax" -> new LogSoftmax();
            default -> throw new IllegalArgumentException("no op for " + c);
        };
    }

    private static int integer(Golden.Case c, String name) {
        return c.attribute(name).asInt();
    }
}
