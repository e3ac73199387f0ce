package espalier.engine.weight;

import espalier.engine.kernel.Int8Kernels;
import espalier.engine.quant.QuantParams;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;

/**
 * A frozen weight in 8 bits, symmetric per output channel: {@code w[o, …] ≈ values[o, …] · scales[o]}, values in −127..127.
 *
 * <p>A weight of zero is zero exactly, so pruning survives.
 *
 * @param shape [O, …], output channels first
 * @param values row-major, of {@code shape}
 * @param scales [O]
 */
public record Int8Weight(Shape shape, byte[] values, float[] scales) implements Weight {
    private static final int MAX = 127;

    public Int8Weight {
        if (shape.rank() < 2 || values.length != shape.size()) {
            throw new IllegalArgumentException("int8 weight " + shape + ": " + values.length + " values");
        }
        checkScales(shape, scales);
    }

    static void checkScales(Shape shape, float[] scales) {
        if (scales.length != shape.dim(0)) {
            throw new IllegalArgumentException("int8 weight " + shape + ": " + scales.length + " scales");
        }
        for (float scale : scales) {
            if (!(scale > 0) || Float.isInfinite(scale)) {
                throw new IllegalArgumentException("int8 weight " + shape + ": a scale is " + scale
                        + ", not a positive number");
            }
        }
    }

    /** {@return {@code weight} quantized with scales of absmax / 127 per output channel} */
    public static Int8Weight of(Tensor weight) {
        return of(weight, new float[weight.shape().dim(0)]);
    }

    /**
     * {@return {@code weight} quantized with scales of absmax / 127 per output channel, but no smaller than {@code least}}
     *
     * @param least [O], what a scale must be at least so that a bias counted in it fits its integer; absmax / 127 rules when
     * 0
     * @throws IllegalArgumentException when a weight is not finite
     */
    public static Int8Weight of(Tensor weight, float[] least) {
        int channels = weight.shape().dim(0);
        int size = weight.size() / Math.max(channels, 1);
        float[] w = weight.data();
        byte[] values = new byte[w.length];
        float[] scales = new float[channels];
        for (int o = 0; o < channels; o++) {
            float absmax = 0;
            for (int i = o * size; i < (o + 1) * size; i++) {
                absmax = Math.max(absmax, Math.abs(w[i]));
            }
            if (!Float.isFinite(absmax)) {
                throw new IllegalArgumentException("int8 weight " + weight.shape() + ": channel " + o + " is not finite");
            }
            scales[o] = Math.max(Math.max(absmax / MAX, least[o]), QuantParams.MIN_SCALE);
            float inverse = 1f / scales[o];
            for (int i = o * size; i < (o + 1) * size; i++) {
                values[i] = (byte) Int8Kernels.round(w[i] * inverse, 0, -MAX, MAX);
            }
        }
        return new Int8Weight(weight.shape(), values, scales);
    }

    @Override
    public long nonzeros() {
        long count = 0;
        for (byte w : values) {
            count += w != 0 ? 1 : 0;
        }
        return count;
    }

    @Override
    public long bytes() {
        return values.length + 4L * scales.length;
    }

    @Override
    public Tensor dense() {
        Tensor w = Tensor.zeros(shape);
        int size = w.size() / Math.max(scales.length, 1);
        for (int i = 0; i < values.length; i++) {
            w.data()[i] = values[i] * scales[i / size];
        }
        return w;
    }
}
