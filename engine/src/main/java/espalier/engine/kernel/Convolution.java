package espalier.engine.kernel;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/**
 * One 2-d convolution of one geometry, a few images at a time, single-threaded.
 *
 * <ul>
 *   <li>forward: {@code y = W · patches(x)}, see {@link ForwardBand}
 *   <li>by the input: a convolution of the output gradient with the weights turned round, see {@link PhaseGradient}
 *   <li>by the weights: {@code patches(x) · yᵀ}, see {@link WeightSlices}
 *   <li>the first two by Winograd's algorithm where that is faster, see {@link ChannelWinograd}; depthwise, all three with
 *       channels in lanes, see {@link ChannelDepthwise}
 * </ul>
 *
 * <p>An instance is immutable and may be used by several threads. Layouts: x {@code [groups·c,h,w]}, y
 * {@code [groups·o,oh,ow]}, weight {@code [groups·o,c,kh,kw]}, images one after the other.
 */
public final class Convolution {
    private static final Map<Key, Convolution> KNOWN = new ConcurrentHashMap<>();
    private static final int MOST_KNOWN = 512;

    private record Key(GemmKernels gemm, ConvShape shape, int groups, boolean direct) {}

    private final GemmKernels gemm;
    private final ConvShape shape;
    private final int groups;
    private final ForwardBand whole;
    private final Map<Integer, List<ForwardBand>> bands = new ConcurrentHashMap<>();
    private final PhaseGradient phases;
    private final WeightSlices weights;
    private final boolean winograd;
    /** The convolution of the output gradient, in place of the phases, or null. */
    private final ChannelConvolution turned;

    /** {@return the convolution of this geometry, which is remembered: its tables are made once} */
    public static Convolution of(GemmKernels gemm, ConvShape shape, int groups) {
        return of(new Key(gemm, shape, groups, false));
    }

    /** {@return the same, but never by Winograd: each output is a sum of as many products as there are weights} */
    public static Convolution direct(GemmKernels gemm, ConvShape shape, int groups) {
        return of(new Key(gemm, shape, groups, true));
    }

    private static Convolution of(Key key) {
        if (KNOWN.size() >= MOST_KNOWN) {
            KNOWN.clear();
        }
        return KNOWN.computeIfAbsent(key, k -> new Convolution(k.gemm, k.shape, k.groups, k.direct));
    }

    private Convolution(GemmKernels gemm, ConvShape shape, int groups, boolean direct) {
        this.gemm = gemm;
        this.shape = shape;
        this.groups = groups;
        boolean suits = !direct && ChannelWinograd.suits(gemm, shape, groups);
        winograd = suits && ChannelWinograd.pays(shape);
        whole = new ForwardBand(gemm, shape, groups, winograd, 0, shape.oh());
        phases = new PhaseGradient(gemm, shape, groups);
        weights = new WeightSlices(gemm, shape, groups, whole.patches(), suits);
        turned = winograd ? new ChannelWinograd(gemm, new ConvShape(shape.o(), shape.oh(), shape.ow(), shape.c(), shape.kh(),
                shape.kw(), 1, shape.kh() - 1 - shape.padding(), 1), 0, shape.h())
                : ChannelDepthwise.suits(gemm, shape, groups) ? ChannelDepthwise.backward(gemm, shape, groups) : null;
    }

    /** {@return the geometry of one group} */
    public ConvShape shape() {
        return shape;
    }

    // ---- forward

    /** {@return the most images that one call of {@link #forward} takes} */
    public int forwardImages() {
        return whole.images();
    }

    /** {@return of what {@code first} and {@code end} of {@link #forward} must be multiples} */
    public int forwardUnit() {
        return winograd ? gemm.lanes() : GemmKernels.ROWS;
    }

    /** {@return floats that {@link #packForward} writes} */
    public int packedForwardSize() {
        return whole.packedSize();
    }

    /** Packs the weights for {@link #forward}, once for all images. */
    public void packForward(float[] weight, float[] packed) {
        whole.pack(weight, packed);
    }

    /** {@return the floats of scratch that {@link #forward} needs} */
    public int forwardScratch() {
        return whole.scratch();
    }

    /**
     * {@code y = min(max(W ⋆ x + bias, lowest), highest)} for {@code count} images, some of their output channels.
     *
     * @param bias {@code [groups·o]}, or null for none and no bounds either
     * @param lowest 0 for relu, −∞ for none; {@code highest} likewise
     * @param first output channel of each group, a multiple of {@link #forwardUnit}; {@code end} too, where not the last
     * @param end output channel after the last
     * @param y these channels are overwritten
     */
    public void forward(float[] packed, float[] bias, float lowest, float highest, int count,
            float[] x, int xOffset, int first, int end, float[] y, int yOffset, float[] scratch, int scratchOffset) {
        whole.forward(packed, bias, lowest, highest, count, x, xOffset, first, end, y, yOffset, scratch, scratchOffset);
    }

    /** {@return the output's rows in {@code count} bands of about the same height, or in fewer where there are not so many} */
    public List<ForwardBand> bands(int count) {
        int number = Math.min(count, shape.oh() / bandUnit());
        List<ForwardBand> known = bands.get(number);
        // Not computeIfAbsent alone: what it would compute with is an object a call.
        return known != null ? known : bands.computeIfAbsent(number, this::divided);
    }

    private List<ForwardBand> divided(int n) {
        int unit = bandUnit();
        int units = shape.oh() / unit;
        return n == 1 ? List.of(whole) : IntStream.range(0, n).mapToObj(i -> new ForwardBand(gemm, shape, groups, winograd,
                units * i / n * unit, units * (i + 1) / n * unit)).toList();
    }

    private int bandUnit() {
        return winograd ? 2 : shape.rowsTogether(gemm.lanes()) ? gemm.lanes() / shape.ow() : 1;
    }

    // ---- by the input

    /** {@return the most images that one call of {@link #backwardInput} takes} */
    public int backwardImages() {
        return turned != null ? turned.images() : phases.images();
    }

    /** {@return floats that {@link #packBackward} writes} */
    public int packedBackwardSize() {
        return turned != null ? turned.packedSize() : phases.packedSize();
    }

    /** Packs the weights for {@link #backwardInput}. */
    public void packBackward(float[] weight, float[] packed) {
        if (turned != null) {
            turned.pack(weight, true, packed);
        } else {
            phases.pack(weight, packed);
        }
    }

    /** {@return the floats of scratch that {@link #backwardInput} needs} */
    public int backwardScratch() {
        return turned != null ? turned.scratch() : phases.scratch();
    }

    /**
     * {@code gx = ∂⟨y, gy⟩/∂x} for {@code count} images.
     *
     * @param gx overwritten
     */
    public void backwardInput(float[] packed, int count, float[] gy, int gyOffset, float[] gx, int gxOffset,
            float[] scratch, int scratchOffset) {
        if (turned != null) {
            turned.convolve(packed, count, gy, gyOffset, 0, shape.c(), gx, gxOffset, scratch, scratchOffset);
        } else {
            phases.compute(packed, count, gy, gyOffset, gx, gxOffset, scratch, scratchOffset);
        }
    }

    /** {@return the gradient by the weights} */
    public WeightSlices weights() {
        return weights;
    }
}
