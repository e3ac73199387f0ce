package espalier.attacks;

import java.util.BitSet;

/**
 * How a model fares on adversarial images. All figures are fractions of the same images.
 *
 * @param threatModel what the attacker could do, and whose gradients it had
 * @param images how many images were judged
 * @param cleanAccuracy the judged model, on the clean images
 * @param adversarialAccuracy the judged model, on the adversarial images: white-box accuracy when the gradients were its own,
 *     else transfer accuracy
 * @param sourceCleanAccuracy the model that the images were made on, on the clean images
 * @param sourceAdversarialAccuracy the same on the adversarial images
 * @param bothRight both models are right about the clean image
 * @param foolsBoth both models are wrong about the adversarial image
 * @param foolsBothOfBothRight both are right about the clean image and wrong about the adversarial one
 * @param rightClean which clean images the judged model is right about; not to be changed
 * @param rightAdversarial which adversarial ones; not to be changed
 */
public record Robustness(ThreatModel threatModel, int images, double cleanAccuracy, double adversarialAccuracy,
        double sourceCleanAccuracy, double sourceAdversarialAccuracy, double bothRight, double foolsBoth,
        double foolsBothOfBothRight, BitSet rightClean, BitSet rightAdversarial) {

    /** {@return of the images that the judged model was right about, the share that the attack made it wrong about} */
    public double successRate() {
        if (rightClean.isEmpty()) {
            return 0;
        }
        BitSet fooled = (BitSet) rightClean.clone();
        fooled.andNot(rightAdversarial);
        return (double) fooled.cardinality() / rightClean.cardinality();
    }
}
