package espalier.nn;

import espalier.engine.tensor.Tensor;
import espalier.nn.Parametrization.Mask;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A trained tensor: the original, and the parametrizations between it and what layers compute with.
 *
 * <p>Layers ask for {@link #value()} and know nothing of masks.
 */
public final class Parameter {
    private final Tensor data;
    private final List<Parametrization> parametrizations = new ArrayList<>();

    /** @param data the original; shared, updated in place by optimizers */
    public Parameter(Tensor data) {
        this.data = data;
    }

    /** {@return the original, which tapes watch and optimizers update in place} */
    public Tensor data() {
        return data;
    }

    /** {@return the original after all parametrizations, in order; the original itself where there is none} */
    public Tensor value() {
        Tensor value = data;
        for (Parametrization p : parametrizations) {
            value = p.apply(value);
        }
        return value;
    }

    /** {@return the parametrizations, in the order they apply} */
    public List<Parametrization> parametrizations() {
        return Collections.unmodifiableList(parametrizations);
    }

    /** {@return the mask in force, or null} */
    public Tensor mask() {
        for (Parametrization p : parametrizations) {
            if (p instanceof Mask(Tensor mask)) {
                return mask;
            }
        }
        return null;
    }

    /**
     * Puts {@code mask} in force in place of the one before, zeroing the original where it is 0; null lifts the mask.
     *
     * @param mask of this parameter's shape, 0 or 1; shared
     */
    public void setMask(Tensor mask) {
        if (mask != null && !mask.shape().equals(data.shape())) {
            throw new IllegalArgumentException("mask " + mask.shape() + " against parameter " + data.shape());
        }
        parametrizations.removeIf(p -> p instanceof Mask);
        if (mask != null) {
            parametrizations.addFirst(new Mask(mask));
            enforce();
        }
    }

    /**
     * Brings the original back to where the parametrizations allow it to be. To be called by whoever wrote into
     * {@link #data}.
     */
    public void enforce() {
        for (Parametrization p : parametrizations) {
            p.enforce(data);
        }
    }
}
