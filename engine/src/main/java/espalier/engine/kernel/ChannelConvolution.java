package espalier.engine.kernel;

/** A convolution, or its gradient by the input, whose channels lie in the lanes of vectors while it is computed. */
sealed interface ChannelConvolution permits ChannelDepthwise, ChannelWinograd {
    /** {@return the most images that one call of {@link #convolve} takes} */
    int images();

    /** {@return floats that {@link #pack} writes} */
    int packedSize();

    /** Packs the weights as they lie, or where {@code turned} with the sides exchanged and each kernel read from its end. */
    void pack(float[] weight, boolean turned, float[] packed);

    /** {@return the floats of scratch that {@link #convolve} needs} */
    int scratch();

    /**
     * {@code y = W ⋆ x} for {@code count} images, some of their output channels, these rows alone.
     *
     * @param first output channel of a group, a multiple of {@link Convolution#forwardUnit}
     * @param end output channel after the last, likewise where not the last
     */
    void convolve(float[] packed, int count, float[] x, int xOffset, int first, int end, float[] y, int yOffset,
            float[] scratch, int scratchOffset);
}
