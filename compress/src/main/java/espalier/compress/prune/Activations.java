package espalier.compress.prune;

import espalier.engine.autograd.Call;
import espalier.engine.autograd.Tape;
import espalier.engine.kernel.Kernels;
import espalier.engine.op.Conv2d;
import espalier.engine.op.Linear;
import espalier.engine.op.Mul;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.nn.Parameter;
import espalier.nn.model.Model;
import it.unimi.dsi.fastutil.objects.Reference2ObjectOpenHashMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * How strongly the inputs of layers are active: of the mean over images, the mean of |x| over the positions of each channel.
 *
 * <p>A weight takes the figure of the channel that it reads; a bias the mean over all channels, and that of a convolution
 * the sum over positions in place of their mean. So ShrinkBench has it ({@code activation_importance} in
 * {@code strategies/utils.py}, Blalock et al. 2020, arXiv 2003.03033); of convolutions in groups, which it does not support,
 * each group reads its own channels.
 */
final class Activations {
    private final Model model;
    private final SequencedMap<String, Parameter> prunable;
    /** By weight. */
    private final Map<String, Input> inputs = new HashMap<>();
    private int images;

    /**
     * What a layer has been given so far.
     *
     * @param sum over images, of the shape of one of them
     * @param groups of a convolution; 1 of a linear layer
     */
    private record Input(Tensor sum, int groups) {}

    Activations(Model model) {
        this.model = model;
        prunable = Prunable.of(model);
    }

    /** Looks at these images [N,C,H,W]. */
    void add(Tensor pixels) {
        var weights = new Reference2ObjectOpenHashMap<Tensor, String>();
        prunable.forEach((name, p) -> weights.put(p.data(), name));
        for (Call call : Tape.trace(() -> model.logits(pixels))) {
            switch (call.op()) {
                // A mask stands between the original and what the layer sees.
                case Mul _ when weights.containsKey(call.input(0)) -> weights.put(call.output(), weights.get(call.input(0)));
                case Conv2d c when weights.containsKey(call.input(1)) ->
                        add(weights.get(call.input(1)), call.input(0), c.groups());
                case Linear _ when weights.containsKey(call.input(1)) -> add(weights.get(call.input(1)), call.input(0), 1);
                default -> { }
            }
        }
        images += pixels.shape().dim(0);
    }

    private void add(String weight, Tensor x, int groups) {
        int n = x.shape().dim(0);
        int size = x.size() / n;
        Shape one = x.shape().rank() == 2 ? Shape.of(size) : Shape.of(x.shape().dim(1), x.shape().dim(2), x.shape().dim(3));
        Tensor sum = inputs.computeIfAbsent(weight, _ -> new Input(Tensor.zeros(one), groups)).sum;
        for (int i = 0; i < n; i++) {
            Kernels.active().elementwise().add(sum.data(), 0, x.data(), i * size, sum.data(), 0, size);
        }
    }

    /** {@return the figure of each prunable parameter} */
    SequencedMap<String, Tensor> byParameter() {
        SequencedMap<String, Tensor> all = new LinkedHashMap<>();
        prunable.forEach((name, p) -> {
            Shape shape = p.data().shape();
            boolean bias = shape.rank() == 1;
            Input input = inputs.get(bias ? name.substring(0, name.lastIndexOf('.')) + ".weight" : name);
            float[] means = means(input.sum);
            all.put(name, bias ? ofBias(input, means, shape) : ofWeight(input, means, shape));
        });
        return all;
    }

    /** {@return of the mean image the mean |x| of each channel} */
    private float[] means(Tensor sum) {
        int channels = sum.shape().dim(0);
        int positions = sum.size() / channels;
        float[] means = new float[channels];
        for (int c = 0; c < channels; c++) {
            double total = 0;
            for (int i = c * positions; i < (c + 1) * positions; i++) {
                total += Math.abs(sum.data()[i]);
            }
            means[c] = (float) (total / images / positions);
        }
        return means;
    }

    private static Tensor ofBias(Input input, float[] means, Shape shape) {
        double total = 0;
        for (float m : means) {
            total += m;
        }
        int positions = input.sum.size() / means.length;
        return Tensor.full(shape, (float) (total / means.length * positions));
    }

    private static Tensor ofWeight(Input input, float[] means, Shape shape) {
        Tensor t = Tensor.zeros(shape);
        int perGroup = shape.dim(1);
        int outPerGroup = shape.dim(0) / input.groups;
        int kernel = t.size() / (shape.dim(0) * perGroup);
        for (int i = 0; i < t.size(); i++) {
            int out = i / (perGroup * kernel);
            t.data()[i] = means[out / outPerGroup * perGroup + i / kernel % perGroup];
        }
        return t;
    }
}
