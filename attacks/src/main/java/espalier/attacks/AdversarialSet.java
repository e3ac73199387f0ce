package espalier.attacks;

import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Adversarial images made once, on a source model, to be judged on any number of targets.
 *
 * <p>They are kept as floats: rounding them to the 256 levels of a stored image would be another attack.
 */
public final class AdversarialSet {
    private final ThreatModel threat;
    private final LabelledImages clean;
    private final int batchSize;
    private final List<Tensor> adversarial = new ArrayList<>();
    private final BitSet sourceRightClean;
    private final BitSet sourceRightAdversarial;

    /** Makes images, in the workspace that is open, of clean ones, their classes, and the position of the first. */
    @FunctionalInterface
    private interface Maker {
        Tensor of(Tensor images, int[] labels, int firstIndex);
    }

    private AdversarialSet(DifferentiableModel source, ThreatModel threat, LabelledImages images, int batchSize, Maker maker,
            IntConsumer progress) {
        if (batchSize < 1) {
            throw new IllegalArgumentException("batch size must be at least 1, got " + batchSize);
        }
        if (images.size() < 1) {
            throw new IllegalArgumentException("there are no images to attack");
        }
        this.threat = threat;
        this.clean = images;
        this.batchSize = batchSize;
        for (int from = 0; from < images.size(); from += batchSize) {
            int to = Math.min(images.size(), from + batchSize);
            try (Workspace _ = Workspace.open()) {
                adversarial.add(maker.of(images.images(from, to), images.labels(from, to), from).copy());
            }
            progress.accept(to);
        }
        sourceRightClean = rightClean(source);
        sourceRightAdversarial = rightAdversarial(source);
    }

    /**
     * {@return an adversarial image for each of {@code images}, made with the gradients of {@code source}}
     *
     * @param threat the attack; whose gradients they are is said when the images are judged
     * @param batchSize images attacked at once; the result does not depend on it
     * @param seed of the random starts
     * @param progress is told how many images are done
     */
    public static AdversarialSet craft(DifferentiableModel source, ThreatModel threat, LabelledImages images, int batchSize,
            long seed, IntConsumer progress) {
        var attack = new Pgd(threat);
        return new AdversarialSet(source, threat, images, batchSize,
                (x, labels, first) -> attack.perturb(source, x, labels, seed, first), progress);
    }

    /**
     * {@return a random point of the threat model's ball for each image, which no attack worth its name falls behind}
     *
     * @param source what the targets are compared with; it has no part in the making
     */
    public static AdversarialSet noise(DifferentiableModel source, ThreatModel threat, LabelledImages images, int batchSize,
            long seed) {
        var attack = new Pgd(threat);
        return new AdversarialSet(source, threat.withGradientSource(ThreatModel.NONE), images, batchSize,
                (x, labels, first) -> attack.noise(x, labels.length, seed, first), _ -> {});
    }

    /** {@return the number of images} */
    public int size() {
        return clean.size();
    }

    /** {@return the adversarial images, in batches of the size they were crafted in} */
    public List<Tensor> batches() {
        return List.copyOf(adversarial);
    }

    /** {@return how the source itself fares: the white-box figures} */
    public Robustness judgeSource() {
        return compare(sourceRightClean, sourceRightAdversarial, ThreatModel.SELF);
    }

    /**
     * {@return how {@code target} fares on the clean and on these adversarial images}
     *
     * @param gradientSource how the source is related to the target: {@link ThreatModel#FLOAT_PARENT} or
     *     {@link ThreatModel#transferFrom}
     */
    public Robustness judge(DifferentiableModel target, String gradientSource) {
        return judge(target, rightClean(target), gradientSource);
    }

    /** As {@link #judge(DifferentiableModel, String)}, where it is known which clean images the target is right about. */
    public Robustness judge(DifferentiableModel target, BitSet rightClean, String gradientSource) {
        return compare(rightClean, rightAdversarial(target), gradientSource);
    }

    /** {@return which of the clean images {@code model} is right about} */
    public BitSet rightClean(DifferentiableModel model) {
        return right(model, clean::images);
    }

    private Robustness compare(BitSet rightClean, BitSet rightAdversarial, String gradientSource) {
        BitSet bothRight = (BitSet) rightClean.clone();
        bothRight.and(sourceRightClean);
        BitSet foolsBoth = (BitSet) rightAdversarial.clone();
        foolsBoth.or(sourceRightAdversarial);
        foolsBoth.flip(0, size());
        BitSet ofBothRight = (BitSet) foolsBoth.clone();
        ofBothRight.and(bothRight);
        return new Robustness(threat.withGradientSource(gradientSource), size(), share(rightClean), share(rightAdversarial),
                share(sourceRightClean), share(sourceRightAdversarial), share(bothRight), share(foolsBoth), share(ofBothRight),
                rightClean, rightAdversarial);
    }

    private double share(BitSet images) {
        return (double) images.cardinality() / size();
    }

    private BitSet rightAdversarial(DifferentiableModel model) {
        return right(model, (from, _) -> adversarial.get(from / batchSize));
    }

    private BitSet right(DifferentiableModel model, LabelledImages.Range<Tensor> images) {
        BitSet right = new BitSet(size());
        for (int from = 0; from < size(); from += batchSize) {
            int to = Math.min(size(), from + batchSize);
            try (Workspace _ = Workspace.open()) {
                int[] predicted = Logits.classes(model, images.of(from, to));
                int[] labels = clean.labels(from, to);
                for (int i = 0; i < labels.length; i++) {
                    right.set(from + i, predicted[i] == labels[i]);
                }
            }
        }
        return right;
    }
}
