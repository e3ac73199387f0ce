package espalier.bench.peers;

import espalier.engine.op.Conv2d;
import espalier.engine.op.MaxPool2d;
import espalier.engine.op.Normalize;
import espalier.engine.op.OptionAShortcut;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import java.util.List;

/** A graph of operators in the format of ONNX, operator set 13, for a batch of fixed size: from {@code x} to {@code y}. */
final class OnnxWriter {
    /** The graph's input. */
    static final String INPUT = "x";
    /** The graph's output. */
    static final String OUTPUT = "y";
    /** The operators that only ONNX Runtime has. */
    static final String MICROSOFT = "com.microsoft";

    private static final int IR_VERSION = 8;
    private static final int OPSET = 13;
    private static final int FLOAT = 1;
    private static final int UINT8 = 2;
    private static final int INT8 = 3;
    private static final int INT32 = 6;
    private static final int INT64 = 7;
    private static final int INT_ATTRIBUTE = 2;
    private static final int INTS_ATTRIBUTE = 7;

    private final Protobuf body = new Protobuf().add(2, "espalier");
    private int names;

    /** {@return the file's bytes} */
    byte[] file(int batch, Shape input, Shape output) {
        body.add(11, value(INPUT, batch, input));
        body.add(12, value(OUTPUT, batch, output));
        Protobuf standard = new Protobuf().add(1, "").add(2, OPSET);
        Protobuf microsoft = new Protobuf().add(1, MICROSOFT).add(2, 1);
        return new Protobuf().add(1, IR_VERSION).add(7, body).add(8, standard).add(8, microsoft).toBytes();
    }

    /** {@return a name that nobody has yet} */
    String fresh() {
        return "t" + names++;
    }

    /** Adds an operator and returns its output's name. */
    String operator(String type, List<String> inputs, String output, Protobuf... attributes) {
        return operator("", type, inputs, output, attributes);
    }

    /** Adds an operator of some domain and returns its output's name. */
    String operator(String domain, String type, List<String> inputs, String output, Protobuf... attributes) {
        Protobuf node = new Protobuf();
        inputs.forEach(i -> node.add(1, i));
        node.add(2, output).add(4, type);
        for (Protobuf a : attributes) {
            node.add(5, a);
        }
        body.add(1, node.add(7, domain));
        return output;
    }

    /** Adds what normalizes {@code x} and returns the name of its output. */
    String normalized(Normalize n, String x, String out) {
        return operator("Div", List.of(operator("Sub", List.of(x, perChannel(n.mean())), fresh()), perChannel(n.std())), out);
    }

    /** Adds a shortcut and returns the name of its output. */
    String shortcut(OptionAShortcut s, String x, String out, String... padding) {
        String sliced = operator("Slice", List.of(x, integers(0, 0), integers(Long.MAX_VALUE, Long.MAX_VALUE), integers(2, 3),
                integers(s.stride(), s.stride())), fresh());
        String pads = integers(0, s.padChannels(), 0, 0, 0, s.padChannels(), 0, 0);
        return operator("Pad", padding.length == 0 ? List.of(sliced, pads) : List.of(sliced, pads, padding[0]), out);
    }

    /** {@return the attributes of a convolution} */
    static Protobuf[] attributes(Conv2d c) {
        return new Protobuf[] {ints("strides", c.stride(), c.stride()),
            ints("pads", c.padding(), c.padding(), c.padding(), c.padding()),
            ints("dilations", c.dilation(), c.dilation()), integer("group", c.groups())};
    }

    /** {@return the attributes of a pooling} */
    static Protobuf[] attributes(MaxPool2d p) {
        return new Protobuf[] {ints("kernel_shape", p.kernel(), p.kernel()), ints("strides", p.stride(), p.stride()),
            ints("pads", p.padding(), p.padding(), p.padding(), p.padding()), integer("ceil_mode", p.ceilMode() ? 1 : 0)};
    }

    /** {@return an attribute} */
    static Protobuf integer(String name, long value) {
        return new Protobuf().add(1, name).add(3, value).add(20, INT_ATTRIBUTE);
    }

    private static Protobuf ints(String name, long... values) {
        Protobuf a = new Protobuf().add(1, name);
        for (long v : values) {
            a.add(8, v);
        }
        return a.add(20, INTS_ATTRIBUTE);
    }

    /** Adds a constant and returns its name. */
    String tensor(Tensor t) {
        return constant(FLOAT, t.shape(), Protobuf.raw(t.data()));
    }

    /** Adds a constant and returns its name. */
    String scalar(float value) {
        return constant(FLOAT, Shape.of(), Protobuf.raw(new float[] {value}));
    }

    /** Adds a constant, a byte without sign, and returns its name. */
    String unsigned(int value) {
        return constant(UINT8, Shape.of(), new byte[] {(byte) value});
    }

    /** Adds a constant of bytes with sign and returns its name. */
    String signed(Shape shape, byte[] values) {
        return constant(INT8, shape, values);
    }

    /** Adds a constant and returns its name. */
    String vector(int[] values) {
        return constant(INT32, Shape.of(values.length), Protobuf.raw(values));
    }

    private String perChannel(float[] values) {
        return constant(FLOAT, Shape.of(1, values.length, 1, 1), Protobuf.raw(values));
    }

    private String integers(long... values) {
        return constant(INT64, Shape.of(values.length), Protobuf.raw(values));
    }

    private String constant(int type, Shape shape, byte[] raw) {
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
