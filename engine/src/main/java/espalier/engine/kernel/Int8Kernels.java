package espalier.engine.kernel;

/**
 * Integer loops: unsigned 8-bit activations × signed 8-bit weights → 32-bit sums → unsigned 8-bit activations, exact.
 *
 * <p>The matrix product works on <em>panels</em>: {@link #panel()} neighbouring output positions at once, {@link #ROWS}
 * output channels at once. Activations are widened to {@code short} and never gathered: element k of position p is {@code
 * x[xOffset + offsets[k] + p]}, which is a matrix of row length 1 apart as well as a convolution over a padded image, where
 * the offsets are those of the kernel's taps.
 *
 * <p>Products come in <em>groups</em>, in order, whose sums fit 16 bits: the positive weights of a group sum up to at most
 * {@link #NARROW_SUM} where activations are below 128, else {@link #WIDE_SUM}, and so do the negative ones.
 *
 * <p>One panel is computed by {@link #products} for each four channels, then for each channel {@link #requantize} or {@link
 * #accumulators}. The scratch in between has a layout of the implementation's own.
 *
 * <p>Requantization is what FBGEMM and ONNX Runtime do: {@code y = clamp(roundHalfToEven(float(sum) · multiplier) +
 * zeroPoint)}, every step in float32. Clamping first, to [low − zeroPoint, high − zeroPoint], is the same because these are
 * integers, and it lets the rounding be one addition of {@link #ROUND}: the same bits everywhere.
 */
public interface Int8Kernels {
    /** Output channels computed at once. */
    int ROWS = 4;
    /** 258·127 &lt; 2¹⁵. */
    int NARROW_SUM = 258;
    /** 128·255 &lt; 2¹⁵. */
    int WIDE_SUM = 128;
    /**
     * 1.5·2²³: added to a float of magnitude below 2²², it leaves the value rounded half to even in the low mantissa bits.
     */
    float ROUND = 0x1.8p23f;
    /** The bits of {@link #ROUND}. */
    int ROUND_BITS = 0x4B400000;

    /** {@return output positions computed at once; reads and writes run over whole panels} */
    int panel();

    /** {@return the ints that {@code scratch} must hold} */
    int scratch();

    /** {@code pairs[i] = w[wOffset + i]}, signed, as both halves of an int, for n weights. */
    void pairs(byte[] w, int wOffset, int[] pairs, int n);

    /**
     * {@code Σ_k x[xOffset + offsets[k] + p] · w[wOffset + r·depth + k]} for the {@link #ROWS} rows r, into scratch.
     *
     * @param w {@link #pairs}
     * @param lengths of the groups that a row's depth products come in, the same for the four rows
     * @param first group, {@code last} the one after the rows'
     */
    void products(short[] x, int xOffset, int[] offsets, int depth, int[] w, int wOffset, byte[] lengths, int first, int last,
            int[] scratch);

    /**
     * {@code Σ_j x[at_i + offsets[columns[j]] + p] · values[j]} for the first of four panels i over the non-zeros of one row of a
     * sparse weight: into rows i of scratch.
     *
     * @param panels to be computed, 1 to {@link #ROWS}; those beyond are left as they are, or computed
     * @param values in −127..127
     * @param lengths of the groups that the non-zeros come in
     * @param first group, {@code last} the one after the row's
     * @param from where its non-zeros begin
     */
    void sparseProducts(int panels, short[] x, int at0, int at1, int at2, int at3, int[] offsets, char[] columns, byte[] values,
            byte[] lengths, int first, int last, int from, int[] scratch);

    /**
     * {@code y[yOffset + p] = clamp(round((sum(row, p) + bias) · multiplier) + zeroPoint, low, high)} over one panel.
     *
     * @param row which of the {@link #ROWS} rows in scratch
     */
    void requantize(int[] scratch, int row, int bias, float multiplier, int zeroPoint, int low, int high,
            byte[] y, int yOffset);

    /** {@code y[yOffset + p] = sum(row, p) + bias} over one panel. */
    void accumulators(int[] scratch, int row, int bias, int[] y, int yOffset);

    /** {@code y[yOffset + g·n + i] = x[xOffset + g·step + i]}, unsigned bytes to shorts, for {@code groups} groups of n. */
    void widen(byte[] x, int xOffset, int step, short[] y, int yOffset, int groups, int n);

    /**
     * {@code y = clamp(round((a − aZero)·aMultiplier + (b − bZero)·bMultiplier) + zeroPoint, low, high)} over n elements, in
     * float32 without fused multiply-add; {@code low} and {@code high} lie in 0..255.
     */
    void add(byte[] a, int aOffset, int aZero, float aMultiplier, byte[] b, int bOffset, int bZero, float bMultiplier,
            byte[] y, int yOffset, int zeroPoint, int low, int high, int n);

    /** {@return {@code clamp(roundHalfToEven(v) + zeroPoint, low, high)}} */
    static int round(float v, int zeroPoint, int low, int high) {
        float clamped = Math.min(Math.max(v, low - zeroPoint), high - zeroPoint);
        return Float.floatToRawIntBits(clamped + ROUND) - ROUND_BITS + zeroPoint;
    }
}
