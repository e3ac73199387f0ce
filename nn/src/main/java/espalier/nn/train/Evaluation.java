package espalier.nn.train;

/**
 * How well a model does on some images.
 *
 * @param images   their number
 * @param correct  how many have the largest logit at their label
 * @param correct5 how many have their label among the five largest logits
 * @param loss     the mean cross-entropy
 */
public record Evaluation(int images, int correct, int correct5, double loss) {
    /** {@return the share of images with the largest logit at their label} */
    public double top1() {
        return (double) correct / images;
    }

    /** {@return the share of images with their label among the five largest logits} */
    public double top5() {
        return (double) correct5 / images;
    }
}
