package espalier.attacks;

import java.util.Locale;

/** What an attack moves an image in, and thereby what its lengths are measured in. */
public enum AttackSpace {
    /** Pixels, kept in [0, 1]; lengths in pixel units. */
    PIXELS(0f, 1f),
    /**
     * What a network sees, (pixels − mean)/std, without bounds; lengths in standard deviations. The caller hands over
     * normalized images and a function of such. An epsilon of 8/255 is about 2/255 in pixels of CIFAR-10.
     */
    NORMALIZED(Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY);

    final float low;
    final float high;

    AttackSpace(float low, float high) {
        this.low = low;
        this.high = high;
    }

    float clip(float v) {
        return Math.max(low, Math.min(high, v));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
