package espalier.engine.kernel;

/** Loops over arrays of one length. Offsets name the first element; an output may be one of the inputs, at the same offset. */
public interface ElementwiseKernels {
    /** {@code y = a + b} over n elements. */
    void add(float[] a, int aOffset, float[] b, int bOffset, float[] y, int yOffset, int n);
}
