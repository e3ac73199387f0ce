package espalier.engine.quant;

import espalier.engine.kernel.Int8Kernels;

/**
 * Affine quantization of a tensor: {@code x ≈ (q − zeroPoint) · scale} with integers q in [qmin, qmax].
 *
 * <p>{@code q = clamp(roundHalfToEven(x · (1 / scale)) + zeroPoint, qmin, qmax)} in float32, as PyTorch's
 * {@code fake_quantize_per_tensor_affine} computes it. Zero is represented exactly, by the zero point.
 */
public record QuantParams(float scale, int zeroPoint, int qmin, int qmax) {
    /** The smallest scale, 2⁻²³, as in PyTorch's observers: a tensor of zeros has it. */
    public static final float MIN_SCALE = 0x1p-23f;

    public QuantParams {
        if (!(scale > 0) || Float.isInfinite(scale) || qmin > zeroPoint || zeroPoint > qmax || qmin < -128 || qmax > 255
                || qmax - qmin > 255) {
            throw new IllegalArgumentException("quantization: scale " + scale + ", zero point " + zeroPoint + ", range "
                    + qmin + ".." + qmax + ": the scale must be positive, the zero point within the range, the range within "
                    + "8 bits");
        }
    }

    /**
     * {@return the parameters under which [min, max], widened to include 0, fills [qmin, qmax]}
     *
     * @throws IllegalArgumentException when a bound is not finite
     */
    public static QuantParams ofRange(float min, float max, int qmin, int qmax) {
        if (!Float.isFinite(min) || !Float.isFinite(max)) {
            throw new IllegalArgumentException("quantization: the range [" + min + ", " + max + "] is not finite");
        }
        double least = Math.min(min, 0);
        double most = Math.max(max, 0);
        double scale = Math.max((most - least) / (qmax - qmin), MIN_SCALE);
        int zeroPoint = (int) Math.clamp(Math.rint(qmin - least / scale), qmin, qmax);
        return new QuantParams((float) scale, zeroPoint, qmin, qmax);
    }

    /** {@return {@code 1 / scale} in float32, what values are multiplied by} */
    public float inverseScale() {
        return 1f / scale;
    }

    /** {@return the integer for {@code x}} */
    public int quantize(float x) {
        return Int8Kernels.round(x * inverseScale(), zeroPoint, qmin, qmax);
    }

    /**
     * {@code y[yOffset + i·yStep] = quantize(x[xOffset + i])} for n elements, as unsigned bytes where qmin is not negative.
     */
    public void quantize(float[] x, int xOffset, byte[] y, int yOffset, int yStep, int n) {
        float inverse = inverseScale();
        for (int i = 0; i < n; i++) {
            y[yOffset + i * yStep] = (byte) Int8Kernels.round(x[xOffset + i] * inverse, zeroPoint, qmin, qmax);
        }
    }

    /** {@return the value of {@code q}} */
    public float dequantize(int q) {
        return (q - zeroPoint) * scale;
    }

    /** {@return whether every q is below 128, so that more products of the integer kernels fit 16 bits together} */
    public boolean narrow() {
        return qmin >= 0 && qmax < 128;
    }
}
