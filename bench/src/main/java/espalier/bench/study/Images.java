package espalier.bench.study;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Base64;
import java.util.BitSet;

/**
 * Some of the images that a figure is about, by position: a bit an image, in JSON as Base64.
 *
 * @param set not to be changed
 */
public record Images(BitSet set) {
    /** {@return the images that {@link #base64} wrote} */
    @JsonCreator
    public static Images of(String base64) {
        return new Images(BitSet.valueOf(Base64.getDecoder().decode(base64)));
    }

    /** {@return the bits, eight a byte, the first in the lowest} */
    @JsonValue
    public String base64() {
        return Base64.getEncoder().encodeToString(set.toByteArray());
    }

    /** {@return 1 for an image that is in it, else 0} */
    int at(int image) {
        return set.get(image) ? 1 : 0;
    }

    /** {@return the images that are in this and not in {@code other}} */
    Images without(Images other) {
        BitSet rest = (BitSet) set.clone();
        rest.andNot(other.set);
        return new Images(rest);
    }

    /** {@return the images that are in both} */
    Images and(Images other) {
        BitSet both = (BitSet) set.clone();
        both.and(other.set);
        return new Images(both);
    }

    int count() {
        return set.cardinality();
    }
}
