package espalier.compress.lower;

import espalier.engine.weight.CsrInt8Weight;
import espalier.engine.weight.CsrWeight;
import espalier.engine.weight.DenseWeight;
import espalier.engine.weight.Int8Weight;
import espalier.engine.weight.Weight;
import java.util.Locale;

/** In which form weights are executed. */
public enum Format {
    /** All numbers, in float32. */
    DENSE,
    /** The non-zeros, in float32. */
    CSR,
    /** All numbers, in 8 bits. */
    INT8,
    /** The non-zeros, in 8 bits. */
    CSR_INT8,
    /**
     * Dense or sparse layer by layer, whichever is faster here: in float32, or in 8 bits where images to calibrate on
     * are given.
     */
    AUTO;

    /** {@return the name as it is written: {@code csr-int8}} */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** {@return whether activations are integers, whose ranges are observed on calibration images} */
    public boolean quantized() {
        return this == INT8 || this == CSR_INT8;
    }

    /** {@return the format of {@code weight}} */
    public static Format of(Weight weight) {
        return switch (weight) {
            case DenseWeight _ -> DENSE;
            case CsrWeight _ -> CSR;
            case Int8Weight _ -> INT8;
            case CsrInt8Weight _ -> CSR_INT8;
        };
    }
}
