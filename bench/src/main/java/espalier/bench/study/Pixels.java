package espalier.bench.study;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import espalier.attacks.PixelUnits;

/**
 * A length in pixel units, where 1 is the whole range of a pixel.
 *
 * @param value 8/255 is 0.0313…
 */
public record Pixels(double value) {
    /** {@return the length that a number or a text such as {@code 8/255} means} */
    @JsonCreator
    public static Pixels of(Object numberOrText) {
        return new Pixels(PixelUnits.parse(String.valueOf(numberOrText)));
    }

    @JsonValue
    @Override
    public String toString() {
        return PixelUnits.print(value);
    }
}
