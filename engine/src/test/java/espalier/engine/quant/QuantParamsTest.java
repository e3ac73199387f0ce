package espalier.engine.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import espalier.engine.op.Golden;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.engine.weight.Int8Weight;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Formats of 8 bits, against PyTorch's fake quantization: equal to the last bit. */
class QuantParamsTest {
    static Stream<Golden.Case> perTensor() {
        return Golden.cases().stream().filter(c -> c.op().startsWith("quantize.quint8"));
    }

    @Test
    void theGoldenCasesAreThere() {
        assertThat(perTensor()).hasSize(2);
    }

    @ParameterizedTest
    @MethodSource("perTensor")
    void activationsAreThoseOfPyTorch(Golden.Case c) {
        Tensor x = c.input("x");
        float min = 0;
        float max = 0;
        for (float v : x.data()) {
            min = Math.min(min, v);
            max = Math.max(max, v);
        }
        QuantParams q = QuantParams.ofRange(min, max, c.attribute("qmin").asInt(), c.attribute("qmax").asInt());
        assertThat(q.scale()).isEqualTo((float) c.attribute("scale").asDouble());
        assertThat(q.zeroPoint()).isEqualTo(c.attribute("zero_point").asInt());
        byte[] bytes = new byte[x.size()];
        q.quantize(x.data(), 0, bytes, 0, 1, bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            assertThat(q.dequantize(bytes[i] & 0xFF)).isEqualTo(c.output("dequantized").data()[i]);
            assertThat(q.quantize(x.data()[i])).isEqualTo(bytes[i] & 0xFF);
        }
    }

    @Test
    void weightsAreThoseOfPyTorch() {
        Golden.Case c = Golden.cases().stream().filter(k -> k.op().equals("quantize.qint8_per_channel_symmetric"))
                .findFirst().orElseThrow();
        Int8Weight w = Int8Weight.of(c.input("x"));
        assertThat(w.scales()).containsExactly(c.output("scale").data());
        assertThat(w.dense().data()).containsExactly(c.output("dequantized").data());
    }

    @Test
    void zeroIsExactAndSoAreChannelsOfZeros() {
        QuantParams q = QuantParams.ofRange(-0.37f, 1.9f, 0, 127);
        assertThat(q.dequantize(q.quantize(0f))).isZero();
        // Positive numbers only: the range still begins at 0.
        assertThat(QuantParams.ofRange(0.5f, 1f, 0, 255)).isEqualTo(new QuantParams(1f / 255, 0, 0, 255));
        assertThat(QuantParams.ofRange(-2f, -1f, 0, 255).zeroPoint()).isEqualTo(255);
        assertThat(QuantParams.ofRange(0f, 0f, 0, 255).scale()).isEqualTo(QuantParams.MIN_SCALE);
        Int8Weight w = Int8Weight.of(Tensor.of(Shape.of(2, 3), 0f, 0f, 0f, 1f, 0f, -0.001f), new float[] {0.25f, 0.001f});
        assertThat(w.values()).containsExactly(0, 0, 0, 127, 0, 0);
        assertThat(w.scales()).containsExactly(0.25f, 1f / 127);
    }

    @Test
    void whatCannotBeAScaleIsRefused() {
        assertThatThrownBy(() -> new QuantParams(0f, 0, 0, 255)).hasMessageContaining("scale 0.0");
        assertThatThrownBy(() -> new QuantParams(1f, 128, 0, 127)).hasMessageContaining("zero point 128");
        assertThatThrownBy(() -> QuantParams.ofRange(0f, Float.NaN, 0, 255)).hasMessageContaining("not finite");
        assertThatThrownBy(() -> Int8Weight.of(Tensor.of(Shape.of(1, 1), Float.POSITIVE_INFINITY)))
                .hasMessageContaining("channel 0");
    }
}
