package espalier.nn;

import espalier.engine.UserError;
import espalier.engine.autograd.Tape;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;
import espalier.nn.checkpoint.StateDict;
import espalier.nn.checkpoint.StoredTensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedCollection;
import java.util.SequencedMap;
import java.util.function.BiConsumer;

/**
 * A function of one tensor with parameters, buffers and children, named as PyTorch names them:
 * {@code layer1.0.conv1.weight}.
 *
 * <p>A module is made in evaluation mode; a trainer switches it.
 */
public abstract class Module {
    private final SequencedMap<String, Parameter> parameters = new LinkedHashMap<>();
    private final SequencedMap<String, Tensor> buffers = new LinkedHashMap<>();
    private final SequencedMap<String, Counter> counters = new LinkedHashMap<>();
    private final SequencedMap<String, Module> children = new LinkedHashMap<>();
    private boolean training;

    /** A whole number that is saved with the tensors, as batch norm's {@code num_batches_tracked}. */
    public static final class Counter {
        private long value;

        /** {@return the number} */
        public long value() {
            return value;
        }

        /** Adds one. */
        public void increment() {
            value++;
        }
    }

    /** {@return the output for input {@code x}; uses ops and children only} */
    protected abstract Tensor forward(Tensor x);

    /**
     * {@return the output for input {@code x}, as {@link #forward} computes it}
     *
     * <p>Where no tape is in force, what forward makes on its way is given back at once, so that an evaluation needs little
     * memory.
     */
    public final Tensor apply(Tensor x) {
        if (Tape.recording()) {
            return forward(x);
        }
        try (Workspace w = Workspace.open()) {
            return w.keep(forward(x));
        }
    }

    /**
     * {@return {@code layers} applied to {@code x} one after the other} Where no tape is in force, each result dies with
     * its use.
     */
    protected static Tensor chain(Tensor x, SequencedCollection<? extends Module> layers) {
        Tensor y = x;
        for (Module layer : layers) {
            Tensor before = y;
            y = layer.apply(before);
            if (!Tape.recording() && !before.sharesStorage(x) && !before.sharesStorage(y)) {
                Workspace.release(before);
            }
        }
        return y;
    }

    /** Adds a trained tensor and returns it. */
    protected final Parameter parameter(String name, Tensor data) {
        Parameter p = new Parameter(data);
        parameters.put(name, p);
        return p;
    }

    /** Adds a tensor that is saved but not trained, and returns it. */
    protected final Tensor buffer(String name, Tensor data) {
        buffers.put(name, data);
        return data;
    }

    /** Adds a saved whole number and returns it. In a state dict it follows its module's buffers. */
    protected final Counter counter(String name) {
        Counter c = new Counter();
        counters.put(name, c);
        return c;
    }

    /** Adds a child and returns it. */
    protected final <M extends Module> M child(String name, M module) {
        children.put(name, module);
        return module;
    }

    /**
     * {@return all parameters of this module and those below by name, in the order of PyTorch's {@code named_parameters}}
     */
    public final SequencedMap<String, Parameter> parameters() {
        SequencedMap<String, Parameter> all = new LinkedHashMap<>();
        visit("", (prefix, m) -> m.parameters.forEach((name, p) -> all.put(prefix + name, p)));
        return all;
    }

    /** {@return this module (under the empty name) and all those below by name, parents before children} */
    public final SequencedMap<String, Module> modules() {
        SequencedMap<String, Module> all = new LinkedHashMap<>();
        visit("", (prefix, m) -> all.put(prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1), m));
        return all;
    }

    /** {@return the direct children by name} */
    public final SequencedMap<String, Module> children() {
        return Collections.unmodifiableSequencedMap(children);
    }

    private void visit(String prefix, BiConsumer<String, Module> visitor) {
        visitor.accept(prefix, this);
        children.forEach((name, child) -> child.visit(prefix + name + ".", visitor));
    }

    /** {@return whether layers that differ between training and evaluation are in training mode} */
    public final boolean training() {
        return training;
    }

    /** Switches this module and all below between training (batch statistics, dropout) and evaluation. */
    public final void setTraining(boolean training) {
        visit("", (_, m) -> m.training = training);
    }

    /**
     * Seeds whatever is random in the forward pass, here and below; to be called before each training step with a new seed.
     * The same seed repeats the same pass.
     */
    public final void setStepSeed(long seed) {
        int[] index = {0};
        visit("", (_, m) -> m.reseed(Seeds.derive(seed, index[0]++)));
    }

    /** Called by {@link #setStepSeed}; for layers that draw random numbers. */
    protected void reseed(long seed) {}

    /** {@return copies of all parameters' originals, buffers and counters by name, in PyTorch's order} */
    public final StateDict stateDict() {
        StateDict state = new StateDict();
        visit("", (prefix, m) -> {
            m.parameters.forEach((name, p) -> state.put(prefix + name, p.data()));
            m.buffers.forEach((name, t) -> state.put(prefix + name, t));
            m.counters.forEach((name, c) -> state.tensors().put(prefix + name, StoredTensor.of(c.value)));
        });
        return state;
    }

    /**
     * Takes over all of {@code state}; masks in force stay in force. Counters may be missing, as in files of old, and are
     * then 0.
     *
     * @param source what the state came from, for the error: a file name
     * @throws UserError naming the keys that are missing, unexpected, of another shape, or hold NaN or infinities; nothing is
     *         changed then
     */
    public final void loadStateDict(StateDict state, String source) {
        SequencedMap<String, Tensor> targets = new LinkedHashMap<>();
        SequencedMap<String, Counter> counts = new LinkedHashMap<>();
        visit("", (prefix, m) -> {
            m.parameters.forEach((name, p) -> targets.put(prefix + name, p.data()));
            m.buffers.forEach((name, t) -> targets.put(prefix + name, t));
            m.counters.forEach((name, c) -> counts.put(prefix + name, c));
        });
        StateCheck.check(state, targets, counts.keySet(), source);
        Map<String, Tensor> loaded = new LinkedHashMap<>();
        targets.keySet().forEach(name -> loaded.put(name, state.tensor(name)));
        targets.forEach((name, t) -> System.arraycopy(loaded.get(name).data(), 0, t.data(), 0, t.size()));
        counts.forEach((name, c) -> {
            StoredTensor stored = state.tensors().get(name);
            c.value = stored == null ? 0 : stored.longs()[0];
        });
        parameters().values().forEach(Parameter::enforce);
    }
}
