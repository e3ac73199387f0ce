package espalier.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import espalier.bench.peer.LoweredTask;
import espalier.bench.peer.Peers;
import espalier.bench.peer.Workload;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuantizedOnnxModelTest {
    private static float[] logits(String peer, String shape, String weights) {
        try (Workload w = Peers.named(peer).prepare(LoweredTask.parse(shape, weights), 1)) {
            w.fresh();
            w.run();
            return w.result().clone();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet20 batch 16", "vgg_bn_drop batch 2"})
    void onnxRuntimeComputesTheNetworkInEightBits(String shape) {
        float[] theirs = logits("onnxruntime", shape, "int8, 8 bits");
        float[] exact = logits("espalier", shape, "dense");
        float[] ours = logits("espalier", shape, "int8, 8 bits");
        assertThat(distance(theirs, exact)).isLessThan(0.03);
        assertThat(distance(theirs, ours)).isLessThan(0.01);
    }

    /** {@return the root of the mean square of the difference, relative to how much b differs from its mean} */
    private static double distance(float[] a, float[] b) {
        double mean = 0;
        for (float x : b) {
            mean += x / b.length;
        }
        double error = 0;
        double size = 0;
        for (int i = 0; i < b.length; i++) {
            error += Math.pow((double) a[i] - b[i], 2);
            size += Math.pow(b[i] - mean, 2);
        }
        return Math.sqrt(error / size);
    }

    @Test
    void nothingButTheFirstStepAndTheLastIsInFloat32(@TempDir Path folder) throws Exception {
        Path optimized = folder.resolve("optimized.onnx");
        try (OrtSession.SessionOptions options = OnnxRuntime.options(1)) {
            options.setOptimizedModelFilePath(optimized.toString());
            byte[] file = QuantizedOnnxModel.of(LoweredTask.parse("resnet20 batch 2", "int8, 8 bits").lowered(), 2);
            OrtEnvironment.getEnvironment().createSession(file, options).close();
        }
        String graph = Files.readString(optimized, StandardCharsets.ISO_8859_1);
        assertThat(uses("QLinearConv", graph)).isEqualTo(19);
        assertThat(uses("QLinearAdd", graph)).isEqualTo(9);
        assertThat(uses("QLinearGlobalAveragePool", graph)).isEqualTo(1);
        assertThat(uses("QGemm", graph)).isEqualTo(1);
        assertThat(uses("QuantizeLinear", graph)).isEqualTo(1);
        for (String none : new String[] {"Conv", "Gemm", "Add", "DequantizeLinear"}) {
            assertThat(uses(none, graph)).as(none).isZero();
        }
    }

    /** {@return how many nodes are of {@code type}: field 4 of a node, its length and its characters} */
    private static long uses(String type, String graph) {
        return Pattern.compile(Pattern.quote("\"" + (char) type.length() + type)).matcher(graph).results().count();
    }
}
