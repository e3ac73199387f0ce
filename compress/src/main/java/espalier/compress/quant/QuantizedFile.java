package espalier.compress.quant;

import espalier.engine.UserError;
import espalier.engine.autograd.Op;
import espalier.engine.kernel.Kernels;
import espalier.engine.op.Conv2d;
import espalier.engine.op.Linear;
import espalier.engine.op.Normalize;
import espalier.engine.quant.Int8Weight;
import espalier.engine.quant.QuantParams;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.nn.checkpoint.DType;
import espalier.nn.checkpoint.Safetensors;
import espalier.nn.checkpoint.StateDict;
import espalier.nn.checkpoint.StoredTensor;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.ints.IntList;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Quantized models as safetensors files: {@code STEP.weight} I8, {@code STEP.scale} F32 [O], {@code STEP.bias} I32 [O] for
 * each step with weights; the metadata has {@code format} and, as JSON, {@code graph}.
 */
final class QuantizedFile {
    private static final String FORMAT = "espalier-int8-1";
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
                    DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .build();

    private QuantizedFile() {}

    /** What the metadata says of a model. */
    private record Header(String model, int[] image, float[] mean, float[] std, QuantParams input, List<Entry> steps) {}

    /** What the metadata says of a step; {@code attributes} are the components of the op's record. */
    private record Entry(String op, JsonNode attributes, int[] inputs, int[] shape, QuantParams output, int low, int high,
            boolean toFloat) {}

    static boolean isQuantized(Path file) {
        return FORMAT.equals(Safetensors.read(file).metadata().get("format"));
    }

    static void write(Path file, QuantizedModel model) {
        StateDict state = new StateDict();
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < model.steps().size(); i++) {
            Step s = model.steps().get(i);
            entries.add(new Entry(s.name(), JSON.valueToTree(s.op()), s.inputs().toIntArray(), s.shape().dims(), s.output(),
                    s.low(), s.high(), s.toFloat()));
            if (s.weight() != null) {
                state.tensors().put(i + ".weight", new StoredTensor(DType.I8, s.weight().shape(), s.weight().values()));
                state.put(i + ".scale", Tensor.of(Shape.of(s.weight().scales().length), s.weight().scales()));
                ByteBuffer bias = ByteBuffer.allocate(4 * s.bias().length).order(ByteOrder.LITTLE_ENDIAN);
                bias.asIntBuffer().put(s.bias());
                state.tensors().put(i + ".bias", new StoredTensor(DType.I32, Shape.of(s.bias().length), bias.array()));
            }
        }
        Normalize n = model.normalize();
        Header header = new Header(model.name(), model.imageShape().dims(), n == null ? new float[0] : n.mean(),
                n == null ? new float[0] : n.std(), model.input(), entries);
        state.metadata().put("format", FORMAT);
        state.metadata().put("graph", JSON.writeValueAsString(header));
        Safetensors.write(file, state);
    }

    static QuantizedModel read(Path file) {
        StateDict state = Safetensors.read(file);
        if (!FORMAT.equals(state.metadata().get("format")) || !state.metadata().containsKey("graph")) {
            throw new UserError(file + " is not a quantized model: its metadata has no format " + FORMAT
                    + "; make one with: espalier quantize");
        }
        try {
            return model(state);
        } catch (JacksonException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new UserError(
                    file + " is not a valid quantized model: " + e.getMessage().lines().findFirst().orElse(""), e);
        } catch (UserError e) {
            throw new UserError(file + ": " + e.getMessage(), e);
        }
    }

    private static QuantizedModel model(StateDict state) {
        Header header = JSON.readValue(state.metadata().get("graph"), Header.class);
        List<Step> steps = new ArrayList<>();
        Set<String> unread = new LinkedHashSet<>(state.tensors().keySet());
        for (Entry e : header.steps()) {
            steps.add(step(e, steps.size(), state, unread));
        }
        if (!unread.isEmpty()) {
            throw new UserError("unexpected tensors " + String.join(", ", unread));
        }
        Shape image = Shape.of(header.image());
        if (steps.isEmpty() || image.rank() < 1 || image.size() == 0 || image.size() > Step.MAX_VALUES
                || header.mean().length != header.std().length
                || header.mean().length > 0 && header.mean().length != image.dim(0)) {
            throw new UserError(steps.size() + " steps for images " + image + " with " + header.mean().length + " means and "
                    + header.std().length + " standard deviations");
        }
        Normalize normalize = header.mean().length == 0 ? null : new Normalize(header.mean(), header.std());
        return new QuantizedModel(header.model(), image, normalize, header.input(), steps, Kernels.active());
    }

    private static Step step(Entry e, int number, StateDict state, Set<String> unread) {
        Class<? extends Op> type = Step.OPS.get(e.op());
        if (type == null) {
            throw new UserError("step " + number + ": op " + e.op() + " is not known");
        }
        Op op = JSON.treeToValue(e.attributes(), type);
        IntList inputs = new IntArrayList(e.inputs());
        if (inputs.isEmpty() || inputs.intStream().anyMatch(v -> v < 0 || v > number)
                || e.low() < e.output().qmin() || e.high() > e.output().qmax() || e.low() > e.high()) {
            throw new UserError("step " + number + " (" + e.op() + "): inputs " + inputs + ", range " + e.low() + ".."
                    + e.high() + " within " + e.output());
        }
        Int8Weight weight = null;
        int[] bias = null;
        if (op instanceof Conv2d || op instanceof Linear) {
            StoredTensor w = take(number + ".weight", DType.I8, state, unread);
            StoredTensor scale = take(number + ".scale", DType.F32, state, unread);
            StoredTensor b = take(number + ".bias", DType.I32, state, unread);
            weight = new Int8Weight(w.shape(), w.bytes(), scale.tensor().data());
            bias = new int[b.shape().size()];
            ByteBuffer.wrap(b.bytes()).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(bias);
        }
        return new Step(op, inputs, Shape.of(e.shape()), e.output(), e.low(), e.high(), weight, bias, e.toFloat());
    }

    private static StoredTensor take(String name, DType type, StateDict state, Set<String> unread) {
        StoredTensor t = state.tensors().get(name);
        unread.remove(name);
        if (t == null || t.dtype() != type) {
            throw new UserError(name + (t == null ? " is missing" : " is " + t + ", expected " + type));
        }
        return t;
    }
}
