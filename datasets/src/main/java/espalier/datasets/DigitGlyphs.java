package espalier.datasets;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The ten digits as pen strokes, each in the ways in which people write it.
 *
 * <p>A path is read as in SVG: {@code M} sets the pen down, {@code L}, {@code Q} and {@code C} draw a line, a quadratic and
 * a cubic Bézier curve; x and y run from 0 to 100, y downwards.
 */
final class DigitGlyphs {
    private static final List<List<Path>> DIGITS = Stream.of(
                    List.of(
                            "M50 4 C18 4 16 96 50 96 C84 96 82 4 50 4",
                            "M58 8 C30 -2 16 50 28 80 C38 104 74 98 78 56 C80 26 70 6 46 6",
                            "M50 12 C12 12 12 90 50 90 C88 90 88 12 50 12"),
                    List.of("M50 4 L50 96", "M32 26 Q44 18 54 4 L52 96", "M34 24 L52 4 L52 96 M32 96 L72 96"),
                    List.of(
                            "M24 26 C26 -4 78 -4 76 28 C74 52 40 72 24 94 L78 94",
                            "M26 24 C30 -2 76 0 74 30 C72 58 46 86 32 92 C18 96 22 76 36 80 C52 86 62 98 80 88",
                            "M26 16 Q52 -4 72 14 Q80 34 56 60 L24 94 Q50 88 80 94"),
                    List.of(
                            "M26 14 C40 -4 76 0 72 26 C70 44 52 48 42 48 C60 46 80 54 78 74 C74 102 34 100 22 84",
                            "M26 8 L74 8 L46 42 C72 40 84 60 76 80 C66 100 34 98 24 84",
                            "M28 20 C34 0 72 2 70 26 C68 46 52 46 44 48 M46 48 C66 46 82 60 74 82 C64 102 32 98 26 80"),
                    List.of(
                            "M32 6 L24 58 L82 56 M66 30 L64 96",
                            "M66 96 L66 4 L20 64 L84 64",
                            "M30 8 C26 30 20 48 26 54 C36 60 62 56 70 50 M72 8 C70 40 66 70 64 96"),
                    List.of(
                            "M76 6 L34 6 L30 44 C46 34 80 40 78 68 C76 100 36 100 22 84",
                            "M36 8 C34 22 32 34 30 46 C52 38 78 48 74 72 C70 98 36 98 24 86 M36 8 L78 6",
                            "M76 8 C52 4 36 6 32 24 C30 44 76 42 76 70 C74 98 38 98 22 88"),
                    List.of(
                            "M66 6 C40 14 22 46 24 72 C26 102 74 102 76 72 C76 46 38 44 26 68",
                            "M58 4 C34 30 26 60 28 78 C34 100 66 100 70 78 C72 58 44 54 32 74",
                            "M72 14 C50 -4 22 30 24 66 C26 100 72 102 74 74 C74 50 42 46 28 66"),
                    List.of(
                            "M22 8 L78 8 L44 96",
                            "M24 8 L76 8 C60 34 48 64 46 96 M34 52 L70 50",
                            "M22 20 L26 6 L76 8 C62 36 52 60 42 96"),
                    List.of(
                            "M50 48 C20 40 24 4 50 4 C76 4 80 40 50 48 C14 58 20 96 50 96 C80 96 86 58 50 48",
                            "M72 18 C60 -2 24 2 28 26 C34 48 76 52 74 76 C70 102 28 100 28 76 C28 52 68 44 72 18",
                            "M50 6 C26 6 26 46 50 46 C74 46 74 6 50 6 M50 46 C18 46 18 96 50 96 C82 96 82 46 50 46"),
                    List.of(
                            "M74 30 C72 0 26 0 26 30 C26 58 66 58 74 32 L72 50 C70 70 66 84 60 96",
                            "M72 24 C60 -4 24 6 28 34 C32 58 66 52 72 24 L70 96",
                            "M72 28 C70 0 28 2 28 30 C30 56 68 54 72 28 C78 60 72 98 34 92"))
            .map(variants -> variants.stream().map(DigitGlyphs::parse).toList())
            .toList();

    private DigitGlyphs() {}

    /**
     * Control points and what they mean.
     *
     * @param degrees per curve: 0 sets the pen down, 1 to 3 is the degree of a Bézier curve from where the last one ended
     * @param points x, y, x, y, ... of the control points, {@code max(1, degree)} for each curve
     */
    record Path(byte[] degrees, float[] points) {}

    /** {@return the ways of writing a digit} */
    static List<Path> variants(int digit) {
        return DIGITS.get(digit);
    }

    private static Path parse(String text) {
        String[] tokens = text.replaceAll("[MLQC]", "$0 ").split(" +");
        byte[] degrees = new byte[tokens.length];
        float[] points = new float[tokens.length];
        int curves = 0;
        int numbers = 0;
        for (String token : tokens) {
            int command = "MLQC".indexOf(token);
            if (command >= 0) {
                degrees[curves++] = (byte) command;
            } else {
                points[numbers++] = Float.parseFloat(token) / 100f;
            }
        }
        return new Path(Arrays.copyOf(degrees, curves), Arrays.copyOf(points, numbers));
    }
}
