package espalier.bench.study;

/**
 * The int8 version of every network.
 *
 * @param enabled whether there is one
 * @param calibrationImages training images, the first ones, that the ranges of activations are observed on
 * @param activationBits 7 or 8
 */
public record Quantization(boolean enabled, int calibrationImages, int activationBits) {}
