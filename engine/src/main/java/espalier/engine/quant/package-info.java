/**
 * Numbers in 8 bits and the layers that compute with them.
 *
 * <p>Activations are unsigned bytes [C, H, W, n], the n images of a group innermost; weights are signed bytes; sums have 32
 * bits.
 */
package espalier.engine.quant;
