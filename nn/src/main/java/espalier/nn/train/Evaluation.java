package espalier.nn.train;

import java.util.BitSet;

/**
 * How well a model does on some images.
 *
 * @param images   their number
 * @param right    which have the largest logit at their label; not to be changed
 * @param right5   which have their label among the five largest logits; not to be changed
 * @param loss     the mean cross-entropy
 */
public record Evaluation(int images, BitSet right, BitSet right5, double loss) {
    /** {@return how many images have the largest logit at their label} */
    public int correct() {
        return right.cardinality();
    }

    /** {@return the share of images with the largest logit at their label} */
    public double top1() {
        return (double) right.cardinality() / images;
    }

    /** {@return the share of images with their label among the five largest logits} */
    public double top5() {
        return (double) right5.cardinality() / images;
    }
}
