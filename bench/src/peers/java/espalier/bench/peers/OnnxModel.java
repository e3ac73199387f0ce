package espalier.bench.peers;

import espalier.compress.lower.Activation;
import espalier.compress.lower.Graph;
import espalier.compress.lower.Node;
import espalier.engine.op.Add;
import espalier.engine.op.Conv2d;
import espalier.engine.op.Flatten;
import espalier.engine.op.GlobalAvgPool;
import espalier.engine.op.Linear;
import espalier.engine.op.MaxPool2d;
import espalier.engine.op.Normalize;
import espalier.engine.op.OptionAShortcut;
import espalier.engine.op.Relu;
import espalier.engine.op.Reshape;
import java.util.List;

/** A network in float32 in the format of ONNX, for a batch of fixed size. It knows what ResNet-20 and VGG are made of. */
final class OnnxModel {
    private final OnnxWriter writer = new OnnxWriter();

    private OnnxModel() {}

    /** {@return the file's bytes} */
    static byte[] of(Graph graph, int batch) {
        OnnxModel model = new OnnxModel();
        String[] values = new String[graph.nodes().size() + 1];
        values[0] = OnnxWriter.INPUT;
        for (int i = 1; i < values.length; i++) {
            Node node = graph.nodes().get(i - 1);
            List<String> inputs = node.inputs().intStream().mapToObj(v -> values[v]).toList();
            values[i] = model.node(node, inputs, i == values.length - 1 ? OnnxWriter.OUTPUT : "value" + i);
        }
        return model.writer.file(batch, graph.input(), graph.shape(values.length - 1));
    }

    private String node(Node node, List<String> in, String out) {
        if (node.activation() == Activation.NONE) {
            return apply(node, in, out);
        }
        String activation = switch (node.activation()) {
            case RELU -> "Relu";
            case RELU6, NONE -> throw new IllegalArgumentException("onnx: " + node.activation());
        };
        return writer.operator(activation, List.of(apply(node, in, writer.fresh())), out);
    }

    private String apply(Node node, List<String> in, String out) {
        String x = in.getFirst();
        return switch (node.op()) {
            case Normalize n -> writer.normalized(n, x, out);
            case Conv2d c -> writer.operator("Conv", constants(node, x), out, OnnxWriter.attributes(c));
            case Linear _ -> writer.operator("Gemm", constants(node, x), out, OnnxWriter.integer("transB", 1));
            case Add _ -> writer.operator("Add", in, out);
            case GlobalAvgPool _ ->
                    writer.operator("Flatten", List.of(writer.operator("GlobalAveragePool", in, writer.fresh())), out);
            case MaxPool2d p -> writer.operator("MaxPool", in, out, OnnxWriter.attributes(p));
            case Flatten _, Reshape _ -> writer.operator("Flatten", in, out);
            case Relu _ -> writer.operator("Relu", in, out);
            case OptionAShortcut s -> writer.shortcut(s, x, out);
            default -> throw new IllegalArgumentException("onnx: " + node.name() + " is not written yet");
        };
    }

    private List<String> constants(Node node, String x) {
        String weight = writer.tensor(node.constants().get(0));
        return node.constants().size() == 1 ? List.of(x, weight) : List.of(x, weight, writer.tensor(node.constants().get(1)));
    }
}
