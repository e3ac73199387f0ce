package espalier.compress.lower;

import espalier.datasets.Split;
import espalier.engine.UserError;
import espalier.engine.autograd.Op;
import espalier.engine.kernel.Kernels;
import espalier.engine.op.Flatten;
import espalier.engine.op.Linear;
import espalier.engine.op.MaxPool2d;
import espalier.engine.op.Normalize;
import espalier.engine.op.OptionAShortcut;
import espalier.engine.op.Relu;
import espalier.engine.op.Relu6;
import espalier.engine.op.Reshape;
import espalier.engine.quant.Int8Conv2d;
import espalier.engine.quant.QuantParams;
import espalier.engine.tensor.Tensor;
import espalier.engine.weight.Int8Weight;
import espalier.nn.model.Model;
import it.unimi.dsi.fastutil.ints.IntList;
import java.util.ArrayList;
import java.util.List;

/**
 * Post-training quantization: a trained network becomes integers, without training.
 *
 * <p>Batch norm and relu are folded into the layers before them. The network is run in float32 on calibration images, and
 * the least and the greatest number seen of each activation make its scale and zero point. Weights are symmetric per output
 * channel; a bias is a 32-bit integer in units of its layer's sums. What is not exact is the rounding of these numbers; the
 * execution is.
 */
public final class Quantizer {
    private static final int BATCH = 100;
    /** A bias beyond this could make a 32-bit sum overflow. */
    private static final double MAX_BIAS = 1 << 30;

    private Quantizer() {}

    /**
     * {@return {@code model} in 8 bits}
     *
     * @param model in either mode; is in evaluation mode while this runs
     * @param calibration training images; all of them are used
     * @param activationBits 7 (faster) or 8
     * @throws UserError when the model has an op that is not supported in 8 bits
     */
    public static LoweredModel quantize(Model model, Split calibration, int activationBits) {
        boolean training = model.network().training();
        model.setTraining(false);
        try {
            Graph graph = Graph.trace(model::logits, model.imageShape());
            List<Tensor> batches = new ArrayList<>();
            for (int i = 0; i < calibration.size(); i += BATCH) {
                batches.add(calibration.images(i, Math.min(i + BATCH, calibration.size())));
            }
            return quantize(model.name(), graph, batches, activationBits);
        } finally {
            model.setTraining(training);
        }
    }

    /**
     * {@return the network of {@code graph} in 8 bits}
     *
     * @param name of the model, for reports
     * @param graph as traced
     * @param calibration batches of images [N,C,H,W]
     * @param activationBits 7 (faster) or 8
     * @throws UserError when the graph has an op that is not supported in 8 bits
     */
    public static LoweredModel quantize(String name, Graph graph, Iterable<Tensor> calibration, int activationBits) {
        if (activationBits != 7 && activationBits != 8) {
            throw new UserError("activations in " + activationBits + " bits: use 7 or 8");
        }
        Graph fused = Fusion.apply(graph);
        fused.nodes().forEach(n -> Lowering.requireSupported(n, "in 8 bits"));
        Ranges ranges = Ranges.observe(fused, calibration);
        int qmax = (1 << activationBits) - 1;
        Normalize normalize = Lowering.normalization(fused);
        int skipped = normalize == null ? 0 : 1;
        List<QuantParams> params = new ArrayList<>(List.of(ranges.params(skipped, qmax)));
        List<Step> steps = new ArrayList<>();
        for (int i = skipped; i < fused.nodes().size(); i++) {
            Node node = fused.nodes().get(i);
            IntList inputs = Lowering.inputs(node, skipped);
            QuantParams in = params.get(inputs.getInt(0));
            QuantParams out = keepsScale(node.op()) ? in : ranges.params(i + 1, qmax);
            boolean last = i == fused.nodes().size() - 1;
            steps.add(step(node, inputs, in, out, last));
            params.add(out);
        }
        Lowering.requireLayers(steps);
        return new LoweredModel(name, fused.input(), normalize, params.getFirst(), steps, Kernels.active());
    }

    /** These only move or drop numbers, so that scale and zero point of their input serve them too. */
    private static boolean keepsScale(Op op) {
        return switch (op) {
            case MaxPool2d _, Flatten _, Reshape _, OptionAShortcut _, Relu _, Relu6 _ -> true;
            default -> false;
        };
    }

    private static Step step(Node node, IntList inputs, QuantParams in, QuantParams out, boolean last) {
        Activation activation = Lowering.activation(node);
        int low = activation == Activation.NONE ? out.qmin() : out.zeroPoint();
        int high = activation == Activation.RELU6 ? out.quantize(6f) : out.qmax();
        Op op = Lowering.flattened(node.op());
        if (node.constants().isEmpty()) {
            return new Step(op, inputs, node.shape(), node.activation(), null, null,
                    new Integers(out, low, high, null, false));
        }
        Tensor weight = node.constants().get(0);
        int channels = weight.shape().dim(0);
        int depth = weight.size() / channels;
        if (depth > Int8Conv2d.maxDepth()) {
            throw new UserError(node.name() + " with weight " + weight.shape() + " sums " + depth
                    + " products; in 8 bits at most " + Int8Conv2d.maxDepth() + " fit");
        }
        float[] bias = node.constants().size() > 1 ? node.constants().get(1).data() : new float[channels];
        float[] least = new float[channels];
        for (int o = 0; o < channels; o++) {
            least[o] = (float) (Math.abs(bias[o]) / (MAX_BIAS * in.scale()));
        }
        Int8Weight quantized = Int8Weight.of(weight, least);
        int[] biases = new int[channels];
        for (int o = 0; o < channels; o++) {
            biases[o] = (int) Math.rint(bias[o] / ((double) in.scale() * quantized.scales()[o]));
        }
        boolean toFloat = last && op instanceof Linear && activation == Activation.NONE;
        return new Step(op, inputs, node.shape(), node.activation(), quantized, null,
                new Integers(out, low, high, biases, toFloat));
    }
}
