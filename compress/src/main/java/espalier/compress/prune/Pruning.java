package espalier.compress.prune;

import espalier.engine.tensor.Tensor;
import java.util.SequencedMap;

/**
 * The outcome of a pruning: which parameters stay.
 *
 * @param strategy how they were chosen
 * @param masks 1 (kept) or 0 (pruned) by name of each prunable parameter, of its shape
 * @param parameters all parameters of the model, before any pruning
 * @param remaining those that are left: the fixed ones and the kept
 */
public record Pruning(PruningStrategy strategy, SequencedMap<String, Tensor> masks, int parameters, int remaining) {
    /** {@return the compression that was reached: original/remaining parameters} */
    public double compression() {
        return (double) parameters / remaining;
    }
}
