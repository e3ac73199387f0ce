package espalier.compress.lower;

import espalier.engine.quant.QuantParams;

/**
 * How a step of an 8-bit network makes its integers.
 *
 * @param output how its output is quantized
 * @param low the least q of the output: its zero point where a relu is fused
 * @param high the greatest q: that of 6 where a relu6 is fused
 * @param bias [O], in units of {@code input scale · weight scale[o]}; null where there is no weight
 * @param toFloat whether the sums are dequantized instead of requantized: a last Linear makes the logits so
 */
public record Integers(QuantParams output, int low, int high, int[] bias, boolean toFloat) {}
