package espalier.bench.study;

import java.util.List;

/**
 * The transfer matrix: every network as a source of adversarial images, and every network, float32 and int8, as their target.
 *
 * @param attack on pixels, with true labels unless it says otherwise, whatever the readings
 * @param images test images that are attacked, the first ones; null for all
 * @param strategies of the study's those that are among these; null for all
 * @param compressions of the study's those that are among these; null for all
 */
public record Matrix(Attack attack, Integer images, List<String> strategies, List<Double> compressions) {
    /** {@return whether this network has a part in it} Of several readings the first one's do. */
    boolean has(Cell.Network network, String firstReading) {
        return network.isDense() || (strategies == null || strategies.contains(network.strategy()))
                && (compressions == null || compressions.contains(network.compression()))
                && (network.reading() == null) == firstReading.equals("corrected");
    }
}
