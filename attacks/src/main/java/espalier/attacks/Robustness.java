package espalier.attacks;

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
 */
public record Robustness(ThreatModel threatModel, int images, double cleanAccuracy, double adversarialAccuracy,
        double sourceCleanAccuracy, double sourceAdversarialAccuracy, double bothRight, double foolsBoth,
        double foolsBothOfBothRight) {}
