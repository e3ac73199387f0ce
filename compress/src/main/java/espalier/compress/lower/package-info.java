/** Frozen networks: traced from any model, simplified, quantized, and executed with dense or sparse weights. */
package espalier.compress.lower;
