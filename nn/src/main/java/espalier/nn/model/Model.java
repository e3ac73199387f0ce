package espalier.nn.model;

import espalier.engine.UserError;
import espalier.engine.autograd.Tape;
import espalier.engine.op.Normalize;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;
import espalier.nn.Init;
import espalier.nn.Module;
import espalier.nn.Parameter;
import espalier.nn.checkpoint.Safetensors;
import espalier.nn.checkpoint.StateDict;
import espalier.nn.layer.Linear;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * A classifier of images: logits(pixels) = network((pixels − mean)/std).
 *
 * <p>The normalization belongs to the model, so that attacks and observers work in pixels, but not to its state dict, so
 * that files pass to and from PyTorch.
 */
public final class Model {
    private final String name;
    private final Architecture architecture;
    private final Shape imageShape;
    private final int classes;
    private final Normalize normalize;
    private final Module network;
    private final SequencedMap<String, String> metadata = new LinkedHashMap<>();

    /**
     * Builds a model with random parameters; {@link Models#create} knows those with a name.
     *
     * @param imageShape [C,H,W]
     * @param mean       of the pixels, in [0, 1], per channel
     * @param std        of the pixels per channel
     */
    public Model(
            String name, Architecture architecture, Shape imageShape, int classes, float[] mean, float[] std, long seed) {
        this.name = name;
        this.architecture = architecture;
        this.imageShape = imageShape;
        this.classes = classes;
        normalize = new Normalize(mean, std);
        network = architecture.build(imageShape, classes, new Init(seed));
    }

    /**
     * {@return the logits [N,classes]}
     *
     * @param pixels [N,C,H,W] in [0, 1]
     */
    public Tensor logits(Tensor pixels) {
        requireImages(pixels);
        if (Tape.recording()) {
            return network.apply(normalize.apply(pixels));
        }
        try (Workspace w = Workspace.open()) {
            return w.keep(network.apply(normalize.apply(pixels)));
        }
    }

    /**
     * {@return the logits [N,classes]}
     *
     * @param images [N,C,H,W] that are {@linkplain #normalize normalized} already
     */
    public Tensor logitsOfNormalized(Tensor images) {
        requireImages(images);
        return network.apply(images);
    }

    /** {@return (pixels − mean)/std, of the shape of {@code pixels} [N,C,H,W]} */
    public Tensor normalize(Tensor pixels) {
        requireImages(pixels);
        return normalize.apply(pixels);
    }

    private void requireImages(Tensor x) {
        Shape s = x.shape();
        Shape needed = Shape.of(s.rank() == 0 ? 0 : s.dim(0), imageShape.dim(0), imageShape.dim(1), imageShape.dim(2));
        if (!s.equals(needed)) {
            throw new IllegalArgumentException("model " + name + ": pixels " + s + " against images " + needed);
        }
    }

    /** {@return the name of the architecture} */
    public String name() {
        return name;
    }

    /** {@return the network behind the normalization} */
    public Module network() {
        return network;
    }

    /** {@return the normalization in front of the network} */
    public Normalize normalize() {
        return normalize;
    }

    /** {@return [C,H,W] of an image} */
    public Shape imageShape() {
        return imageShape;
    }

    /** {@return the number of classes} */
    public int classes() {
        return classes;
    }

    /** {@return all parameters by their PyTorch names, in order} */
    public SequencedMap<String, Parameter> parameters() {
        return network.parameters();
    }

    /**
     * {@return the name of the last linear layer, which makes the logits: its parameters are {@code NAME.weight},
     * {@code NAME.bias}}
     */
    public String classifier() {
        String last = null;
        for (Map.Entry<String, Module> e : network.modules().entrySet()) {
            if (e.getValue() instanceof Linear) {
                last = e.getKey();
            }
        }
        if (last == null) {
            throw new IllegalStateException("model " + name + " has no linear layer");
        }
        return last;
    }

    /** Switches between training (batch statistics, dropout) and evaluation. */
    public void setTraining(boolean training) {
        network.setTraining(training);
    }

    /** {@return the masks in force by parameter name, in order; empty for a dense model} */
    public SequencedMap<String, Tensor> masks() {
        SequencedMap<String, Tensor> masks = new LinkedHashMap<>();
        parameters().forEach((key, p) -> {
            if (p.mask() != null) {
                masks.put(key, p.mask());
            }
        });
        return masks;
    }

    /**
     * Puts these masks in force, each in place of the one before, and zeroes what they prune; parameters not named become
     * dense.
     *
     * @param masks by parameter name, of the parameter's shape, 0 (pruned) or 1 (kept)
     */
    public void setMasks(Map<String, Tensor> masks) {
        SequencedMap<String, Parameter> parameters = parameters();
        for (String key : masks.keySet()) {
            if (!parameters.containsKey(key)) {
                throw new UserError("mask for " + key + ", which model " + name + " does not have");
            }
        }
        parameters.forEach((key, p) -> p.setMask(masks.get(key)));
    }

    /** {@return a copy with its own parameters, buffers and masks, in evaluation mode} */
    public Model copy() {
        Model copy = new Model(name, architecture, imageShape, classes, normalize.mean(), normalize.std(), 0);
        copy.loadStateDict(stateDict(), name);
        SequencedMap<String, Tensor> masks = new LinkedHashMap<>();
        masks().forEach((key, mask) -> masks.put(key, mask.copy()));
        copy.setMasks(masks);
        return copy;
    }

    /**
     * {@return copies of all parameters and buffers by PyTorch's names, and the metadata of the file they were loaded from}
     */
    public StateDict stateDict() {
        StateDict state = network.stateDict();
        state.metadata().putAll(metadata);
        return state;
    }

    /**
     * Takes over all parameters and buffers; masks in force stay in force.
     *
     * @param source what the state came from, for the error: a file name
     * @throws UserError naming the keys that do not fit; nothing is changed then
     */
    public void loadStateDict(StateDict state, String source) {
        network.loadStateDict(state, source);
        metadata.clear();
        metadata.putAll(state.metadata());
    }

    /**
     * Loads parameters and buffers from a safetensors file with PyTorch's names.
     *
     * @throws UserError when the file is missing, broken, or does not fit this model
     */
    public void load(Path file) {
        loadStateDict(Safetensors.read(file), file.toString());
    }

    /**
     * Saves parameters and buffers to a safetensors file with PyTorch's names, atomically.
     *
     * @throws UserError when the file cannot be written
     */
    public void save(Path file) {
        Safetensors.write(file, stateDict());
    }
}
