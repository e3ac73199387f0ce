package espalier.engine.op;

import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The values that PyTorch computed: {@code ops.json} names the cases, {@code ops.safetensors} holds the tensors. */
public final class Golden {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final ByteBuffer FILE = ByteBuffer.wrap(bytes("ops.safetensors")).order(ByteOrder.LITTLE_ENDIAN);
    private static final int DATA = 8 + (int) FILE.getLong(0);
    private static final JsonNode HEADER = JSON.readTree(new String(FILE.array(), 8, DATA - 8, StandardCharsets.UTF_8));

    private Golden() {}

    /** One case, by its number in {@code ops.json}. */
    public record Case(int number, JsonNode json) {
        public String op() {
            return json.get("op").asString();
        }

        public JsonNode attribute(String name) {
            return json.get("attrs").get(name);
        }

        public Tensor input(String name) {
            return tensor(json.get("inputs").get(name).asString());
        }

        boolean has(String input) {
            return json.get("inputs").has(input);
        }

        int[] integers(String input) {
            return Golden.integers(json.get("inputs").get(input).asString());
        }

        public Tensor output(String name) {
            return tensor(json.get("outputs").get(name).asString());
        }

        Tensor cotangent() {
            return tensor(json.get("cotangent").asString());
        }

        Tensor gradient(String input) {
            return tensor(json.get("grads").get(input).asString());
        }

        /** The inputs that have a gradient, in the order in which the op takes them. */
        List<String> differentiable() {
            var names = new ArrayList<String>();
            for (Map.Entry<String, JsonNode> e : json.get("grads").properties()) {
                names.add(e.getKey());
            }
            return names;
        }

        @Override
        public String toString() {
            return number + " " + op() + " " + json.get("attrs");
        }
    }

    public static List<Case> cases() {
        var cases = new ArrayList<Case>();
        for (JsonNode c : JSON.readTree(bytes("ops.json")).get("cases")) {
            cases.add(new Case(cases.size(), c));
        }
        return cases;
    }

    private static Tensor tensor(String key) {
        Tensor t = Tensor.zeros(shape(key, "F32"));
        values(key).asFloatBuffer().get(t.data());
        return t;
    }

    private static int[] integers(String key) {
        var values = new long[shape(key, "I64").size()];
        values(key).asLongBuffer().get(values);
        int[] integers = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            integers[i] = Math.toIntExact(values[i]);
        }
        return integers;
    }

    private static Shape shape(String key, String type) {
        JsonNode entry = HEADER.get(key);
        if (!entry.get("dtype").asString().equals(type)) {
            throw new IllegalArgumentException(key + " is not " + type + ": " + entry);
        }
        JsonNode dims = entry.get("shape");
        int[] d = new int[dims.size()];
        for (int i = 0; i < d.length; i++) {
            d[i] = dims.get(i).asInt();
        }
        return Shape.of(d);
    }

    private static ByteBuffer values(String key) {
        JsonNode offsets = HEADER.get(key).get("data_offsets");
        int from = offsets.get(0).asInt();
        return FILE.slice(DATA + from, offsets.get(1).asInt() - from).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] bytes(String name) {
        try (InputStream in = Golden.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
