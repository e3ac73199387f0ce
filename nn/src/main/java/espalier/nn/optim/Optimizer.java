package espalier.nn.optim;

import espalier.engine.UserError;
import espalier.engine.parallel.Parallel;
import espalier.engine.tensor.Tensor;
import espalier.nn.Parameter;
import espalier.nn.checkpoint.StateDict;
import espalier.nn.checkpoint.StoredTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.UnaryOperator;

/**
 * Moves parameters against their gradients, in place, and remembers what it needs from step to step in slots: tensors of the
 * parameters' shapes.
 */
public abstract sealed class Optimizer permits Sgd, Adam {
    private static final String STEPS = "steps";
    /** Elements that one thread updates at a time. */
    private static final int BLOCK = 1 << 14;

    private final List<Parameter> parameters;
    private final List<Block> blocks = new ArrayList<>();
    private final SequencedMap<String, Tensor> slots = new LinkedHashMap<>();
    private final float[][][] slotData;
    private long steps;

    private record Block(int parameter, int offset, int n) {}

    /** One slot of each name for each parameter, zero at first. */
    Optimizer(SequencedMap<String, Parameter> parameters, String... slotNames) {
        this.parameters = List.copyOf(parameters.values());
        slotData = new float[slotNames.length][this.parameters.size()][];
        int i = 0;
        for (var e : parameters.entrySet()) {
            Tensor data = e.getValue().data();
            for (int s = 0; s < slotNames.length; s++) {
                Tensor slot = Tensor.zeros(data.shape());
                slots.put(slotNames[s] + "." + e.getKey(), slot);
                slotData[s][i] = slot.data();
            }
            for (int from = 0; from < data.size(); from += BLOCK) {
                blocks.add(new Block(i, from, Math.min(BLOCK, data.size() - from)));
            }
            i++;
        }
    }

    /**
     * Updates every parameter once. What a mask prunes stays exactly zero.
     *
     * @param gradients the gradient by a parameter's {@link Parameter#data original}: {@code gradients::of}
     */
    public final void step(UnaryOperator<Tensor> gradients, double learningRate) {
        steps++;
        float[][] g = new float[parameters.size()][];
        for (int i = 0; i < g.length; i++) {
            g[i] = gradients.apply(parameters.get(i).data()).data();
        }
        Parallel.forEach(blocks.size(), b -> {
            Block block = blocks.get(b);
            int i = block.parameter;
            update(parameters.get(i).data().data(), g[i], i, block.offset, block.n, learningRate);
        });
        parameters.forEach(Parameter::enforce);
    }

    /** Updates n elements of parameter {@code i} from {@code offset} on: w is overwritten, g its gradient. */
    abstract void update(float[] w, float[] g, int i, int offset, int n, double learningRate);

    /** {@return the elements of slot {@code s} of parameter {@code i}} */
    final float[] slot(int s, int i) {
        return slotData[s][i];
    }

    /** {@return the number of steps taken} */
    public final long steps() {
        return steps;
    }

    /** {@return copies of all slots, {@code SLOT.PARAMETER}, and the number of steps} */
    public final StateDict state() {
        StateDict state = new StateDict();
        slots.forEach(state::put);
        state.tensors().put(STEPS, StoredTensor.of(steps));
        return state;
    }

    /**
     * Takes over what {@link #state} returned.
     *
     * @throws UserError when it belongs to another optimizer or other parameters
     */
    public final void load(StateDict state) {
        if (!state.tensors().containsKey(STEPS) || state.tensors().size() != slots.size() + 1) {
            throw new UserError("the optimizer's state has " + state.tensors().size() + " tensors, expected "
                    + (slots.size() + 1));
        }
        slots.forEach((name, slot) -> {
            Tensor stored = state.tensor(name);
            if (!stored.shape().equals(slot.shape())) {
                throw new UserError("the optimizer's " + name + " is " + stored.shape() + ", expected " + slot.shape());
            }
            System.arraycopy(stored.data(), 0, slot.data(), 0, slot.size());
        });
        steps = state.tensors().get(STEPS).longs()[0];
    }
}
