package espalier.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The trajectories that PyTorch computed, cases 57 and 58 of the reference's {@code ops.json}, at every step. */
class PgdGoldenTest {
    @ParameterizedTest
    @CsvSource({"LINF, 8/255, 2/255", "L2, 0.5, 0.1"})
    void trajectory(Norm norm, String epsilon, String stepSize) throws IOException {
        var golden = new Golden("pgd." + norm + ".");
        DifferentiableModel model = TestModels.convNet(golden.floats("net.0.weight"), golden.floats("net.0.bias"),
                golden.floats("net.4.weight"), golden.floats("net.4.bias"));
        Tensor x = golden.floats("x");
        int[] labels = golden.labels("y");
        float[] trajectory = golden.floats("traj").data();
        for (int steps = 1; steps <= 10; steps++) {
            var threat = ThreatModel.pgd(norm, PixelUnits.parse(epsilon), PixelUnits.parse(stepSize), steps);
            Tensor adversarial = new Pgd(threat).perturb(model, x, labels, 0, 0);
            for (int i = 0; i < x.size(); i++) {
                assertThat(adversarial.data()[i]).as("step %d, element %d", steps, i)
                        .isCloseTo(trajectory[(steps - 1) * x.size() + i], offset(1e-6f));
            }
            if (steps == 10) {
                assertClose(model.logits(adversarial).data(), golden.floats("logits").data());
            }
        }
    }

    private static void assertClose(float[] actual, float[] expected) {
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).isCloseTo(expected[i], offset(1e-4f));
        }
    }

    /** Tensors of the test resource {@code pgd.safetensors}. */
    private static final class Golden {
        private final String prefix;
        private final ByteBuffer data;
        private final JsonNode header;

        Golden(String prefix) throws IOException {
            this.prefix = prefix;
            try (InputStream in = PgdGoldenTest.class.getResourceAsStream("/pgd.safetensors")) {
                ByteBuffer file = ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
                byte[] json = new byte[(int) file.getLong()];
                file.get(json);
                header = JsonMapper.shared().readTree(json);
                data = file.slice().order(ByteOrder.LITTLE_ENDIAN);
            }
        }

        Tensor floats(String name) {
            JsonNode entry = header.get(prefix + name);
            int[] dims = IntStream.range(0, entry.get("shape").size()).map(i -> entry.get("shape").get(i).asInt()).toArray();
            Tensor t = Tensor.zeros(Shape.of(dims));
            at(entry).asFloatBuffer().get(t.data());
            return t;
        }

        int[] labels(String name) {
            JsonNode entry = header.get(prefix + name);
            long[] labels = new long[entry.get("shape").get(0).asInt()];
            at(entry).asLongBuffer().get(labels);
            return IntStream.range(0, labels.length).map(i -> (int) labels[i]).toArray();
        }

        private ByteBuffer at(JsonNode entry) {
            return data.slice(entry.get("data_offsets").get(0).asInt(),
                    data.capacity() - entry.get("data_offsets").get(0).asInt())
                    .order(ByteOrder.LITTLE_ENDIAN);
        }
    }
}
