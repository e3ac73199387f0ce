package espalier.bench.study;

import espalier.attacks.ThreatModel;
import espalier.bench.report.Environment;
import espalier.bench.report.Json;
import espalier.bench.report.JsonLines;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;

/**
 * A line of {@code matrix.jsonl}: what images made on one network do to all.
 *
 * @param digest of all that decides it
 * @param source whose gradients they were made with; its int8 version, which has none, would make the same
 * @param images how many they are
 */
public record MatrixRow(String digest, Variant source, ThreatModel threatModel, int images, List<Target> targets,
        double seconds, Environment environment) {
    private static final String WHAT = "a row of a transfer matrix";

    public MatrixRow {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(threatModel, "threatModel");
        Objects.requireNonNull(targets, "targets");
    }

    /** A network of the study. */
    public record Variant(String model, long seed, String strategy, double compression, boolean quantized) {
        public Variant {
            Objects.requireNonNull(model, "model");
            Objects.requireNonNull(strategy, "strategy");
        }

        static Variant of(Cell.Network n, boolean quantized) {
            return new Variant(n.parent().model(), n.parent().seed(), n.strategy(), n.compression(), quantized);
        }

        /** {@return a name for people, without the model and the seed} */
        public String title() {
            return (strategy.equals(Cell.DENSE) ? "dense" : strategy + " ÷" + Cell.number(compression))
                    + (quantized ? " int8" : "");
        }
    }

    /**
     * How one of them fares.
     *
     * @param rightClean which of the images it is right about before the attack
     * @param rightAdversarial and after
     */
    public record Target(Variant variant, Images rightClean, Images rightAdversarial) {
        public Target {
            Objects.requireNonNull(variant, "variant");
            Objects.requireNonNull(rightClean, "rightClean");
            Objects.requireNonNull(rightAdversarial, "rightAdversarial");
        }

        /** {@return of the images that it was right about, the share that it is wrong about now; 0 if there were none} */
        public double successRate() {
            return rightClean.count() == 0 ? 0
                    : (double) rightClean.without(rightAdversarial).count() / rightClean.count();
        }
    }

    /** {@return the digest of a row} */
    static String digest(Cell.Network source, Matrix matrix, List<Cell.Network> targets, Quantization quantization) {
        record Row(Cell.Network source, Attack attack, Integer images, List<Cell.Network> targets,
                Quantization quantization) {}

        return Cell.sha256(Json.MAPPER.writeValueAsBytes(new Row(source, matrix.attack(), matrix.images(), targets,
                quantization))).substring(0, 16);
    }

    static JsonLines<MatrixRow> open(Path file) throws IOException {
        return JsonLines.open(file, MatrixRow.class, WHAT, MatrixRow::digest);
    }

    static SequencedMap<String, MatrixRow> read(Path file) {
        return JsonLines.read(file, MatrixRow.class, WHAT, MatrixRow::digest);
    }
}
