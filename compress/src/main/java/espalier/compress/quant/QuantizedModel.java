package espalier.compress.quant;

import espalier.engine.autograd.Tape;
import espalier.engine.kernel.Kernels;
import espalier.engine.op.Normalize;
import espalier.engine.quant.QuantParams;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;
import java.nio.file.Path;
import java.util.List;

/**
 * A network in 8 bits: pixels are normalized and quantized, every layer computes in integers, the last one's sums become
 * logits.
 *
 * <p>The same image gives the same bits on every machine, in any batch, with any number of threads.
 *
 * <p>It has no gradient of its own. What is attacked is its float parent, whose adversarial images it then has to judge.
 */
public final class QuantizedModel {
    private final String name;
    private final Shape imageShape;
    private final Normalize normalize;
    private final QuantParams input;
    private final List<Step> steps;
    private final Program program;

    /** @param normalize null where the pixels are quantized as they are */
    QuantizedModel(String name, Shape imageShape, Normalize normalize, QuantParams input, List<Step> steps,
            Kernels kernels) {
        this.name = name;
        this.imageShape = imageShape;
        this.normalize = normalize;
        this.input = input;
        this.steps = List.copyOf(steps);
        program = new Program(imageShape, input, this.steps, kernels);
    }

    /**
     * {@return the logits [N,classes]}
     *
     * @param pixels [N,C,H,W] in [0, 1]
     * @throws IllegalStateException when a gradient is being recorded
     */
    public Tensor logits(Tensor pixels) {
        if (Tape.recording()) {
            throw new IllegalStateException("a quantized model has no gradient of its own: attack its float parent");
        }
        Shape s = pixels.shape();
        if (s.rank() != imageShape.rank() + 1 || s.size() != s.dim(0) * imageShape.size() || s.dim(1) != imageShape.dim(0)
                || s.dim(-1) != imageShape.dim(-1)) {
            throw new IllegalArgumentException("quantized " + name + ": pixels " + s + " against images " + imageShape);
        }
        Tensor y = Workspace.empty(Shape.of(s.dim(0), classes()));
        try (Workspace _ = Workspace.open()) {
            Tensor x = normalize == null ? pixels : normalize.apply(pixels);
            program.run(x.data(), s.dim(0), y.data());
        }
        return y;
    }

    /** {@return the name of the model that was quantized} */
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

    /** {@return bits of an activation: 7 or 8} */
    public int activationBits() {
        return input.narrow() ? 7 : 8;
    }

    /** {@return how the normalized pixels are quantized} */
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
     * Saves this to a safetensors file, atomically: weights as I8, their scales as F32, biases as I32, all else in its
     * metadata.
     *
     * @throws espalier.engine.UserError when the file cannot be written
     */
    public void save(Path file) {
        QuantizedFile.write(file, this);
    }

    /**
     * {@return the model that {@link #save} wrote}
     *
     * @throws espalier.engine.UserError when the file is missing, broken, or of something else
     */
    public static QuantizedModel load(Path file) {
        return QuantizedFile.read(file);
    }

    /**
     * {@return whether {@code file} is a safetensors file of a quantized model, as against one of a float model}
     *
     * @throws espalier.engine.UserError when it is missing or broken
     */
    public static boolean isQuantized(Path file) {
        return QuantizedFile.isQuantized(file);
    }
}
