package espalier.attacks;

import espalier.engine.UserError;
import java.math.BigDecimal;
import java.math.RoundingMode;

/** Lengths in pixel units, where 1 is the whole range of a pixel, as people write them: {@code 8/255}, {@code 0.5}. */
public final class PixelUnits {
    private PixelUnits() {}

    /**
     * {@return the value of a number or a fraction}
     *
     * @throws UserError when {@code text} is neither
     */
    public static double parse(String text) {
        try {
            String[] parts = text.split("/", -1);
            if (parts.length <= 2) {
                double value = Double.parseDouble(parts[0].strip());
                if (parts.length == 2) {
                    value /= Double.parseDouble(parts[1].strip());
                }
                if (Double.isFinite(value)) {
                    return value;
                }
            }
        } catch (NumberFormatException _) {
            // Falls through to the error below.
        }
        throw new UserError("'" + text + "' is not a number or fraction such as 0.5 or 8/255");
    }

    /** {@return {@code value} as a short decimal, else in 255ths: {@code 0.5}, {@code 8/255}, {@code 0.25/255}} */
    public static String print(double value) {
        if (isShort(value)) {
            return decimal(value);
        }
        double levels = value * 255;
        return isShort(levels) ? decimal(levels) + "/255" : Double.toString(value);
    }

    private static boolean isShort(double v) {
        return Math.abs(v * 1000 - Math.rint(v * 1000)) < 1e-9 * Math.max(1, Math.abs(v));
    }

    private static String decimal(double v) {
        return BigDecimal.valueOf(v).setScale(3, RoundingMode.HALF_EVEN).stripTrailingZeros().toPlainString();
    }
}
