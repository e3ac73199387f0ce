/** Frozen weights in the form in which they are executed: dense or sparse, in float32 or in 8 bits. */
package espalier.engine.weight;
