package espalier.compress.lower;

import espalier.datasets.Split;
import espalier.engine.UserError;
import espalier.engine.autograd.Op;
import espalier.engine.kernel.Kernels;
import espalier.engine.op.Conv2d;
import espalier.engine.op.Flatten;
import espalier.engine.op.Linear;
import espalier.engine.op.Normalize;
import espalier.engine.op.Relu;
import espalier.engine.op.Relu6;
import espalier.engine.op.Reshape;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.engine.weight.CsrInt8Weight;
import espalier.engine.weight.CsrWeight;
import espalier.engine.weight.DenseWeight;
import espalier.engine.weight.Int8Weight;
import espalier.engine.weight.Weight;
import espalier.nn.model.Model;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.ints.IntList;
import java.util.ArrayList;
import java.util.List;

/** Turns a trained, pruned network into one that is executed: masks are baked in, batch norm is folded, relu fused. */
public final class Lowering {
    private Lowering() {}

    /**
     * {@return {@code model}, its weights in {@code format}}
     *
     * @param model in either mode; is in evaluation mode while this runs
     * @param format one in float32, or {@link Format#AUTO}, which chooses among those in float32
     * @throws UserError when the model has an op that is not supported, or the format needs calibration images
     */
    public static LoweredModel lower(Model model, Format format) {
        if (format.quantized()) {
            throw new UserError(format + " needs images that activations are observed on");
        }
        return lower(model, format, null, 7);
    }

    /**
     * {@return {@code model}, its weights in {@code format}}
     *
     * @param model in either mode; is in evaluation mode while this runs
     * @param format any; {@link Format#AUTO} chooses among those in 8 bits
     * @param calibration training images that activations are observed on, all of them; null for float32
     * @param activationBits 7 (faster) or 8, of formats in 8 bits
     * @throws UserError when the model has an op that is not supported
     */
    public static LoweredModel lower(Model model, Format format, Split calibration, int activationBits) {
        if (format.quantized() || format == Format.AUTO && calibration != null) {
            return of(Quantizer.quantize(model, calibration, activationBits), format);
        }
        boolean training = model.network().training();
        model.setTraining(false);
        try {
            return lower(model.name(), Graph.trace(model::logits, model.imageShape()), format);
        } finally {
            model.setTraining(training);
        }
    }

    /**
     * {@return the network of {@code graph} in float32}
     *
     * @param name of the model, for reports
     * @param graph as traced
     * @param format {@link Format#DENSE}, {@link Format#CSR} or {@link Format#AUTO}
     * @throws UserError when the graph has an op that is not supported
     */
    public static LoweredModel lower(String name, Graph graph, Format format) {
        Graph fused = Fusion.apply(graph);
        fused.nodes().forEach(n -> requireSupported(n, "in a lowered model"));
        Normalize normalize = normalization(fused);
        int skipped = normalize == null ? 0 : 1;
        List<Step> steps = new ArrayList<>();
        for (Node node : fused.nodes().subList(skipped, fused.nodes().size())) {
            steps.add(step(node, inputs(node, skipped)));
        }
        requireLayers(steps);
        return of(new LoweredModel(name, fused.input(), normalize, null, steps, Kernels.active()), format);
    }

    /** {@return {@code model} with its weights in {@code format}, which is of the same arithmetic} */
    static LoweredModel of(LoweredModel model, Format format) {
        int border = FloatProgram.border(model.steps());
        List<Step> steps = new ArrayList<>();
        List<String> reasons = new ArrayList<>();
        for (Step s : model.steps()) {
            if (s.weight() == null) {
                steps.add(s);
                continue;
            }
            int before = s.inputs().getInt(0);
            Shape in = before == 0 ? model.imageShape() : model.steps().get(before - 1).shape();
            Choice choice = format != Format.AUTO ? new Choice(of(s.weight(), format), "")
                    : s.integers() == null ? Choice.ofFloat(s, in, border)
                    : Choice.ofInt8(s, in, before == 0 ? model.input() : model.steps().get(before - 1).integers().output());
            steps.add(s.with(choice.weight()));
            reasons.add(choice.reason());
        }
        return new LoweredModel(model.name(), model.imageShape(), model.normalize(), model.input(), steps, reasons,
                Kernels.active());
    }

    /** {@return {@code weight} in {@code format}; as it is where its rows are too long to be sparse} */
    static Weight of(Weight weight, Format format) {
        boolean sparse = CsrWeight.fits(weight.shape()) && (format == Format.CSR || format == Format.CSR_INT8);
        return switch (weight) {
            case DenseWeight w when sparse -> CsrWeight.of(w.dense());
            case Int8Weight w when sparse -> CsrInt8Weight.of(w);
            default -> weight;
        };
    }

    private static Step step(Node node, IntList inputs) {
        Op op = flattened(node.op());
        Activation activation = node.activation();
        if (node.constants().isEmpty()) {
            return new Step(op, inputs, node.shape(), activation, null, null, null);
        }
        Tensor weight = node.constants().get(0);
        float[] bias = node.constants().size() > 1
                ? node.constants().get(1).data() : new float[weight.shape().dim(0)];
        return new Step(op, inputs, node.shape(), activation, new DenseWeight(weight), bias, null);
    }

    /** {@return {@code op}, or what does the same in a lowered model} */
    static Op flattened(Op op) {
        return op instanceof Reshape ? new Flatten() : op;
    }

    /** {@return the normalization that is all that reads the pixels, or null} */
    static Normalize normalization(Graph graph) {
        return graph.nodes().getFirst().op() instanceof Normalize n ? n : null;
    }

    /** {@return what {@code node} reads, counted without the normalization} */
    static IntList inputs(Node node, int skipped) {
        IntList inputs = new IntArrayList();
        for (int v : node.inputs()) {
            if (v < skipped) {
                throw new UserError("Normalize is not supported in a lowered model, other than as all that reads the pixels");
            }
            inputs.add(v - skipped);
        }
        return inputs;
    }

    static void requireLayers(List<Step> steps) {
        if (steps.isEmpty()) {
            throw new UserError("lowering: the model has no layers");
        }
    }

    static void requireSupported(Node node, String where) {
        boolean first = node.op() instanceof Normalize && node.inputs().getInt(0) == 0;
        boolean weighted = node.op() instanceof Conv2d || node.op() instanceof Linear;
        boolean known = Step.OPS.containsKey(node.name()) || node.op() instanceof Reshape;
        if (!first && (!known || weighted == node.constants().isEmpty())) {
            throw new UserError(node.name() + (known && !weighted ? " with a constant" : "")
                    + (node.name().equals("BatchNorm") ? " that does not directly follow a Conv2d or Linear" : "")
                    + " is not supported " + where);
        }
    }

    /** {@return what follows the op in the same pass, the op itself where it is one} */
    static Activation activation(Node node) {
        return switch (node.op()) {
            case Relu _ -> Activation.RELU;
            case Relu6 _ -> Activation.RELU6;
            default -> node.activation();
        };
    }
}
