package espalier.engine.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import espalier.engine.autograd.Gradients;
import espalier.engine.autograd.Op;
import espalier.engine.autograd.Tape;
import espalier.engine.kernel.Simd;
import espalier.engine.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every op against its definition: values, gradients, and what it refuses. */
@Simd
class OpTest {
    static List<OpCase> cases() {
        return OpCase.all();
    }

    static List<OpCase.Refused> refused() {
        return OpCase.refused();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void computesItsDefinition(OpCase c) {
        double[] expected = c.definition().apply(doubles(c.inputs()));
        Tensor y = c.op().apply(c.inputs().toArray(Tensor[]::new));
        assertThat(y.size()).isEqualTo(expected.length);
        double tolerance = tolerance(c, expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) y.data()[i]).as("y[%d]", i).isBetween(expected[i] - tolerance, expected[i] + tolerance);
        }
    }

    /**
     * {@code ⟨vjp, d⟩} against the central difference of the definition along d: every element of the vjp counts, at the
     * price of two values.
     */
    @ParameterizedTest
    @MethodSource("cases")
    void gradientIsItsDefinitionsSlope(OpCase c) {
        Tensor y = c.op().apply(c.inputs().toArray(Tensor[]::new));
        Tensor cotangent = OpCase.random(y.shape(), 99);
        Gradients gradients = Tape.record(c.inputs(), () -> c.op().apply(c.inputs().toArray(Tensor[]::new)), cotangent);
        for (int k = 0; k < c.inputs().size(); k++) {
            Tensor g = gradients.of(c.inputs().get(k));
            assertThat(g.shape()).isEqualTo(c.inputs().get(k).shape());
            for (int direction = 0; direction < 3; direction++) {
                double[] d = new SplittableRandom(direction).doubles(g.size(), -1, 1).toArray();
                double projected = 0;
                double magnitude = 0;
                for (int i = 0; i < d.length; i++) {
                    projected += g.data()[i] * d[i];
                    magnitude += Math.abs(g.data()[i] * d[i]);
                }
                // Errors of the elements may add up; the difference itself errs by about 1e-9.
                double tolerance = 8 * Math.sqrt(c.terms()) * 0x1p-24 * Math.max(magnitude, 1) + 1e-7;
                assertThat(projected).as("input %d, direction %d", k, direction)
                        .isCloseTo(slope(c, k, d, cotangent), Offset.offset(tolerance));
            }
        }
    }

    private static double slope(OpCase c, int k, double[] direction, Tensor cotangent) {
        double h = 1e-6;
        double[][] inputs = doubles(c.inputs());
        double[] x = inputs[k];
        double difference = 0;
        for (int sign = -1; sign <= 1; sign += 2) {
            inputs[k] = x.clone();
            for (int i = 0; i < x.length; i++) {
                inputs[k][i] += sign * h * direction[i];
            }
            double[] y = c.definition().apply(inputs);
            for (int i = 0; i < y.length; i++) {
                difference += sign * y[i] * cotangent.data()[i];
            }
        }
        return difference / (2 * h);
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refusesAndNamesBothSides(OpCase.Refused c) {
        Tensor[] inputs = c.shapes().stream().map(Tensor::zeros).toArray(Tensor[]::new);
        assertThatThrownBy(() -> c.op().apply(inputs)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(c.message().toArray(String[]::new));
    }

    @Test
    void everyOpHasACaseAndARefusal() throws Exception {
        Path root = Path.of(Op.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        var ops = new TreeSet<String>();
        try (Stream<Path> files = Files.list(root.resolve("espalier/engine/op"))) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString().replace(".class", "");
                Class<?> type = Class.forName("espalier.engine.op." + name);
                if (Op.class.isAssignableFrom(type) && !type.isInterface()) {
                    ops.add(name);
                }
            }
        }
        assertThat(ops).hasSizeGreaterThan(15);
        assertThat(names(cases().stream().map(OpCase::op))).containsAll(ops);
        assertThat(names(refused().stream().map(OpCase.Refused::op))).containsAll(ops);
    }

    private static TreeSet<String> names(Stream<Op> ops) {
        return ops.map(op -> op.getClass().getSimpleName()).collect(Collectors.toCollection(TreeSet::new));
    }

    /** A float sum of n terms errs by about √n roundings of its largest partial sum; 4 for bad luck. */
    private static double tolerance(OpCase c, double[] expected) {
        double largest = 1;
        for (double v : expected) {
            largest = Math.max(largest, Math.abs(v));
        }
        return 4 * Math.sqrt(c.terms()) * 0x1p-24 * largest;
    }

    private static double[][] doubles(List<Tensor> inputs) {
        return inputs.stream().map(t -> OpCase.doubles(t.data())).toArray(double[][]::new);
    }
}
