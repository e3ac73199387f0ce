/**
 * The same matrix product and the same convolution, from naive loops to what the engine does, one idea at a time. For
 * reading: nothing uses it but its tests and {@code espalier bench ladder}, which tells what each rung buys.
 */
package espalier.engine.kernel.ladder;
