package espalier.bench.study;

import espalier.engine.tensor.Tensor;
import espalier.nn.checkpoint.Safetensors;
import espalier.nn.checkpoint.StateDict;
import espalier.nn.checkpoint.StoredTensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/** Masks as a safetensors file: U8, 1 (kept) or 0 (pruned), by parameter name. */
public final class MaskFile {
    private MaskFile() {}

    /** Writes masks, atomically. */
    public static void write(Path file, SequencedMap<String, Tensor> masks) {
        StateDict state = new StateDict();
        masks.forEach((name, mask) -> state.tensors().put(name, StoredTensor.ofMask(mask)));
        Safetensors.write(file, state);
    }

    /** {@return the masks of a file} */
    static SequencedMap<String, Tensor> read(Path file) {
        SequencedMap<String, Tensor> masks = new LinkedHashMap<>();
        Safetensors.read(file).tensors().forEach((name, mask) -> masks.put(name, mask.tensor()));
        return masks;
    }
}
