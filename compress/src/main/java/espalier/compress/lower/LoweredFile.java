package espalier.compress.lower;

import espalier.engine.UserError;
import espalier.engine.autograd.Op;
import espalier.engine.kernel.Kernels;
import espalier.engine.op.Conv2d;
import espalier.engine.op.Linear;
import espalier.engine.op.Normalize;
import espalier.engine.quant.QuantParams;
import espalier.engine.tensor.Shape;
import espalier.nn.checkpoint.JsonFault;
import espalier.nn.checkpoint.Safetensors;
import espalier.nn.checkpoint.StateDict;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.ints.IntList;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Lowered models as safetensors files: for each step with weights the arrays of its {@link StoredWeight}; the metadata has
 * {@code format}, as JSON {@code graph}, and {@code checksum} of all of it.
 */
final class LoweredFile {
    private static final String FORMAT = "espalier-lowered-1";
    /** Only int8, before there were other formats; without a checksum. */
    private static final String INT8 = "espalier-int8-1";
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
                    DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .build();

    private LoweredFile() {}

    /** What the metadata says of a model; {@code input} is null in float32. */
    private record Header(String model, int[] image, float[] mean, float[] std, QuantParams input, List<Entry> steps) {
        Header {
            Objects.requireNonNull(image, "image");
            Objects.requireNonNull(mean, "mean");
            Objects.requireNonNull(std, "std");
            steps.forEach(e -> Objects.requireNonNull(e, "a step"));
        }
    }

    /**
     * What the metadata says of a step.
     *
     * @param attributes the components of the op's record
     * @param weight null where there is none
     * @param integers null in float32
     */
    private record Entry(String op, JsonNode attributes, int[] inputs, int[] shape, Activation activation, Form weight,
            Range integers) {
        Entry {
            Objects.requireNonNull(op, "op");
            Objects.requireNonNull(inputs, "inputs");
            Objects.requireNonNull(shape, "shape");
        }
    }

    private record Form(Format format, int[] shape) {
        Form {
            Objects.requireNonNull(format, "format");
            Objects.requireNonNull(shape, "shape");
        }
    }

    private record Range(QuantParams output, int low, int high, boolean toFloat) {
        Range {
            Objects.requireNonNull(output, "output");
        }
    }

    static boolean isLowered(Path file) {
        String format = Safetensors.read(file).metadata().get("format");
        return FORMAT.equals(format) || INT8.equals(format);
    }

    static void write(Path file, LoweredModel model) {
        StateDict state = new StateDict();
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < model.steps().size(); i++) {
            Step s = model.steps().get(i);
            Integers n = s.integers();
            entries.add(new Entry(s.name(), JSON.valueToTree(s.op()), s.inputs().toIntArray(), s.shape().dims(), s.activation(),
                    s.weight() == null ? null : new Form(Format.of(s.weight()), s.weight().shape().dims()),
                    n == null ? null : new Range(n.output(), n.low(), n.high(), n.toFloat())));
            if (s.weight() != null) {
                StoredWeight.put(state, i, s);
            }
        }
        Normalize n = model.normalize();
        Header header = new Header(model.name(), model.imageShape().dims(), n == null ? new float[0] : n.mean(),
                n == null ? new float[0] : n.std(), model.input(), entries);
        state.metadata().put("format", FORMAT);
        state.metadata().put("graph", JSON.writeValueAsString(header));
        state.metadata().put("checksum", checksum(state));
        Safetensors.write(file, state);
    }

    private static String checksum(StateDict state) {
        CRC32C crc = new CRC32C();
        crc.update(state.metadata().get("graph").getBytes(StandardCharsets.UTF_8));
        new TreeMap<>(state.tensors()).forEach((name, t) -> {
            crc.update(name.getBytes(StandardCharsets.UTF_8));
            crc.update(t.bytes());
        });
        return Long.toHexString(crc.getValue());
    }

    static LoweredModel read(Path file) {
        StateDict state = Safetensors.read(file);
        String format = state.metadata().get("format");
        if (!FORMAT.equals(format) && !INT8.equals(format) || !state.metadata().containsKey("graph")) {
            throw new UserError(file + " is not a lowered model: its metadata has no format " + FORMAT
                    + "; make one with: espalier lower");
        }
        try {
            LoweredModel model = model(state, INT8.equals(format));
            if (FORMAT.equals(format) && !checksum(state).equals(state.metadata().get("checksum"))) {
                throw new UserError("the checksum is not that of its contents: the file was damaged or changed");
            }
            return model;
        } catch (JacksonException e) {
            throw new UserError(file + " is not a valid lowered model: its graph: " + JsonFault.of(e)
                    + "; make one with: espalier lower", e);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new UserError(
                    file + " is not a valid lowered model: " + e.getMessage().lines().findFirst().orElse(""), e);
        } catch (UserError e) {
            throw new UserError(file + ": " + e.getMessage(), e);
        }
    }

    private static LoweredModel model(StateDict state, boolean old) {
        JsonNode graph = JSON.readTree(state.metadata().get("graph"));
        Header header = JSON.treeToValue(old ? upgraded(graph, state) : graph, Header.class);
        List<Step> steps = new ArrayList<>();
        StoredWeight.Reader weights = new StoredWeight.Reader(state);
        for (Entry e : header.steps()) {
            steps.add(step(e, steps.size(), header.input() != null, weights));
        }
        weights.requireAllRead();
        Shape image = Shape.of(header.image());
        if (steps.isEmpty() || image.rank() < 1 || image.size() == 0 || image.size() > Step.MAX_VALUES
                || header.mean().length != header.std().length
                || header.mean().length > 0 && header.mean().length != image.dim(0)) {
            throw new UserError(steps.size() + " steps for images " + image + " with " + header.mean().length + " means and "
                    + header.std().length + " standard deviations");
        }
        Normalize normalize = header.mean().length == 0 ? null : new Normalize(header.mean(), header.std());
        return new LoweredModel(header.model(), image, normalize, header.input(), steps, Kernels.active());
    }

    /** {@return the graph of a file of format {@link #INT8}, as of today} */
    private static JsonNode upgraded(JsonNode graph, StateDict state) {
        int number = 0;
        for (JsonNode step : graph.path("steps")) {
            if (step instanceof ObjectNode s) {
                s.put("activation", Activation.NONE.name());
                var weight = state.tensors().get(number + ".weight");
                s.set("weight", weight == null ? JSON.nullNode()
                        : JSON.valueToTree(new Form(Format.INT8, weight.shape().dims())));
                ObjectNode integers = s.putObject("integers");
                for (String key : List.of("output", "low", "high", "toFloat")) {
                    integers.set(key, s.remove(key));
                }
            }
            number++;
        }
        return graph;
    }

    private static Step step(Entry e, int number, boolean quantized, StoredWeight.Reader weights) {
        Class<? extends Op> type = Step.OPS.get(e.op());
        if (type == null) {
            throw new UserError("step " + number + ": op " + e.op() + " is not known");
        }
        Op op = JSON.treeToValue(e.attributes(), type);
        IntList inputs = new IntArrayList(e.inputs());
        Range r = e.integers();
        if (op == null || inputs.isEmpty() || inputs.intStream().anyMatch(v -> v < 0 || v > number) || quantized != (r != null)
                || e.activation() == null || (op instanceof Conv2d || op instanceof Linear) != (e.weight() != null)
                || r != null && (r.low() < r.output().qmin() || r.high() > r.output().qmax() || r.low() > r.high())) {
            throw new UserError("step " + number + " (" + e.op() + "): inputs " + inputs + ", activation " + e.activation()
                    + (e.weight() == null ? ", no weight" : "") + ", range " + r);
        }
        Step plain = new Step(op, inputs, Shape.of(e.shape()), e.activation(), null, null,
                r == null ? null : new Integers(r.output(), r.low(), r.high(), null, r.toFloat()));
        return e.weight() == null ? plain : weights.take(number, e.weight().format(), Shape.of(e.weight().shape()), plain);
    }
}
