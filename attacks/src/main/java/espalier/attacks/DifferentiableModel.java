package espalier.attacks;

import espalier.engine.tensor.Tensor;

/**
 * What an attack sees of a network: logits of pixels, differentiable by the tape.
 *
 * <p>Normalization is inside. The model must be in evaluation mode; an attack never asks for the gradient of a parameter.
 */
@FunctionalInterface
public interface DifferentiableModel {
    /** {@return logits [N,K] of {@code pixels} [N,...] in [0, 1]} */
    Tensor logits(Tensor pixels);
}
