package espalier.bench.study;

import java.util.Objects;
import java.util.stream.Stream;

/**
 * Which images a network was right about: what intervals, comparisons and shares are computed from.
 *
 * @param clean of the test images
 * @param top5 of the same, with the label among the five likeliest classes
 * @param attackedClean of the images that are attacked, before the attack
 * @param adversarial of the same, attacked by the gradients that the threat model names
 * @param transfer of the same, attacked by way of the dense parent
 * @param noise of the same, moved at random as far as the attack may
 * @param useless of the same, those where no gradient leads anywhere: of an int8 network, its float parent's
 */
public record Outcomes(Images clean, Images top5, Images attackedClean, Images adversarial, Images transfer, Images noise,
        Images useless) {
    public Outcomes {
        Stream.of(clean, top5, attackedClean, adversarial, transfer, noise, useless).forEach(Objects::requireNonNull);
    }
}
