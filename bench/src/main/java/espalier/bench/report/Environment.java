package espalier.bench.report;

import espalier.engine.kernel.Kernels;
import espalier.engine.parallel.Parallel;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Where a figure was measured; part of every result.
 *
 * @param commit of the working tree that the program stands in, {@code -dirty} if it was changed since; or {@code unknown}
 * @param jdk version and vendor
 * @param cpu the processor's name
 * @param cores that the JVM sees
 * @param threads that share the work
 * @param vectorWidth bits in a vector, 32 for scalar kernels
 * @param kernels name of the kernels in force
 * @param os name, version and architecture
 * @param heapMegabytes the most that the heap may grow to
 */
public record Environment(String commit, String jdk, String cpu, int cores, int threads, int vectorWidth, String kernels,
        String os, long heapMegabytes) {
    private static final String DIRTY = "-dirty";

    /** {@return the environment of this process} */
    public static Environment current() {
        Kernels kernels = Kernels.active();
        return new Environment(
                Machine.COMMIT,
                System.getProperty("java.vm.version") + " " + System.getProperty("java.vendor"),
                Machine.CPU,
                Runtime.getRuntime().availableProcessors(),
                Parallel.threads(),
                kernels.lanes() * Float.SIZE,
                kernels.name(),
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " " + System.getProperty("os.arch"),
                Runtime.getRuntime().maxMemory() >> 20);
    }

    /** {@return whether the working tree has changes that are not in the commit: it does not tell which code this is} */
    public boolean changed() {
        return commit.endsWith(DIRTY);
    }

    /** What does not change while we run and takes a process or a file to find out. */
    private static final class Machine {
        static final String COMMIT = commit();
        static final String CPU = cpu();

        private static String commit() {
            try {
                Path code = Path.of(Environment.class.getProtectionDomain().getCodeSource().getLocation().toURI());
                Path folder = Files.isDirectory(code) ? code : code.getParent();
                return firstLine("git", "-C", folder.toString(), "describe", "--always", "--dirty=" + DIRTY, "--abbrev=12",
                        "--exclude=*")
                        .orElse("unknown");
            } catch (URISyntaxException e) {
                return "unknown";
            }
        }

        private static String cpu() {
            try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
                Optional<String> model = lines.filter(l -> l.startsWith("model name")).findFirst();
                if (model.isPresent()) {
                    return model.get().substring(model.get().indexOf(':') + 1).strip();
                }
            } catch (IOException e) {
                // Not Linux.
            }
            return firstLine("sysctl", "-n", "machdep.cpu.brand_string")
                    .or(() -> Optional.ofNullable(System.getenv("PROCESSOR_IDENTIFIER")))
                    .orElse(System.getProperty("os.arch"));
        }

        private static Optional<String> firstLine(String... command) {
            try {
                Process p = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
                p.getOutputStream().close();
                List<String> lines = p.inputReader().readAllAsString().lines().toList();
                boolean done = p.waitFor(10, TimeUnit.SECONDS) && p.exitValue() == 0;
                return done ? lines.stream().findFirst().filter(l -> !l.isBlank()) : Optional.empty();
            } catch (IOException e) {
                return Optional.empty();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            }
        }
    }
}
