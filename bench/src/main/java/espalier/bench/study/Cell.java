package espalier.bench.study;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import espalier.bench.report.Json;
import espalier.compress.Reading;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;

/**
 * One figure to find out: all that decides it, and nothing else, so that its digest tells whether it is known already.
 *
 * @param network which network
 * @param quantization how it is brought to int8; null for float32
 * @param attack what it is attacked with
 * @param testImages that clean accuracy is measured on; null for all
 * @param attackImages that are attacked; null for all
 * @param reading how the result is taken, where the paper's way is not corrected; else null
 */
public record Cell(Network network, Quantization quantization, Attack attack, Integer testImages, Integer attackImages,
        @JsonInclude(JsonInclude.Include.NON_NULL) String reading) {
    public Cell {
        Objects.requireNonNull(network, "network");
        Objects.requireNonNull(attack, "attack");
    }

    /** How a dense network of no strategy is called. */
    public static final String DENSE = "none";

    /**
     * A dense network.
     *
     * @param weights SHA-256 of the file that it was loaded from; null if it was trained
     * @param training how it was trained; null if it was loaded
     */
    public record Dense(String dataset, String model, long seed, int batchSize, String weights, Training training) {
        public Dense {
            Objects.requireNonNull(dataset, "dataset");
            Objects.requireNonNull(model, "model");
        }
    }

    /**
     * A network: dense, or pruned and fine-tuned.
     *
     * @param strategy {@value Cell#DENSE} for the dense one
     * @param compression 1 for the dense one
     * @param scores what its gradients were summed over; null if its strategy asks for none
     * @param fineTuning null for the dense one
     * @param reading how it is pruned, where the paper's way is not corrected; else null
     */
    public record Network(Dense parent, String strategy, double compression, Scores scores, Training fineTuning,
            @JsonInclude(JsonInclude.Include.NON_NULL) String reading) {
        public Network {
            Objects.requireNonNull(parent, "parent");
            Objects.requireNonNull(strategy, "strategy");
        }

        /** {@return how it is pruned} */
        Reading asRead() {
            return named(reading);
        }

        /** {@return whether this is the dense parent itself} */
        @JsonIgnore
        public boolean isDense() {
            return strategy.equals(DENSE);
        }

        /** {@return 16 hexadecimal digits that differ where anything differs} */
        String digest() {
            return Cell.digest(this);
        }

        /** {@return a name for people} */
        public String title() {
            return isDense() ? "dense" : strategy + " ÷" + number(compression)
                    + (reading == null ? "" : " [" + reading + "]");
        }

        /** {@return a name for a folder, which differs where anything differs} */
        public String folder() {
            String name = isDense() ? "dense" : strategy + "-" + number(compression);
            return name + "-seed" + parent.seed() + "-" + digest().substring(0, 8);
        }
    }

    /** {@return how the result is taken} */
    Reading asRead() {
        return named(reading);
    }

    private static Reading named(String name) {
        return name == null ? Reading.CORRECTED : Reading.byName(name);
    }

    /**
     * {@return how a reading is recorded: nothing for what is corrected, as in results from before there were readings}
     *
     * @param all what the paper's reading would be, of the choices that make a difference
     */
    static String recorded(Reading reading, Reading all) {
        if (reading.equals(Reading.CORRECTED)) {
            return null;
        }
        return (reading.equals(all) && all.switches().size() > 1 ? Reading.PAPER : reading).toString();
    }

    /** {@return whether this is about the int8 version} */
    public boolean quantized() {
        return quantization != null;
    }

    /** {@return 16 hexadecimal digits that differ where anything differs} */
    public String digest() {
        return digest(this);
    }

    private static String digest(Object record) {
        return sha256(Json.MAPPER.writeValueAsBytes(record)).substring(0, 16);
    }

    /** {@return SHA-256 in hexadecimal} */
    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** {@return {@code 4} or {@code 2.5}} */
    static String number(double v) {
        return v == Math.rint(v) ? Long.toString((long) v) : Double.toString(v);
    }
}
