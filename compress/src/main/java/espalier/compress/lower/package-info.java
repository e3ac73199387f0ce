/** Frozen networks as graphs: traced from any model, simplified, executed in float. */
package espalier.compress.lower;
