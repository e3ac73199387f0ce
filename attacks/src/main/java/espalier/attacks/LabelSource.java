package espalier.attacks;

import java.util.Locale;

/** Which class an attack takes an image to have. */
public enum LabelSource {
    /** The data set's. */
    TRUE,
    /** What the attacked model predicts for the clean image. */
    PREDICTED;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
