package espalier.nn;

import espalier.engine.UserError;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.nn.checkpoint.DType;
import espalier.nn.checkpoint.StateDict;
import espalier.nn.checkpoint.StoredTensor;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Holds a state dict against what a module expects, and says in one line what does not fit. */
final class StateCheck {
    /** As many keys as a reader takes in at once; the rest is counted. */
    private static final int NAMED = 3;

    private static final Set<DType> FLOATS = EnumSet.of(DType.F16, DType.BF16, DType.F32, DType.F64);
    private static final Set<DType> WHOLES = EnumSet.of(DType.U8, DType.I32, DType.I64);

    private StateCheck() {}

    static void check(StateDict state, Map<String, Tensor> targets, Set<String> counters, String source) {
        List<String> missing = new ArrayList<>();
        List<String> different = new ArrayList<>();
        targets.forEach((name, target) -> {
            StoredTensor stored = state.tensors().get(name);
            if (stored == null) {
                missing.add(name + " " + target.shape());
            } else if (!stored.shape().equals(target.shape())) {
                different.add(name + " is " + stored.shape() + ", expected " + target.shape());
            } else if (!FLOATS.contains(stored.dtype())) {
                different.add(name + " is of type " + stored.dtype() + ", expected F32");
            }
        });
        for (String name : counters) {
            StoredTensor stored = state.tensors().get(name);
            if (stored != null && (stored.shape().size() != 1 || !WHOLES.contains(stored.dtype()))) {
                different.add(name + " is " + stored + ", expected I64 " + Shape.of());
            }
        }
        List<String> unexpected = state.tensors().entrySet().stream()
                .filter(e -> !targets.containsKey(e.getKey()) && !counters.contains(e.getKey()))
                .map(e -> e.getKey() + " " + e.getValue().shape()).toList();
        if (missing.isEmpty() && different.isEmpty() && unexpected.isEmpty()) {
            targets.keySet().forEach(name -> state.tensors().get(name).requireFinite(name + " in " + source));
            return;
        }
        List<String> parts = new ArrayList<>();
        if (!different.isEmpty()) {
            parts.add(some(different));
        }
        if (!missing.isEmpty()) {
            parts.add("missing " + some(missing));
        }
        if (!unexpected.isEmpty()) {
            parts.add("unexpected " + some(unexpected));
        }
        throw new UserError(source + " does not fit the model: " + String.join("; ", parts));
    }

    private static String some(List<String> keys) {
        String named = keys.stream().limit(NAMED).collect(Collectors.joining(", "));
        return keys.size() <= NAMED ? named : named + " and " + (keys.size() - NAMED) + " more";
    }
}
