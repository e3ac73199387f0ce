package espalier.engine.kernel;

/**
 * The geometry of one group of a 2-d convolution of one image: {@code y [o,oh,ow] = x [c,h,w] ⋆ weight [o,c,kh,kw]}.
 *
 * @param c input channels of a group
 * @param o output channels of a group
 */
public record ConvShape(int c, int h, int w, int o, int kh, int kw, int stride, int padding, int dilation) {
    public int oh() {
        return outputExtent(h, kh);
    }

    public int ow() {
        return outputExtent(w, kw);
    }

    /** {@return output positions of one channel} */
    public int positions() {
        return oh() * ow();
    }

    /** {@return input elements that one output element sums over} */
    public int taps() {
        return c * kh * kw;
    }

    /**
     * {@return whether vectors of so many lanes hold several whole rows of the output of a convolution with a stride, which are then
     * taken together, and leave two threads a vector each}
     */
    boolean rowsTogether(int lanes) {
        return stride > 1 && ow() > 0 && ow() < lanes && lanes % ow() == 0 && oh() % (2 * lanes / ow()) == 0;
    }

    private int outputExtent(int in, int kernel) {
        return Math.floorDiv(in + 2 * padding - dilation * (kernel - 1) - 1, stride) + 1;
    }
}
