package espalier.bench.cliffs;

import espalier.bench.measure.FigureTable;
import espalier.bench.report.Json;
import espalier.bench.report.Progress;
import espalier.bench.report.Table;
import espalier.engine.UserError;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Starts the JVM again and again and compares how fast each kernel runs. The compiler may inline in one start and give up in
 * the next; a vector that it does not keep in a register then costs a hundred times as much.
 */
public final class Cliffs {
    private static final String HEAP = "2g";

    private final Progress progress;
    private final Pattern only;
    private final boolean quick;

    /**
     * A check of the kernels whose name has a match of {@code only}.
     *
     * @param quick whether to measure shortly: to see that it runs
     */
    public Cliffs(Progress progress, Pattern only, boolean quick) {
        this.progress = progress;
        this.only = only;
        this.quick = quick;
    }

    /** {@return what so many starts say, in the order of {@link HotKernels}} */
    public List<Cliff> run(int starts) {
        Map<String, List<Start>> byKernel = new LinkedHashMap<>();
        List<HotKernel> kernels = HotKernels.all().stream().filter(k -> only.matcher(k.name()).find()).toList();
        if (kernels.isEmpty()) {
            throw new UserError("no kernel's name has a match of '" + only + "'");
        }
        kernels.forEach(k -> byKernel.put(k.name(), new ArrayList<>()));
        try (Progress.Phase phase = progress.phase("starts", (long) starts * kernels.size() * StartMain.PASSES)) {
            long done = 0;
            for (int i = 0; i < starts; i++) {
                done = start(i, byKernel, phase, done);
            }
        }
        return kernels.stream().map(k -> Cliff.of(k.name(), k.allowedBytes(), byKernel.get(k.name()))).toList();
    }

    private long start(int seed, Map<String, List<Start>> byKernel, Progress.Phase phase, long done) {
        Map<String, Start> best = new LinkedHashMap<>();
        Path errors = null;
        try {
            errors = Files.createTempFile("espalier-start", ".log");
            Process p = new ProcessBuilder(command(seed)).redirectError(errors.toFile()).start();
            try (BufferedReader lines = p.inputReader()) {
                for (String line; (line = lines.readLine()) != null; ) {
                    Start s = Json.MAPPER.readValue(line, Start.class);
                    best.merge(s.kernel(), s, Start::best);
                    phase.at(++done, s.kernel());
                }
            } finally {
                p.destroy();
            }
            if (p.waitFor() != 0) {
                throw new UserError("start " + seed + " ended with exit code " + p.exitValue() + ": "
                        + Files.readString(errors).lines().filter(Cliffs::says).reduce((_, last) -> last).orElse("no message"));
            }
            best.forEach((kernel, s) -> byKernel.get(kernel).add(s));
            return done;
        } catch (IOException e) {
            throw new UserError("start " + seed + " of the JVM failed: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("interrupted");
        } finally {
            delete(errors);
        }
    }

    /** {@return whether a line of what a JVM complains about is more than a frame of a stack} */
    private static boolean says(String line) {
        return !line.isBlank() && !line.startsWith("\t");
    }

    private static void delete(Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            // It stays among the temporary files.
        }
    }

    /** This JVM with its own options, but for what ties it to the launcher. */
    private List<String> command(int seed) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(a -> !a.startsWith("-Despalier.parent") && !a.startsWith("-Xm") && !a.startsWith("-agentlib"))
                .forEach(command::add);
        command.addAll(List.of("-Xms" + HEAP, "-Xmx" + HEAP, "-cp", System.getProperty("java.class.path"),
                StartMain.class.getName(), only.pattern(), Integer.toString(seed)));
        command.addAll(quick ? List.of("150", "2", "5") : List.of("400", "10", "9"));
        return command;
    }

    /** {@return the starts as people read them} */
    public static Table table(List<Cliff> cliffs) {
        Table table = new Table(1,
                "kernel", "starts", "slow", "best µs", "worst µs", "best/worst", "by thread time", "B/call", "verdict");
        for (Cliff c : cliffs) {
            table.add(c.kernel(), Integer.toString(c.starts()), Integer.toString(c.slow()),
                    FigureTable.number(c.bestNanos() / 1e3), FigureTable.number(c.worstNanos() / 1e3), ratio(c.ratio()),
                    ratio(c.cpuRatio()), FigureTable.bytes(c.bytes()), c.verdict().toString());
        }
        return table;
    }

    private static String ratio(double x) {
        return String.format(Locale.ROOT, "%.2f", x);
    }
}
