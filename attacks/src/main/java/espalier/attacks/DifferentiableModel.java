package espalier.attacks;

import espalier.engine.tensor.Tensor;

/**
 * What an attack sees of a network: logits of pixels, differentiable by the tape.
 *
 * <p>Normalization is inside, unless an attack moves {@linkplain AttackSpace#NORMALIZED normalized} images. The model should
 * be in evaluation mode, or images influence each other; an attack never asks for the gradient of a parameter.
 */
@FunctionalInterface
public interface DifferentiableModel {
    /** {@return logits [N,K] of {@code pixels} [N,...]} */
    Tensor logits(Tensor pixels);
}
