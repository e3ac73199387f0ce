package espalier.bench.measure;

import java.util.List;
import java.util.Map;

/**
 * What a suite measured.
 *
 * @param forks of each implementation of each entry, in order; ours first
 * @param memory bytes that the process of an implementation occupied at most, where it was asked for
 */
public record Measured(Map<Suite.Entry, Map<String, List<Fork>>> forks, Map<Suite.Entry, Map<String, Double>> memory) {
    /** {@return the bytes that {@code implementation} occupied, or null} */
    Double memory(Suite.Entry entry, String implementation) {
        return memory.getOrDefault(entry, Map.of()).get(implementation);
    }
}
