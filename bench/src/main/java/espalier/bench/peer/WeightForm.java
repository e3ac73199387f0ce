package espalier.bench.peer;

import espalier.compress.lower.Format;
import espalier.engine.UserError;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * In which form weights are executed.
 *
 * @param zeros percent of the weights that are zero
 * @param bits of an activation: 7 or 8, or 32 in float32
 */
public record WeightForm(Format format, int zeros, int bits) {
    private static final Pattern TEXT = Pattern.compile("(\\S+?)(?: (\\d+) %)?(?:, (\\d+) bits)?");
    private static final int FLOAT = 32;

    /** Float32 without zeros: what all others are compared with. */
    public static final WeightForm DENSE = new WeightForm(Format.DENSE, 0, FLOAT);

    /** All weights and activations in 8 bits: what others quantize to. */
    public static final WeightForm INT8 = new WeightForm(Format.INT8, 0, 8);

    /** {@return float32 weights in {@code format}} */
    public static WeightForm of(Format format, int zeros) {
        return new WeightForm(format, zeros, FLOAT);
    }

    /** {@return the form that prints as {@code text}} */
    public static WeightForm parse(String text) {
        Matcher t = TEXT.matcher(text);
        if (t.matches()) {
            for (Format f : Format.values()) {
                if (f.toString().equals(t.group(1))) {
                    return new WeightForm(f, t.group(2) == null ? 0 : Integer.parseInt(t.group(2)),
                            t.group(3) == null ? FLOAT : Integer.parseInt(t.group(3)));
                }
            }
        }
        throw new UserError("weights '" + text + "' are not like 'csr 90 %', of a format among "
                + Arrays.toString(Format.values()));
    }

    /** {@return whether activations are integers} */
    public boolean quantized() {
        return bits != FLOAT;
    }

    /** {@return the share of zeros} */
    public double sparsity() {
        return zeros / 100.0;
    }

    /** {@return {@code csr 90 %}, or {@code csr-int8 90 %, 7 bits}} */
    @Override
    public String toString() {
        return format + (zeros == 0 ? "" : " " + zeros + " %") + (quantized() ? ", " + bits + " bits" : "");
    }
}
