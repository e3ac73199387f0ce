package espalier.attacks;

import espalier.engine.UserError;
import espalier.engine.autograd.Gradients;
import espalier.engine.autograd.Tape;
import espalier.engine.op.CrossEntropy;
import espalier.engine.op.Reduction;
import espalier.engine.parallel.Parallel;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * {@code x ← clip(project(x + stepSize · direction(∂loss/∂x)))}, repeated: projected gradient descent, and with one step of
 * length epsilon FGSM.
 *
 * <p>The loss is the cross-entropy summed over the batch, so that images do not influence each other. Whatever comes out
 * lies in the ball of the threat model and in the range of its space, as float arithmetic measures it. Sources: Madry et al.
 * 2018 (arXiv 1706.06083), Goodfellow et al. 2015 (arXiv 1412.6572).
 */
public record Pgd(ThreatModel threat) {
    /** Sees gradients that an attack computes on its way and has no use for itself. */
    public interface Tap {
        /** Nothing. */
        Tap NONE = new Tap() {
            @Override
            public List<Tensor> watched() {
                return List.of();
            }

            @Override
            public void step(Gradients gradients, int images) {}
        };

        /** {@return the tensors to differentiate by, besides the images} */
        List<Tensor> watched();

        /** @param gradients of the loss summed over {@code images} images, before the step; they die with the call */
        void step(Gradients gradients, int images);
    }

    /** {@link #perturb(DifferentiableModel, Tensor, int[], long, int, Tap)} without a tap. */
    public Tensor perturb(DifferentiableModel model, Tensor x, int[] labels, long seed, int firstIndex) {
        return perturb(model, x, labels, seed, firstIndex, Tap.NONE);
    }

    /**
     * {@return adversarial images of the shape of {@code x}, in the workspace open at the call}
     *
     * <p>With restarts an image keeps the first end point that succeeds, or of none the one of highest loss (targeted: of
     * lowest loss of the target). The random start depends on the seed, the image's index and the restart alone: neither on
     * how images are cut into batches nor on threads.
     *
     * @param model whose gradients lead; asked once for predicted labels, if they are wanted, and once a step
     * @param x images [N,...], in [0, 1] if the attack is one of pixels
     * @param labels their true classes
     * @param firstIndex the position of the first image in the whole data
     * @param tap sees every step
     * @throws UserError when the fixed target is not one of the model's classes
     */
    public Tensor perturb(DifferentiableModel model, Tensor x, int[] labels, long seed, int firstIndex, Tap tap) {
        if (x.shape().dim(0) != labels.length) {
            throw new IllegalArgumentException("attack: images " + x.shape() + " against " + labels.length + " labels");
        }
        if (threat.space() == AttackSpace.PIXELS) {
            requirePixels(x);
        }
        try (Workspace workspace = Workspace.open()) {
            int[] goals = goals(model, x, labels);
            int[] all = IntStream.range(0, labels.length).toArray();
            Tensor best = iterate(model, x, goals, all, seed, firstIndex, 0, tap);
            if (threat.restarts() > 1) {
                restart(model, x, goals, best, seed, firstIndex, tap);
            }
            return workspace.keep(best);
        }
    }

    /** Tries what has not succeeded again, and overwrites {@code best} where that is better. */
    private void restart(DifferentiableModel model, Tensor x, int[] goals, Tensor best, long seed, int firstIndex,
            Tap tap) {
        double[] scores = scores(model, best, goals);
        int n = x.size() / Math.max(1, goals.length);
        for (int r = 1; r < threat.restarts(); r++) {
            int[] open = IntStream.range(0, scores.length).filter(i -> scores[i] < Double.POSITIVE_INFINITY).toArray();
            if (open.length == 0) {
                return;
            }
            try (Workspace _ = Workspace.open()) {
                int[] openGoals = Arrays.stream(open).map(i -> goals[i]).toArray();
                Tensor candidate = iterate(model, gather(x, open), openGoals, open, seed, firstIndex, r, tap);
                double[] candidateScores = scores(model, candidate, openGoals);
                for (int k = 0; k < open.length; k++) {
                    if (candidateScores[k] > scores[open[k]]) {
                        scores[open[k]] = candidateScores[k];
                        System.arraycopy(candidate.data(), k * n, best.data(), open[k] * n, n);
                    }
                }
            }
        }
    }

    private Tensor iterate(DifferentiableModel model, Tensor origin, int[] goals, int[] indices, long seed, int firstIndex,
            int restart, Tap tap) {
        Norm norm = threat.norm();
        AttackSpace space = threat.space();
        int images = goals.length;
        int n = origin.size() / Math.max(1, images);
        float[] start = origin.data();
        Tensor adversarial = Workspace.empty(origin.shape());
        float[] x = adversarial.data();
        System.arraycopy(start, 0, x, 0, x.length);
        if (threat.randomStart()) {
            Parallel.forEach(images, i -> norm.randomStart(x, start, i * n, n, threat.epsilon(), space,
                    random(seed, firstIndex + indices[i], restart)));
        }
        var loss = new CrossEntropy(goals, 0f, Reduction.SUM);
        double ascent = threat.targeted() ? -threat.stepSize() : threat.stepSize();
        List<Tensor> watched = new ArrayList<>(tap.watched());
        watched.add(adversarial);
        for (int step = 0; step < threat.steps(); step++) {
            try (Workspace _ = Workspace.open()) {
                Gradients gradients = Tape.record(watched, () -> loss.apply(model.logits(adversarial)));
                tap.step(gradients, images);
                float[] gradient = gradients.of(adversarial).data();
                Parallel.forEach(images, i -> norm.step(x, start, gradient, i * n, n, ascent, threat.epsilon(), space));
            }
        }
        Parallel.forEach(images, i -> norm.tighten(x, start, i * n, n, threat.epsilon(), space));
        return adversarial;
    }

    /** {@return a random point of the ball around each of {@code images} images, in the workspace open at the call} */
    Tensor noise(Tensor x, int images, long seed, int firstIndex) {
        Tensor noisy = Workspace.empty(x.shape());
        int n = x.size() / Math.max(1, images);
        System.arraycopy(x.data(), 0, noisy.data(), 0, x.size());
        Parallel.forEach(images, i -> {
            threat.norm().randomStart(noisy.data(), x.data(), i * n, n, threat.epsilon(), threat.space(),
                    random(seed, firstIndex + i, 0));
            threat.norm().tighten(noisy.data(), x.data(), i * n, n, threat.epsilon(), threat.space());
        });
        return noisy;
    }

    /** {@return the class that each image shall leave, or reach} */
    private int[] goals(DifferentiableModel model, Tensor x, int[] labels) {
        boolean predicted = threat.labels() == LabelSource.PREDICTED;
        if (!predicted && threat.target() == Target.UNTARGETED) {
            return labels.clone();
        }
        float[][] logits = Logits.of(model, x);
        int[] goals = new int[labels.length];
        for (int i = 0; i < goals.length; i++) {
            int label = predicted ? Logits.mostLikely(logits[i]) : labels[i];
            if (label < 0) {
                throw new UserError("the model's logits of image " + i
                        + " are not numbers: there is no predicted class to attack");
            }
            int classes = logits[i].length;
            goals[i] = switch (threat.target()) {
                case UNTARGETED -> label;
                case NEXT_CLASS -> (label + 1) % classes;
                case LEAST_LIKELY -> Logits.leastLikely(logits[i]);
                case FIXED -> {
                    if (threat.targetClass() >= classes) {
                        throw new UserError("target class " + threat.targetClass()
                                + " is not one of the model's, which are 0 to " + (classes - 1));
                    }
                    yield threat.targetClass();
                }
            };
        }
        return goals;
    }

    /** {@return how far the attack has come with each image, higher is better; infinitely far where it succeeded} */
    private double[] scores(DifferentiableModel model, Tensor x, int[] goals) {
        float[][] logits = Logits.of(model, x);
        double[] scores = new double[goals.length];
        for (int i = 0; i < scores.length; i++) {
            boolean reached = Logits.mostLikely(logits[i]) == goals[i];
            double loss = Logits.loss(logits[i], goals[i]);
            scores[i] = reached == threat.targeted() ? Double.POSITIVE_INFINITY : threat.targeted() ? -loss : loss;
        }
        return scores;
    }

    private static Tensor gather(Tensor x, int[] indices) {
        int[] dims = x.shape().dims();
        int n = x.size() / dims[0];
        dims[0] = indices.length;
        Tensor y = Workspace.empty(Shape.of(dims));
        for (int k = 0; k < indices.length; k++) {
            System.arraycopy(x.data(), indices[k] * n, y.data(), k * n, n);
        }
        return y;
    }

    private static void requirePixels(Tensor x) {
        float[] data = x.data();
        for (int i = 0; i < data.length; i++) {
            if (!(data[i] >= 0 && data[i] <= 1)) {
                throw new IllegalArgumentException("attack: pixels must lie in [0, 1], element " + i + " is " + data[i]);
            }
        }
    }

    private static SplittableRandom random(long seed, int index, int restart) {
        return new SplittableRandom(mix(mix(mix(seed) + index) + restart));
    }

    /** Stafford's variant 13 of MurmurHash3's finalizer: neighbouring arguments give unrelated streams. */
    private static long mix(long z) {
        z += 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
