/** Inference on images of several at a time, innermost, with weights of which most are zero. */
package espalier.engine.sparse;
