package espalier.compress.prune;

import espalier.attacks.AttackSpace;
import espalier.attacks.DifferentiableModel;
import espalier.attacks.LabelledImages;
import espalier.attacks.Pgd;
import espalier.attacks.ThreatModel;
import espalier.compress.Reading;
import espalier.compress.Reading.Switch;
import espalier.compress.prune.Evidence.Kind;
import espalier.engine.autograd.Gradients;
import espalier.engine.autograd.Tape;
import espalier.engine.kernel.ElementwiseKernels;
import espalier.engine.kernel.Kernels;
import espalier.engine.op.CrossEntropy;
import espalier.engine.op.Reduction;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;
import espalier.nn.Parameter;
import espalier.nn.Seeds;
import espalier.nn.model.Model;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.IntConsumer;

/**
 * Some training images, and how a network is looked at while it sees them.
 *
 * @param model is in evaluation mode meanwhile, and not changed; but by {@link Switch#TRAINING_MODE} in training mode, which
 *     moves the running statistics of its batch norms
 * @param images the training images
 * @param batchSize images at once; a batch counts as one, whatever its size, as the loss is a mean
 * @param threat the attack on the network itself, for {@link Kind#ADVERSARIAL_GRADIENT}
 * @param reading how the paper is read
 * @param seed of the attack's random starts, and of dropout
 */
public record Observation(Model model, LabelledImages images, int batchSize, ThreatModel threat, Reading reading,
        long seed) {
    public Observation {
        if (batchSize < 1) {
            throw new IllegalArgumentException("batch size must be at least 1, got " + batchSize);
        }
        if (images.size() < 1) {
            throw new IllegalArgumentException("there are no images to look at");
        }
    }

    /**
     * {@return evidence of this kind}
     *
     * @param progress is told how many images are done
     */
    public Evidence gather(Kind kind, IntConsumer progress) {
        if (kind == Kind.NONE) {
            return Evidence.NONE;
        }
        boolean adversarial = kind == Kind.ADVERSARIAL_GRADIENT;
        int size = reading.has(Switch.ONE_BATCH) && !adversarial ? Math.min(batchSize, images.size()) : images.size();
        boolean before = model.network().training();
        // The original looks at activations in evaluation mode.
        model.setTraining(reading.has(Switch.TRAINING_MODE) && kind != Kind.ACTIVATION);
        try {
            var values = kind == Kind.ACTIVATION ? activations(size, progress) : gradients(kind, size, progress);
            return new Evidence(kind, values, size, adversarial ? reading.apply(threat) : null);
        } finally {
            model.setTraining(before);
        }
    }

    private SequencedMap<String, Tensor> activations(int size, IntConsumer progress) {
        var activations = new Activations(model);
        for (int from = 0; from < size; from += batchSize) {
            int to = Math.min(size, from + batchSize);
            try (Workspace _ = Workspace.open()) {
                activations.add(images.images(from, to));
            }
            progress.accept(to);
        }
        return activations.byParameter();
    }

    private SequencedMap<String, Tensor> gradients(Kind kind, int size, IntConsumer progress) {
        var sums = new Sums(Prunable.of(model));
        ThreatModel attack = kind == Kind.ADVERSARIAL_GRADIENT ? reading.apply(threat) : null;
        boolean normalized = attack != null && attack.space() == AttackSpace.NORMALIZED;
        long[] passes = {0};
        DifferentiableModel logits = x -> {
            // As in PyTorch, every pass drops out others.
            model.network().setStepSeed(Seeds.derive(seed, passes[0]++));
            return normalized ? model.logitsOfNormalized(x) : model.logits(x);
        };
        for (int from = 0; from < size; from += batchSize) {
            int to = Math.min(size, from + batchSize);
            try (Workspace _ = Workspace.open()) {
                int[] labels = images.labels(from, to);
                Tensor pixels = images.images(from, to);
                Tensor clean = normalized ? model.normalize(pixels) : pixels;
                Tensor x = attack == null ? clean : new Pgd(attack).perturb(logits, clean, labels, seed, from,
                        reading.has(Switch.GRADIENT_OF_ITERATES) ? sums : Pgd.Tap.NONE);
                var loss = new CrossEntropy(labels, 0f, Reduction.MEAN);
                sums.add(Tape.record(sums.watched(), () -> loss.apply(logits.logits(x))), kind == Kind.SQUARED_GRADIENT);
            }
            progress.accept(to);
        }
        return sums.byParameter;
    }

    /** Gradients added up. */
    private static final class Sums implements Pgd.Tap {
        private final SequencedMap<String, Parameter> parameters;
        private final List<Tensor> watched;
        private final SequencedMap<String, Tensor> byParameter = new LinkedHashMap<>();

        Sums(SequencedMap<String, Parameter> parameters) {
            this.parameters = parameters;
            watched = parameters.values().stream().map(Parameter::data).toList();
            parameters.forEach((name, p) -> byParameter.put(name, Tensor.zeros(p.data().shape())));
        }

        @Override
        public List<Tensor> watched() {
            return watched;
        }

        /** The attack's loss is a sum over images, but a mean in the original. */
        @Override
        public void step(Gradients gradients, int images) {
            parameters.forEach((name, p) -> {
                Tensor sum = byParameter.get(name);
                kernels().scaledAdd(1f / images, gradients.of(p.data()).data(), 0, sum.data(), 0, sum.size());
            });
        }

        void add(Gradients gradients, boolean squared) {
            parameters.forEach((name, p) -> {
                float[] g = gradients.of(p.data()).data();
                Tensor sum = byParameter.get(name);
                if (squared) {
                    kernels().mul(g, 0, g, 0, g, 0, sum.size());
                }
                kernels().add(sum.data(), 0, g, 0, sum.data(), 0, sum.size());
            });
        }

        private static ElementwiseKernels kernels() {
            return Kernels.active().elementwise();
        }
    }
}
