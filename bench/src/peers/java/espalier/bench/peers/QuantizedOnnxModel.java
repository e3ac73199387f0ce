package espalier.bench.peers;

import espalier.compress.lower.Activation;
import espalier.compress.lower.Integers;
import espalier.compress.lower.LoweredModel;
import espalier.compress.lower.Step;
import espalier.engine.op.Add;
import espalier.engine.op.Conv2d;
import espalier.engine.op.Flatten;
import espalier.engine.op.GlobalAvgPool;
import espalier.engine.op.Linear;
import espalier.engine.op.MaxPool2d;
import espalier.engine.op.OptionAShortcut;
import espalier.engine.quant.QuantParams;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.engine.weight.Int8Weight;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A network in 8 bits in the format of ONNX, for a batch of fixed size, with the integers, scales and zero points of ours.
 *
 * <p>It is of the operators on integers that ONNX Runtime's static quantization ends in: either it writes them itself, or
 * quantizing and dequantizing operators around those in float32, which are merged to them when the file is loaded. Activations
 * are bytes without sign, weights bytes with a scale for each output channel, sums are of 32 bits.
 */
final class QuantizedOnnxModel {
    private final OnnxWriter writer = new OnnxWriter();
    /** The names of scale and zero point. */
    private final Map<QuantParams, List<String>> scales = new HashMap<>();

    private record Value(String name, QuantParams params) {}

    private QuantizedOnnxModel() {}

    /** {@return the file's bytes} */
    static byte[] of(LoweredModel network, int batch) {
        QuantizedOnnxModel model = new QuantizedOnnxModel();
        OnnxWriter writer = model.writer;
        String pixels = network.normalize() == null
                ? OnnxWriter.INPUT
                : writer.normalized(network.normalize(), OnnxWriter.INPUT, writer.fresh());
        List<Value> values = new ArrayList<>();
        values.add(new Value(writer.fresh(), network.input()));
        writer.operator("QuantizeLinear", concat(List.of(pixels), model.scale(network.input())), values.getFirst().name);
        for (Step step : network.steps()) {
            List<Value> in = step.inputs().intStream().mapToObj(values::get).toList();
            Value out = new Value(step.integers().toFloat() ? OnnxWriter.OUTPUT : writer.fresh(), step.integers().output());
            model.apply(step, in, out);
            values.add(out);
        }
        if (!network.steps().getLast().integers().toFloat()) {
            writer.operator("DequantizeLinear", model.scaled(values.getLast()), OnnxWriter.OUTPUT);
        }
        return writer.file(batch, network.imageShape(), network.steps().getLast().shape());
    }

    private List<String> scale(QuantParams p) {
        return scales.computeIfAbsent(p, _ -> List.of(writer.scalar(p.scale()), writer.unsigned(p.zeroPoint())));
    }

    private List<String> scaled(Value v) {
        return concat(List.of(v.name), scale(v.params));
    }

    private void apply(Step step, List<Value> in, Value out) {
        Value x = in.getFirst();
        Integers n = step.integers();
        // A relu is nothing but that no number is below the zero point, where that is 0.
        if (n.low() != 0 || n.high() != 255 || step.activation() == Activation.RELU6) {
            throw new IllegalArgumentException("onnx: " + step.name() + " makes integers from " + n.low() + " to " + n.high());
        }
        switch (step.op()) {
            case Conv2d c -> writer.operator("QLinearConv", weighted(step, x, scale(out.params)), out.name,
                    OnnxWriter.attributes(c));
            case Linear _ -> writer.operator(OnnxWriter.MICROSOFT, "QGemm",
                    gemm(step, x, n.toFloat() ? List.of() : scale(out.params)), out.name, OnnxWriter.integer("transB", 1));
            case Add _ -> writer.operator(OnnxWriter.MICROSOFT, "QLinearAdd",
                    concat(scaled(x), scaled(in.get(1)), scale(out.params)), out.name);
            case GlobalAvgPool _ -> writer.operator("Flatten", List.of(writer.operator(OnnxWriter.MICROSOFT,
                    "QLinearGlobalAveragePool", concat(scaled(x), scale(out.params)), writer.fresh(),
                    OnnxWriter.integer("channels_last", 0))), out.name);
            case MaxPool2d p -> writer.operator("MaxPool", List.of(x.name), out.name, OnnxWriter.attributes(p));
            case Flatten _ -> writer.operator("Flatten", List.of(x.name), out.name);
            case OptionAShortcut s -> writer.shortcut(s, x.name, out.name, scale(x.params).getLast());
            default -> throw new IllegalArgumentException("onnx: " + step.name() + " is not written in 8 bits yet");
        }
    }

    /** {@return input, weight, output, bias: in the order of QLinearConv} */
    private List<String> weighted(Step step, Value x, List<String> out) {
        return concat(scaled(x), weight(step), out, List.of(writer.vector(step.integers().bias())));
    }

    /** {@return input, weight, bias, output: in the order of QGemm} */
    private List<String> gemm(Step step, Value x, List<String> out) {
        return concat(scaled(x), weight(step), List.of(writer.vector(step.integers().bias())), out);
    }

    private List<String> weight(Step step) {
        Int8Weight w = (Int8Weight) step.weight();
        int channels = w.scales().length;
        return List.of(writer.signed(w.shape(), w.values()), writer.tensor(Tensor.of(Shape.of(channels), w.scales())),
                writer.signed(Shape.of(channels), new byte[channels]));
    }

    @SafeVarargs
    private static List<String> concat(List<String>... lists) {
        List<String> all = new ArrayList<>();
        for (List<String> list : lists) {
            all.addAll(list);
        }
        return all;
    }
}
