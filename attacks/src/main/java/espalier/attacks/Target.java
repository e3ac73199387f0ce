package espalier.attacks;

import java.util.Locale;

/** Which class a targeted attack pushes an image of class y towards. */
public enum Target {
    /** None: an untargeted attack pushes it away from y. */
    UNTARGETED,
    /** Class y + 1, and 0 after the last. */
    NEXT_CLASS,
    /** The class that the attacked model finds least likely for the clean image. */
    LEAST_LIKELY,
    /** The same class for every image. */
    FIXED;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
