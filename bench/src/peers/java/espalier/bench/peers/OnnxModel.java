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
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import java.util.List;

/**
 * A lowered network in the format of ONNX, operator set 13, for a batch of fixed size: the input is {@code x}, the output
 * {@code y}. It knows what ResNet-20 and VGG are made of.
 */
final class OnnxModel {
    private static final int IR_VERSION = 8;
    private static final int OPSET = 13;
    private static final int FLOAT = 1;
    private static final int INT64 = 7;
    private static final int INT_ATTRIBUTE = 2;
    private static final int INTS_ATTRIBUTE = 7;

    private final Protobuf body = new Protobuf().add(2, "espalier");
    private int names;

    private OnnxModel() {}

    /** {@return the file's bytes} */
    static byte[] of(Graph graph, int batch) {
        OnnxModel model = new OnnxModel();
        String[] values = new String[graph.nodes().size() + 1];
        values[0] = "x";
        for (int i = 1; i < values.length; i++) {
            Node node = graph.nodes().get(i - 1);
            List<String> inputs = node.inputs().intStream().mapToObj(v -> values[v]).toList();
            values[i] = model.node(node, inputs, i == values.length - 1 ? "y" : "value" + i);
        }
        model.body.add(11, value("x", batch, graph.input()));
        model.body.add(12, value("y", batch, graph.shape(values.length - 1)));
        Protobuf operators = new Protobuf().add(1, "").add(2, OPSET);
        return new Protobuf().add(1, IR_VERSION).add(7, model.body).add(8, operators).toBytes();
    }

    private String node(Node node, List<String> in, String out) {
        if (node.activation() == Activation.NONE) {
            return apply(node, in, out);
        }
        String activation = switch (node.activation()) {
            case RELU -> "Relu";
            case RELU6, NONE -> throw new IllegalArgumentException("onnx: " + node.activation());
        };
        return operator(activation, List.of(apply(node, in, fresh())), out);
    }

    private String apply(Node node, List<String> in, String out) {
        String x = in.getFirst();
        return switch (node.op()) {
            case Normalize n -> operator("Div", List.of(
                    operator("Sub", List.of(x, perChannel(n.mean())), fresh()), perChannel(n.std())), out);
            case Conv2d c -> operator("Conv", constants(node, x), out,
                    ints("strides", c.stride(), c.stride()),
                    ints("pads", c.padding(), c.padding(), c.padding(), c.padding()),
                    ints("dilations", c.dilation(), c.dilation()), integer("group", c.groups()));
            case Linear _ -> operator("Gemm", constants(node, x), out, integer("transB", 1));
            case Add _ -> operator("Add", in, out);
            case GlobalAvgPool _ -> operator("Flatten", List.of(operator("GlobalAveragePool", in, fresh())), out);
            case MaxPool2d p -> operator("MaxPool", in, out, ints("kernel_shape", p.kernel(), p.kernel()),
                    ints("strides", p.stride(), p.stride()),
                    ints("pads", p.padding(), p.padding(), p.padding(), p.padding()), integer("ceil_mode", p.ceilMode() ? 1 : 0));
            case Flatten _, Reshape _ -> operator("Flatten", in, out);
            case Relu _ -> operator("Relu", in, out);
            case OptionAShortcut s -> operator("Pad", List.of(
                    operator("Slice", List.of(x, integers(0, 0), integers(Long.MAX_VALUE, Long.MAX_VALUE), integers(2, 3),
                            integers(s.stride(), s.stride())), fresh()),
                    integers(0, s.padChannels(), 0, 0, 0, s.padChannels(), 0, 0)), out);
            default -> throw new IllegalArgumentException("onnx: " + node.name() + " is not written yet");
        };
    }

    private List<String> constants(Node node, String x) {
        String weight = tensor(node.constants().get(0));
        return node.constants().size() == 1 ? List.of(x, weight) : List.of(x, weight, tensor(node.constants().get(1)));
    }

    private String fresh() {
        return "t" + names++;
    }

    private String operator(String type, List<String> inputs, String output, Protobuf... attributes) {
        Protobuf node = new Protobuf();
        inputs.forEach(i -> node.add(1, i));
        node.add(2, output).add(4, type);
        for (Protobuf a : attributes) {
            node.add(5, a);
        }
        body.add(1, node);
        return output;
    }

    private static Protobuf integer(String name, long value) {
        return new Protobuf().add(1, name).add(3, value).add(20, INT_ATTRIBUTE);
    }

    private static Protobuf ints(String name, long... values) {
        Protobuf a = new Protobuf().add(1, name);
        for (long v : values) {
            a.add(8, v);
        }
        return a.add(20, INTS_ATTRIBUTE);
    }

    private String tensor(Tensor t) {
        return initializer(FLOAT, t.shape(), Protobuf.raw(t.data()));
    }

    private String perChannel(float[] values) {
        return initializer(FLOAT, Shape.of(1, values.length, 1, 1), Protobuf.raw(values));
    }

    private String integers(long... values) {
        return initializer(INT64, Shape.of(values.length), Protobuf.raw(values));
    }

    private String initializer(int type, Shape shape, byte[] raw) {
        String name = fresh();
        Protobuf t = new Protobuf();
        for (int d : shape.dims()) {
            t.add(1, d);
        }
        body.add(5, t.add(2, type).add(8, name).add(9, raw));
        return name;
    }

    private static Protobuf value(String name, int batch, Shape shape) {
        Protobuf dims = new Protobuf().add(1, new Protobuf().add(1, batch));
        for (int d : shape.dims()) {
            dims.add(1, new Protobuf().add(1, d));
        }
        Protobuf type = new Protobuf().add(1, new Protobuf().add(1, FLOAT).add(2, dims));
        return new Protobuf().add(1, name).add(2, type);
    }
}
