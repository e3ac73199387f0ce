package espalier.engine.kernel;

/** The gradient of a convolution by its weights, whose channels lie in the lanes of vectors while it is computed. */
sealed interface ChannelGradient permits DepthwiseGradient, WinogradGradient {
    /** {@return the most images that one call of {@link #accumulate} takes} */
    int images();

    /** {@return floats in a sum} */
    int sumSize();

    /** {@return the floats of scratch that {@link #accumulate} needs} */
    int scratch();

    /** Adds to {@code sum} the share of {@code count} images, at most {@link #images}. */
    void accumulate(int count, float[] x, int xOffset, float[] gy, int gyOffset, float[] sum, float[] scratch, int scratchOffset);

    /**
     * Brings the sum of the output channels from {@code first} up to {@code end}, {@code row} apart in gw, into its layout.
     *
     * @param sum these channels' are overwritten
     */
    void finish(float[] sum, int first, int end, float[] gw, int gwOffset, int row);
}
