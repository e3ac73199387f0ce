package espalier.compress.lower;

import espalier.engine.UserError;
import espalier.engine.kernel.Kernels;
import espalier.nn.checkpoint.AtomicFile;
import espalier.nn.checkpoint.JsonFault;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * What layers were measured to take, kept in a file, so that the next program on this machine need not measure again. A file
 * that cannot be read or written is ignored after one warning.
 */
final class Choices {
    /** Names another file than that in the user's folder. */
    private static final String PROPERTY = "espalier.choices";
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Path PROCESSOR = Path.of("/proc/cpuinfo");
    private static final String MODEL = "model name";
    /** What was measured and how: with the next number, when kernels have changed, all is measured anew. */
    private static final String MEASUREMENT = "measurement 5, ";

    /** Nanoseconds of a layer in each format. */
    record Times(long dense, long sparse) {
        boolean plausible() {
            return dense > 0 && sparse > 0;
        }
    }

    /** @param known whether they come from the file */
    record Found(Times times, boolean known) {}

    private final Path file;
    private final String machine;
    /** By machine, by layer. */
    private final Map<String, Map<String, Times>> times = new TreeMap<>();
    private boolean usable = true;

    Choices(Path file, String machine) {
        this.file = file;
        this.machine = MEASUREMENT + machine;
        merge();
    }

    /** {@return those of this machine, in {@code ~/.espalier/choices.json}} */
    static Choices ofUser() {
        String home = System.getProperty("user.home");
        Path file = Path.of(System.getProperty(PROPERTY, Path.of(home, ".espalier", "choices.json").toString()));
        return new Choices(file, processor() + ", " + Kernels.active().name() + ", Java " + Runtime.version());
    }

    private static String processor() {
        try (var lines = Files.lines(PROCESSOR)) {
            return lines.filter(l -> l.startsWith(MODEL)).map(l -> l.substring(l.indexOf(':') + 1).strip()).findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException | RuntimeException _) {
            return System.getProperty("os.arch");
        }
    }

    /** Takes over what the file has and we have not. */
    private void merge() {
        if (!Files.exists(file)) {
            return;
        }
        try {
            Map<String, Map<String, Times>> all = JSON.readValue(Files.readAllBytes(file), new TypeReference<>() {});
            boolean plausible = all != null && all.values().stream().allMatch(m -> m != null
                    && m.values().stream().allMatch(t -> t != null && t.plausible()));
            if (!plausible) {
                ignore("does not hold times of layers");
                return;
            }
            all.forEach((m, layers) -> layers.forEach(times.computeIfAbsent(m, _ -> new TreeMap<>())::putIfAbsent));
        } catch (IOException e) {
            ignore(AtomicFile.reason(e));
        } catch (JacksonException e) {
            ignore(JsonFault.of(e));
        }
    }

    private void ignore(String why) {
        usable = false;
        System.getLogger("espalier").log(Level.WARNING, file + " is ignored (delete it to have it made again): " + why);
    }

    /** {@return the times of {@code layer}: as remembered, else those of {@code measurement}, which are kept} */
    synchronized Found of(String layer, Supplier<Times> measurement) {
        Map<String, Times> here = times.computeIfAbsent(machine, _ -> new TreeMap<>());
        Times known = here.get(layer);
        if (known != null) {
            return new Found(known, true);
        }
        Times measured = measurement.get();
        here.put(layer, measured);
        write();
        return new Found(measured, false);
    }

    /** Another program may have written in the meantime. */
    private void write() {
        if (usable) {
            merge();
        }
        if (usable) {
            try {
                AtomicFile.writeShared(file,
                        out -> out.write(JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(times)));
            } catch (UserError e) {
                ignore(e.getMessage());
            }
        }
    }
}
