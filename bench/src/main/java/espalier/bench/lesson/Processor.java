package espalier.bench.lesson;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** What the processor says about itself. */
final class Processor {
    private static final List<String> DOT_PRODUCTS = List.of("avx512_vnni", "avx_vnni", "asimddp");

    private Processor() {}

    /** {@return the flag of its instruction for dot products of bytes; empty where it has none, or the system does not tell} */
    static String dotProducts() {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(l -> l.startsWith("flags") || l.startsWith("Features"))
                    .flatMap(l -> Arrays.stream(l.split("\\s+"))).filter(DOT_PRODUCTS::contains).findFirst().orElse("");
        } catch (IOException e) {
            return "";
        }
    }
}
