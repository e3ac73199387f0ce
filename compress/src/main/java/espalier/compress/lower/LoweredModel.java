package espalier.compress.lower;

import espalier.engine.autograd.Tape;
import espalier.engine.kernel.Kernels;
import espalier.engine.op.Conv2d;
import espalier.engine.op.Normalize;
import espalier.engine.quant.QuantParams;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;
import espalier.engine.weight.DenseWeight;
import espalier.engine.weight.Weight;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * A network made ready for inference: batch norm folded, relu fused, each layer's weight in a {@link Format} of its own.
 *
 * <p>In float32 it computes what its parent does but for rounding, and has the gradient of what it computes. In 8 bits pixels
 * are normalized and quantized, every layer computes in integers, and the last one's sums become logits: the same image gives
 * the same bits on every machine, in any batch, with any number of threads.
 */
public final class LoweredModel {
    /** Images at a time in float32: every vector of activations starts on a cache line. */
    private static final int BATCH = 16;
    /**
     * From so many images on, groups are faster than one at a time: of sparse, and of dense layers. Not so many a thread:
     * Winograd's convolutions of a group round otherwise, and the number of threads must not change a bit.
     */
    private static final int FEW = 6;
    private static final int FEW_DENSE = 11;
    /** Images of a group in 8 bits: a vector of shorts. With fewer, taps cross cache lines, and small planes fill no panel. */
    private static final int MOST_INT8 = 32;
    /** What the largest activation of a group may take, where images are large. */
    private static final int GROUP_BYTES = 1 << 21;
    private static final int INT8_STEP = 8;

    private final String name;
    private final Shape imageShape;
    private final Normalize normalize;
    private final QuantParams input;
    private final List<Step> steps;
    private final List<Layer> layers;
    private final Program<?> program;
    /** For few images; {@link #program} where that does for any number. */
    private final Program<?> single;
    private final Lazy<GradientProgram> gradient;
    private final Lazy<GradientProgram> gradientOfOne;

    /**
     * @param normalize null where the pixels are taken as they are
     * @param input how the normalized pixels are quantized; null in float32
     */
    LoweredModel(String name, Shape imageShape, Normalize normalize, QuantParams input, List<Step> steps, Kernels kernels) {
        this(name, imageShape, normalize, input, steps, List.of(), kernels);
    }

    /** @param reasons for the format of each layer, in order; none where there are none to be told */
    LoweredModel(String name, Shape imageShape, Normalize normalize, QuantParams input, List<Step> steps,
            List<String> reasons, Kernels kernels) {
        this.name = name;
        this.imageShape = imageShape;
        this.normalize = normalize;
        this.input = input;
        this.steps = List.copyOf(steps);
        layers = layers(this.steps, reasons);
        gradient = new Lazy<>(() -> new GradientProgram(imageShape, normalize, this.steps, kernels, BATCH));
        gradientOfOne = new Lazy<>(() -> new GradientProgram(imageShape, normalize, this.steps, kernels, 1));
        if (input != null) {
            program = new Int8Program(imageShape, normalize, input, this.steps, kernels);
            single = program;
        } else {
            single = new FloatProgram(imageShape, normalize, this.steps, kernels, 1);
            program = new FloatProgram(imageShape, normalize, this.steps, kernels, BATCH);
        }
    }

    /** Made when it is first asked for: few models are attacked, and fewer one image at a time. */
    private static final class Lazy<T> {
        private final Supplier<T> maker;
        private T value;

        Lazy(Supplier<T> maker) {
            this.maker = maker;
        }

        synchronized T get() {
            if (value == null) {
                value = maker.get();
            }
            return value;
        }
    }

    private int few() {
        return steps.stream().filter(s -> s.op() instanceof Conv2d).allMatch(s -> s.weight() instanceof DenseWeight)
                ? FEW_DENSE : FEW;
    }

    /**
     * {@return how many images at most a thread takes through a network in 8 bits whose largest activation has so many
     * values}
     */
    public static int int8Group(int values) {
        int fits = Math.clamp(GROUP_BYTES / Math.max(1, values), 1, MOST_INT8);
        return fits < INT8_STEP ? fits : fits / INT8_STEP * INT8_STEP;
    }

    /**
     * {@return the logits [N,classes]}
     *
     * @param pixels [N,C,H,W] in [0, 1]
     * @throws IllegalStateException when a gradient of a network in 8 bits is being recorded
     */
    public Tensor logits(Tensor pixels) {
        if (Tape.recording() && quantized()) {
            throw new IllegalStateException("a network in 8 bits has no gradient of its own: attack its float parent");
        }
        Shape s = pixels.shape();
        if (s.rank() != imageShape.rank() + 1 || s.size() != s.dim(0) * imageShape.size() || s.dim(1) != imageShape.dim(0)
                || s.dim(-1) != imageShape.dim(-1)) {
            throw new IllegalArgumentException("lowered " + name + ": pixels " + s + " against images " + imageShape);
        }
        if (Tape.recording()) {
            return (s.dim(0) < FEW ? gradientOfOne : gradient).get().op().apply(pixels);
        }
        Tensor y = Workspace.empty(Shape.of(s.dim(0), classes()));
        (s.dim(0) < few() ? single : program).run(pixels.data(), s.dim(0), y.data());
        return y;
    }

    /** {@return the name of the model that was lowered} */
    public String name() {
        return name;
    }

    /** {@return [C,H,W] of an image} */
    public Shape imageShape() {
        return imageShape;
    }

    /** {@return the number of classes} */
    public int classes() {
        return steps.getLast().shape().size();
    }

    /** {@return whether it computes in integers} */
    public boolean quantized() {
        return input != null;
    }

    /** {@return bits of an activation: 7, 8, or 32} */
    public int activationBits() {
        return input == null ? 32 : input.narrow() ? 7 : 8;
    }

    /** {@return how the normalized pixels are quantized; null in float32} */
    public QuantParams input() {
        return input;
    }

    /** {@return the normalization of the pixels, or null} */
    public Normalize normalize() {
        return normalize;
    }

    /** {@return what is executed, in order} */
    public List<Step> steps() {
        return steps;
    }

    /**
     * A layer with weights.
     *
     * @param step its number
     * @param op {@code Conv2d} or {@code Linear}
     * @param output shape of what it makes
     * @param reason for its format; empty where it was not chosen
     */
    public record Layer(int step, String op, Shape output, Weight weight, String reason) {
        /** {@return the form in which its weight is executed} */
        public Format format() {
            return Format.of(weight);
        }
    }

    private static List<Layer> layers(List<Step> steps, List<String> reasons) {
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            Step s = steps.get(i);
            if (s.weight() != null) {
                String reason = reasons.isEmpty() ? "" : reasons.get(layers.size());
                layers.add(new Layer(i, s.name(), s.shape(), s.weight(), reason));
            }
        }
        return List.copyOf(layers);
    }

    /** {@return the layers with weights, in order} */
    public List<Layer> layers() {
        return layers;
    }

    /** {@return the format of all its weights, {@link Format#AUTO} where they differ} */
    public Format format() {
        List<Format> formats = layers.stream().map(Layer::format).distinct().toList();
        return formats.size() == 1 ? formats.getFirst() : Format.AUTO;
    }

    /** {@return bytes of all weights, in memory as in a file} */
    public long weightBytes() {
        return layers.stream().mapToLong(l -> l.weight().bytes()).sum();
    }

    /**
     * Saves this to a safetensors file, atomically: weights in their formats, all else in its metadata.
     *
     * @throws espalier.engine.UserError when the file cannot be written
     */
    public void save(Path file) {
        LoweredFile.write(file, this);
    }

    /**
     * {@return the model that {@link #save} wrote}
     *
     * @throws espalier.engine.UserError when the file is missing, broken, or of something else
     */
    public static LoweredModel load(Path file) {
        return LoweredFile.read(file);
    }

    /**
     * {@return whether {@code file} is a safetensors file of a lowered model, as against one that can be trained}
     *
     * @throws espalier.engine.UserError when it is missing or broken
     */
    public static boolean isLowered(Path file) {
        return LoweredFile.isLowered(file);
    }
}
