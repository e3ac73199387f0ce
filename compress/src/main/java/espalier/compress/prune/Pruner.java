package espalier.compress.prune;

import espalier.compress.Reading;
import espalier.compress.Reading.Switch;
import espalier.engine.UserError;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.nn.Parameter;
import espalier.nn.model.Model;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.SplittableRandom;

/** Chooses which parameters stay. Ties are broken by position: the earlier in the state dict stays. */
public final class Pruner {
    private Pruner() {}

    /**
     * {@link #prune(Model, PruningStrategy, double, Evidence, long, Reading)} in the corrected reading: with exact counts.
     */
    public static Pruning prune(Model model, PruningStrategy strategy, double compression, Evidence evidence, long seed) {
        return prune(model, strategy, compression, evidence, seed, Reading.CORRECTED);
    }

    /**
     * {@return the masks that bring {@code model} to {@code compression} in one step; the model is not changed}
     *
     * <p>Over all tensors exactly round(f·N_prunable) parameters stay; per tensor round(f·size) of each, f being
     * {@code (N/c − N_fixed)/N_prunable} or what the {@linkplain Scope scope} makes of it. Of a model with masks in force
     * the compression still counts from its original number of parameters, and what is pruned stays pruned: a tensor that
     * has fewer left than its share keeps those.
     *
     * @param compression original/remaining parameters, all counted
     * @param evidence of the {@linkplain PruningStrategy#evidence kind} that the strategy needs
     * @param seed of {@code random}
     * @param reading by {@link Switch#QUANTILE} and {@link Switch#BERNOULLI}, about as many stay
     * @throws UserError when the compression cannot be reached, or a score is not a finite number
     */
    public static Pruning prune(Model model, PruningStrategy strategy, double compression, Evidence evidence, long seed,
            Reading reading) {
        if (evidence.kind() != strategy.evidence()) {
            throw new IllegalArgumentException("prune " + strategy + ": needs evidence of kind " + strategy.evidence()
                    + ", got " + evidence.kind());
        }
        SequencedMap<String, Parameter> prunable = Prunable.of(model);
        int total = model.parameters().values().stream().mapToInt(p -> p.data().size()).sum();
        int candidates = prunable.values().stream().mapToInt(p -> p.data().size()).sum();
        KeepBudget budget = KeepBudget.of(total, candidates, compression);
        var random = new SplittableRandom(seed);
        float[] scores = scores(strategy, prunable, candidates, evidence, random);
        BitSet alive = alive(prunable);
        if (alive.cardinality() < budget.of(candidates)) {
            throw new UserError(String.format(Locale.ROOT,
                    "compression %s cannot be reached: the model is pruned already to %.3f, and what is pruned "
                            + "stays pruned", compression,
                    total / (double) (total - candidates + alive.cardinality())));
        }
        BitSet kept = new BitSet(candidates);
        Reading relevant = strategy.relevant(reading);
        Keep keep = new Keep(scores, alive, strategy.removed(), kept);
        if (relevant.has(Switch.BERNOULLI)) {
            keep.byChance(0, candidates, budget.keepFraction() * candidates / alive.cardinality());
        } else if (strategy.scope() == Scope.GLOBAL) {
            decide(keep, 0, candidates, budget.keepFraction(), relevant, random);
        } else {
            List<Shape> shapes = prunable.values().stream().map(p -> p.data().shape()).toList();
            double[] fractions = strategy.scope().fractions(shapes, budget.keepFraction());
            int offset = 0;
            for (int i = 0; i < fractions.length; i++) {
                decide(keep, offset, shapes.get(i).size(), fractions[i], relevant, random);
                offset += shapes.get(i).size();
            }
        }
        return new Pruning(strategy, cut(prunable, kept), total, total - candidates + kept.cardinality());
    }

    private static void decide(Keep keep, int offset, int n, double fraction, Reading reading, SplittableRandom random) {
        if (reading.has(Switch.QUANTILE)) {
            keep.byQuantile(offset, n, fraction * n, random);
        } else {
            keep.exactly(offset, n, KeepBudget.round(fraction * n));
        }
    }

    private static float[] scores(PruningStrategy strategy, SequencedMap<String, Parameter> prunable, int candidates,
            Evidence evidence, SplittableRandom random) {
        float[] scores = new float[candidates];
        int offset = 0;
        for (var e : prunable.entrySet()) {
            float[] w = e.getValue().data().data();
            Tensor seen = evidence.values().get(e.getKey());
            strategy.score().of(w, seen == null ? null : seen.data(), random, scores, offset);
            for (int i = 0; i < w.length; i++) {
                if (!Float.isFinite(scores[offset + i])) {
                    throw new UserError("prune " + strategy + ": " + e.getKey() + " has a score of " + scores[offset + i]
                            + " at position " + i + "; its weights or what was observed of them are not finite");
                }
            }
            offset += w.length;
        }
        return scores;
    }

    private static BitSet alive(SequencedMap<String, Parameter> prunable) {
        BitSet alive = new BitSet();
        int offset = 0;
        for (Parameter p : prunable.values()) {
            float[] mask = p.mask() == null ? null : p.mask().data();
            for (int i = 0; i < p.data().size(); i++) {
                alive.set(offset + i, mask == null || mask[i] != 0f);
            }
            offset += p.data().size();
        }
        return alive;
    }

    private static SequencedMap<String, Tensor> cut(SequencedMap<String, Parameter> prunable, BitSet kept) {
        SequencedMap<String, Tensor> masks = new LinkedHashMap<>();
        int offset = 0;
        for (var e : prunable.entrySet()) {
            Tensor mask = Tensor.zeros(e.getValue().data().shape());
            for (int i = 0; i < mask.size(); i++) {
                mask.data()[i] = kept.get(offset + i) ? 1f : 0f;
            }
            masks.put(e.getKey(), mask);
            offset += mask.size();
        }
        return masks;
    }
}
