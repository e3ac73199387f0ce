package espalier.nn.checkpoint;

import espalier.engine.UserError;
import espalier.engine.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * Named tensors, as PyTorch's {@code state_dict}, and the free text that a safetensors file may carry beside them.
 *
 * @param tensors  by name, in order; a file gives the order of its data
 * @param metadata text by key; empty where there is none
 */
public record StateDict(SequencedMap<String, StoredTensor> tensors, SequencedMap<String, String> metadata) {
    /** An empty one to put tensors in. */
    public StateDict() {
        this(new LinkedHashMap<>(), new LinkedHashMap<>());
    }

    /** Adds {@code t} as F32 and returns this. */
    public StateDict put(String name, Tensor t) {
        tensors.put(name, StoredTensor.of(t));
        return this;
    }

    /**
     * {@return tensor {@code name} as float32 on the heap}
     *
     * @throws UserError when there is none of that name or it does not hold float values
     */
    public Tensor tensor(String name) {
        StoredTensor t = tensors.get(name);
        if (t == null) {
            throw new UserError("no tensor " + name + " among " + tensors.size());
        }
        try {
            return t.tensor();
        } catch (UserError e) {
            throw new UserError(name + ": " + e.getMessage(), e);
        }
    }

    /** {@return tensors and metadata whose names start with {@code prefix}, without it, in order} */
    public StateDict under(String prefix) {
        return new StateDict(under(prefix, tensors), under(prefix, metadata));
    }

    private static <V> SequencedMap<String, V> under(String prefix, SequencedMap<String, V> all) {
        SequencedMap<String, V> part = new LinkedHashMap<>();
        all.forEach((name, value) -> {
            if (name.startsWith(prefix)) {
                part.put(name.substring(prefix.length()), value);
            }
        });
        return part;
    }

    /** Adds all tensors and metadata of {@code part} under {@code prefix} and returns this. */
    public StateDict putAll(String prefix, StateDict part) {
        part.tensors.forEach((name, t) -> tensors.put(prefix + name, t));
        part.metadata.forEach((name, text) -> metadata.put(prefix + name, text));
        return this;
    }
}
