package espalier.compress.prune;

import espalier.compress.prune.PruningStrategy.Gradient;
import espalier.compress.prune.PruningStrategy.Removed;
import espalier.compress.prune.PruningStrategy.Scope;
import espalier.engine.UserError;
import espalier.engine.tensor.Tensor;
import espalier.nn.Parameter;
import espalier.nn.model.Model;
import it.unimi.dsi.fastutil.floats.FloatArrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.SplittableRandom;

/** Chooses which parameters stay. Ties are broken by position: the earlier in the state dict stays. */
public final class Pruner {
    private Pruner() {}

    /**
     * {@return the masks that bring {@code model} to {@code compression}; the model is not changed}
     *
     * <p>Over all tensors exactly round(f·N_prunable) parameters stay; per tensor round(f·size) of each, f being
     * {@code (N/c − N_fixed)/N_prunable}. Of a model with masks in force the compression still counts from its original number of
     * parameters, and what is pruned stays pruned: a tensor that has fewer left than its share keeps those.
     *
     * @param compression original/remaining parameters, all counted
     * @param gradients as the {@linkplain PruningStrategy#gradient strategy} needs them, else null
     * @param seed of {@code random}
     * @throws UserError when the compression cannot be reached, or a score is not a finite number
     */
    public static Pruning prune(Model model, PruningStrategy strategy, double compression, GradientScores gradients, long seed) {
        requireGradients(strategy, gradients);
        SequencedMap<String, Parameter> prunable = Prunable.of(model);
        int total = model.parameters().values().stream().mapToInt(p -> p.data().size()).sum();
        int candidates = prunable.values().stream().mapToInt(p -> p.data().size()).sum();
        KeepBudget budget = KeepBudget.of(total, candidates, compression);
        float[] keys = new float[candidates];
        SplittableRandom random = new SplittableRandom(seed);
        int offset = 0;
        for (var e : prunable.entrySet()) {
            Tensor gradient = strategy.gradient() == Gradient.NONE ? null : gradients.gradients().get(e.getKey());
            keys(strategy, e.getKey(), e.getValue(), gradient, random, keys, offset);
            offset += e.getValue().data().size();
        }
        int alive = 0;
        for (float key : keys) {
            alive += key < Float.POSITIVE_INFINITY ? 1 : 0;
        }
        if (alive < budget.of(candidates)) {
            throw new UserError(String.format(Locale.ROOT, "compression %s cannot be reached: the model is pruned already to %.3f, "
                    + "and what is pruned stays pruned", compression, total / (double) (total - candidates + alive)));
        }
        float[] kept = new float[candidates];
        int remaining = total - candidates;
        if (strategy.scope() == Scope.GLOBAL) {
            remaining += keepSmallest(keys, 0, candidates, budget.of(candidates), kept);
        } else {
            offset = 0;
            for (Parameter p : prunable.values()) {
                int n = p.data().size();
                remaining += keepSmallest(keys, offset, n, budget.of(n), kept);
                offset += n;
            }
        }
        return new Pruning(strategy, cut(prunable, kept), total, remaining);
    }

    /** Writes sort keys, the first to be kept having the smallest; what is pruned already comes last. */
    private static void keys(PruningStrategy strategy, String name, Parameter parameter, Tensor gradient, SplittableRandom random,
            float[] keys, int offset) {
        float[] w = parameter.data().data();
        float[] mask = parameter.mask() == null ? null : parameter.mask().data();
        for (int i = 0; i < w.length; i++) {
            float score = strategy.score().of(w[i], gradient == null ? 0f : gradient.data()[i], random.nextFloat());
            if (!Float.isFinite(score)) {
                throw new UserError("prune " + strategy + ": " + name + " has a score of " + score + " at position " + i
                        + "; its weights or gradients are not finite");
            }
            // Adding 0 makes −0 equal to 0, which the sort would tell apart.
            float key = (strategy.removed() == Removed.LARGEST ? score : -score) + 0f;
            keys[offset + i] = mask != null && mask[i] == 0f ? Float.POSITIVE_INFINITY : key;
        }
    }

    /** Sets {@code kept} to 1 for the k smallest of n keys, fewer if there are fewer that are finite; {@return how many} */
    private static int keepSmallest(float[] keys, int offset, int n, int k, float[] kept) {
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            order[i] = offset + i;
        }
        FloatArrays.radixSortIndirect(order, keys, true);
        int count = 0;
        while (count < k && keys[order[count]] < Float.POSITIVE_INFINITY) {
            kept[order[count++]] = 1f;
        }
        return count;
    }

    private static SequencedMap<String, Tensor> cut(SequencedMap<String, Parameter> prunable, float[] kept) {
        SequencedMap<String, Tensor> masks = new LinkedHashMap<>();
        int offset = 0;
        for (var e : prunable.entrySet()) {
            Tensor mask = Tensor.zeros(e.getValue().data().shape());
            System.arraycopy(kept, offset, mask.data(), 0, mask.size());
            masks.put(e.getKey(), mask);
            offset += mask.size();
        }
        return masks;
    }

    private static void requireGradients(PruningStrategy strategy, GradientScores gradients) {
        Gradient given = gradients == null ? Gradient.NONE : gradients.threat() == null ? Gradient.CLEAN : Gradient.ADVERSARIAL;
        if (strategy.gradient() != Gradient.NONE && strategy.gradient() != given) {
            throw new IllegalArgumentException("prune " + strategy + ": needs the " + strategy.gradient() + " gradient, got " + given);
        }
    }
}
