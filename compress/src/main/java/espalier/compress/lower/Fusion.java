package espalier.compress.lower;

import espalier.engine.op.Add;
import espalier.engine.op.BatchNorm;
import espalier.engine.op.Conv2d;
import espalier.engine.op.Linear;
import espalier.engine.op.Relu;
import espalier.engine.op.Relu6;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Merges nodes into the one before them: batch norm into convolutions and linear layers, relu into those and additions.
 *
 * <p>In evaluation, {@code bn(W·x + b) = (s·W)·x + (s·(b − mean) + shift)} with {@code s = scale / √(var + eps)} per output
 * channel.
 */
public final class Fusion {
    private Fusion() {}

    /** {@return {@code graph} with every merge made that is possible; it computes the same but for rounding} */
    public static Graph apply(Graph graph) {
        int[] uses = graph.uses();
        int[] numbers = new int[uses.length];
        List<Node> merged = new ArrayList<>();
        for (int i = 1; i < uses.length; i++) {
            Node node = Graph.renumber(graph.nodes().get(i - 1), numbers);
            int before = graph.nodes().get(i - 1).inputs().getInt(0);
            Node both = before > 0 && uses[before] == 1 && node.inputs().size() == 1
                    ? merge(merged.get(numbers[before] - 1), node)
                    : null;
            if (both != null) {
                merged.set(numbers[before] - 1, both);
                numbers[i] = numbers[before];
            } else {
                merged.add(node);
                numbers[i] = merged.size();
            }
        }
        return new Graph(graph.input(), merged);
    }

    /** {@return one node for both, or null} */
    private static Node merge(Node first, Node second) {
        if (first.activation() != Activation.NONE) {
            return null;
        }
        boolean weighted = first.op() instanceof Conv2d || first.op() instanceof Linear;
        boolean activated = weighted || first.op() instanceof Add;
        return switch (second.op()) {
            case BatchNorm b when weighted -> fold(first, b, second);
            case Relu _ when activated -> first.with(Activation.RELU);
            case Relu6 _ when activated -> first.with(Activation.RELU6);
            default -> null;
        };
    }

    private static Node fold(Node layer, BatchNorm b, Node norm) {
        Tensor weight = layer.constants().get(0);
        int channels = weight.shape().dim(0);
        int size = weight.size() / Math.max(1, channels);
        float[] scale = norm.constants().get(0).data();
        float[] shift = norm.constants().get(1).data();
        float[] bias = layer.constants().size() > 1 ? layer.constants().get(1).data() : new float[channels];
        Tensor foldedWeight = Tensor.zeros(weight.shape());
        Tensor foldedBias = Tensor.zeros(Shape.of(channels));
        for (int o = 0; o < channels; o++) {
            double s = scale[o] / Math.sqrt((double) b.runningVar().data()[o] + b.eps());
            for (int k = o * size; k < (o + 1) * size; k++) {
                foldedWeight.data()[k] = (float) (weight.data()[k] * s);
            }
            foldedBias.data()[o] = (float) ((bias[o] - (double) b.runningMean().data()[o]) * s + shift[o]);
        }
        return new Node(layer.op(), layer.inputs(), List.of(foldedWeight, foldedBias), norm.activation(), layer.shape());
    }
}
