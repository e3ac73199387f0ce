package espalier.compress.prune;

import espalier.attacks.LabelledImages;
import espalier.attacks.Pgd;
import espalier.attacks.ThreatModel;
import espalier.engine.autograd.Gradients;
import espalier.engine.autograd.Tape;
import espalier.engine.kernel.Kernels;
import espalier.engine.op.CrossEntropy;
import espalier.engine.op.Reduction;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;
import espalier.nn.Parameter;
import espalier.nn.model.Model;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.IntConsumer;

/**
 * {@code g = Σ ∂loss/∂w} over the batches of some training images, for each prunable parameter.
 *
 * @param gradients by parameter name, each of its parameter's shape
 * @param images how many images were summed over
 * @param threat the attack that moved the images; null when they are clean
 */
public record GradientScores(SequencedMap<String, Tensor> gradients, int images, ThreatModel threat) {
    /**
     * {@return the gradients summed over {@code images}: clean, or attacked as {@code threat} says}
     *
     * <p>The model is in evaluation mode meanwhile; the loss is the cross-entropy of the true labels, its mean over each batch; of
     * an attack the final images alone count.
     *
     * @param batchSize images at once; a batch counts as one, whatever its size, as the loss is a mean
     * @param threat the attack on the model itself; null for clean images
     * @param seed of the attack's random starts
     * @param progress is told how many images are done
     */
    public static GradientScores accumulate(Model model, LabelledImages images, int batchSize, ThreatModel threat, long seed,
            IntConsumer progress) {
        if (batchSize < 1) {
            throw new IllegalArgumentException("batch size must be at least 1, got " + batchSize);
        }
        if (images.size() < 1) {
            throw new IllegalArgumentException("there are no images to sum gradients over");
        }
        SequencedMap<String, Parameter> prunable = Prunable.of(model);
        SequencedMap<String, Tensor> sums = new LinkedHashMap<>();
        prunable.forEach((name, p) -> sums.put(name, Tensor.zeros(p.data().shape())));
        List<Tensor> watched = prunable.values().stream().map(Parameter::data).toList();
        boolean training = model.network().training();
        model.setTraining(false);
        try {
            for (int from = 0; from < images.size(); from += batchSize) {
                int to = Math.min(images.size(), from + batchSize);
                try (Workspace _ = Workspace.open()) {
                    int[] labels = images.labels(from, to);
                    Tensor clean = images.images(from, to);
                    Tensor x = threat == null ? clean : new Pgd(threat).perturb(model::logits, clean, labels, seed, from);
                    var loss = new CrossEntropy(labels, 0f, Reduction.MEAN);
                    Gradients g = Tape.record(watched, () -> loss.apply(model.logits(x)));
                    prunable.forEach((name, p) -> add(g.of(p.data()), sums.get(name)));
                }
                progress.accept(to);
            }
        } finally {
            model.setTraining(training);
        }
        return new GradientScores(sums, images.size(), threat);
    }

    private static void add(Tensor g, Tensor sum) {
        Kernels.active().elementwise().add(sum.data(), 0, g.data(), 0, sum.data(), 0, sum.size());
    }
}
