package espalier.bench.study;

import espalier.attacks.AdversarialSet;
import espalier.attacks.DifferentiableModel;
import espalier.attacks.InputGradients;
import espalier.attacks.LabelledImages;
import espalier.compress.Reading;
import espalier.compress.Reading.Switch;
import espalier.compress.lower.LoweredModel;
import espalier.datasets.Augmentation;
import espalier.datasets.Dataset;
import espalier.datasets.Split;
import espalier.engine.op.Normalize;
import espalier.nn.model.Model;
import java.util.BitSet;
import java.util.function.IntConsumer;

/** Where networks are attacked in one reading: which images, and whether as pixels or normalized. */
final class Arena {
    private final Reading reading;
    private final Split images;
    private final Normalize normalize;
    private final Normalize denormalize;

    /**
     * @param count how many images are attacked; null for all
     * @param seed of augmentation
     */
    Arena(Reading reading, Dataset data, Integer count, long seed) {
        this.reading = reading;
        images = reading.has(Switch.TRAINING_IMAGES)
                ? Networks.head(data.train(), count).augmented(Augmentation.CROP_AND_FLIP, seed, 0)
                : Networks.head(data.test(), count);
        normalize = new Normalize(data.mean(), data.std());
        float[] mean = new float[data.mean().length];
        float[] std = new float[mean.length];
        for (int c = 0; c < mean.length; c++) {
            mean[c] = -data.mean()[c] / data.std()[c];
            std[c] = 1 / data.std()[c];
        }
        denormalize = new Normalize(mean, std);
    }

    int size() {
        return images.size();
    }

    /** {@return images made with the gradients of {@code model}} */
    AdversarialSet attack(Model model, Attack attack, int batchSize, long seed, IntConsumer progress) {
        return AdversarialSet.craft(of(model), reading.apply(attack.threatModel()), given(), batchSize, seed, progress);
    }

    /** {@return images moved at random as far as the attack may, to be compared with {@code model}} */
    AdversarialSet noise(Model model, Attack attack, int batchSize, long seed) {
        return AdversarialSet.noise(of(model), reading.apply(attack.threatModel()), given(), batchSize, seed);
    }

    /** {@return the images where the gradient of {@code model} leads nowhere} */
    BitSet useless(Model model, int batchSize) {
        return InputGradients.useless(of(model), given(), batchSize);
    }

    private LabelledImages given() {
        boolean normalized = reading.has(Switch.NORMALIZED_ATTACK);
        return LabelledImages.of(images.size(),
                (from, to) -> normalized ? normalize.apply(images.images(from, to)) : images.images(from, to), images::labels);
    }

    /** {@return the network as it is attacked and judged here} */
    DifferentiableModel of(Model model) {
        return reading.has(Switch.NORMALIZED_ATTACK) ? model::logitsOfNormalized : model::logits;
    }

    /** {@return the network as it is judged here} It normalizes by itself. */
    DifferentiableModel of(LoweredModel model) {
        return reading.has(Switch.NORMALIZED_ATTACK) ? x -> model.logits(denormalize.apply(x)) : model::logits;
    }
}
