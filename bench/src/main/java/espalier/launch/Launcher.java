package espalier.launch;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Runs Espalier on JDK 25 from whatever Java, 17 or later, this was started with.
 *
 * <p>The child has the same class path, arguments, folder, standard streams and terminal; its exit code becomes ours; what
 * ends us ends it. {@code ESPALIER_JAVA_OPTS} holds further options for its JVM, such as {@code -Xmx2g}. This package is
 * compiled for Java 17.
 */
public final class Launcher {
    private static final String MAIN = "espalier.bench.Main";
    /**
     * What the hot loops want of C2. By default it spills general registers into vector registers, through the ports that
     * multiply, and keeps two of them for safepoint polls in counted loops: the tiles of a convolution reach 80 % of the FMA peak
     * like that, 95 % without (Zen 4, JDK 25.0.3). A JVM that no longer knows an option ignores it.
     */
    public static final List<String> KERNEL_OPTIONS = List.of("-XX:+IgnoreUnrecognizedVMOptions",
            "-XX:+UnlockDiagnosticVMOptions", "-XX:-UseFPUForSpilling", "-XX:-UseCountedLoopSafepoints");
    /** Where Linux tells who gets huge pages. */
    private static final Path HUGE_PAGES = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
    private static final long GRACE_SECONDS = 10;
    private static final String INCUBATOR_WARNING = "WARNING: Using incubator modules";

    private Launcher() {}

    /** Starts the child and waits for it. Returns when it succeeded, so that Maven may go on; else exits with its code. */
    public static void main(String[] args) throws InterruptedException {
        int exit = run(args);
        if (exit != 0) {
            System.exit(exit);
        }
    }

    private static int run(String[] args) throws InterruptedException {
        Optional<Path> home = Jdks.ofThisMachine().find25();
        if (home.isEmpty()) {
            System.err.println(Jdks.adviceFor(System.getProperty("os.name")));
            return 1;
        }
        boolean terminal = isTerminal();
        Process child;
        try {
            child = new ProcessBuilder(command(home.get(), terminal, args))
                    .redirectInput(ProcessBuilder.Redirect.INHERIT)
                    .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                    // On a terminal the child keeps it, for its progress bar, and wipes the JVM's line about incubator
                    // modules itself; elsewhere that line is left out here, so that what a script reads is what we wrote.
                    .redirectError(terminal ? ProcessBuilder.Redirect.INHERIT : ProcessBuilder.Redirect.PIPE)
                    .start();
        } catch (IOException e) {
            System.err.println("espalier: cannot start " + Jdks.java(home.get()) + ": " + e.getMessage());
            return 1;
        }
        Thread reaper = new Thread(() -> end(child), "espalier-reaper");
        Runtime.getRuntime().addShutdownHook(reaper);
        if (!terminal) {
            copyWithoutWarning(child.getErrorStream(), System.err);
        }
        int exit = child.waitFor();
        try {
            Runtime.getRuntime().removeShutdownHook(reaper);
        } catch (IllegalStateException e) {
            // We are being shut down already, and the hook has done its work.
        }
        return exit;
    }

    /** Asks the child to end, as we were asked, and insists after a while. */
    private static void end(Process child) {
        child.destroy();
        try {
            if (!child.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
                child.destroyForcibly();
            }
        } catch (InterruptedException e) {
            child.destroyForcibly();
        }
    }

    private static List<String> command(Path home, boolean terminal, String[] args) {
        List<String> command = new ArrayList<>();
        command.add(Jdks.java(home).toString());
        command.add("--add-modules=" + Jdks.VECTOR_MODULE);
        command.addAll(KERNEL_OPTIONS);
        command.addAll(hugePages(HUGE_PAGES));
        command.add("--enable-native-access=ALL-UNNAMED");
        // JMH still uses it, and would have the JVM warn of it in four lines.
        command.add("--sun-misc-unsafe-memory-access=allow");
        command.add("-Despalier.terminal=" + terminal);
        command.add("-Despalier.parent=" + ProcessHandle.current().pid());
        if (!Jdks.isWindows(System.getProperty("os.name"))) {
            // Under the C locale Java would print a question mark for each sign such as ε.
            command.add("-Dstdout.encoding=UTF-8");
            command.add("-Dstderr.encoding=UTF-8");
        }
        String options = System.getenv().getOrDefault("ESPALIER_JAVA_OPTS", "").strip();
        if (!options.isEmpty()) {
            command.addAll(Arrays.asList(options.split("\\s+")));
        }
        command.add("-cp");
        command.add(classPath());
        command.add(MAIN);
        command.addAll(Arrays.asList(args));
        return command;
    }

    /**
     * {@return what asks for huge pages where they are given to those who ask} A training step reads hundreds of megabytes, and
     * in a virtual machine each miss of the translation buffer walks two tables: 3 % of a step, 8 % of inference (Emerald
     * Rapids). Where Linux never gives them, the JVM would complain in a line of its own.
     */
    static List<String> hugePages(Path enabled) {
        try {
            return Files.readString(enabled).contains("[madvise]") ? List.of("-XX:+UseTransparentHugePages") : List.of();
        } catch (IOException e) {
            // No Linux, or none that tells.
            return List.of();
        }
    }

    /** {@return the class path we were loaded from: that of the JVM, or what Maven's exec:java put into a class loader} */
    private static String classPath() {
        if (!(Launcher.class.getClassLoader() instanceof URLClassLoader)) {
            return System.getProperty("java.class.path");
        }
        List<String> entries = new ArrayList<>();
        for (URL url : ((URLClassLoader) Launcher.class.getClassLoader()).getURLs()) {
            try {
                entries.add(Path.of(url.toURI()).toString());
            } catch (URISyntaxException e) {
                throw new IllegalStateException("class path entry " + url, e);
            }
        }
        return String.join(File.pathSeparator, entries);
    }

    /**
     * {@return whether stderr, where progress goes, is a terminal; Java 17 can only tell about stdin and stdout together}
     */
    private static boolean isTerminal() throws InterruptedException {
        if (Jdks.isWindows(System.getProperty("os.name"))) {
            return System.console() != null;
        }
        try {
            return new ProcessBuilder("/bin/sh", "-c", "test -t 2").inheritIO().start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Copies until the end, byte by byte as they come, but for a first line that is the JVM's about incubator modules. */
    static void copyWithoutWarning(InputStream from, OutputStream to) {
        try (InputStream in = from) {
            byte[] buffer = new byte[8192];
            int filled = 0;
            boolean atStart = true;
            for (int n; (n = in.read(buffer, filled, buffer.length - filled)) > 0; ) {
                filled += n;
                if (atStart && !decided(buffer, filled)) {
                    continue;
                }
                int skip = atStart ? warningLength(buffer, filled) : 0;
                atStart = false;
                to.write(buffer, skip, filled - skip);
                to.flush();
                filled = 0;
            }
            to.write(buffer, 0, filled);
            to.flush();
        } catch (IOException e) {
            // Nobody reads our stderr any more; the child goes on without it.
        }
    }

    private static boolean decided(byte[] buffer, int filled) {
        int compared = Math.min(filled, INCUBATOR_WARNING.length());
        boolean mayBeWarning = INCUBATOR_WARNING.startsWith(new String(buffer, 0, compared));
        return !mayBeWarning || indexOfNewline(buffer, filled) >= 0 || filled == buffer.length;
    }

    private static int warningLength(byte[] buffer, int filled) {
        boolean warning = filled >= INCUBATOR_WARNING.length()
                && new String(buffer, 0, INCUBATOR_WARNING.length()).equals(INCUBATOR_WARNING);
        return warning ? indexOfNewline(buffer, filled) + 1 : 0;
    }

    private static int indexOfNewline(byte[] buffer, int filled) {
        for (int i = 0; i < filled; i++) {
            if (buffer[i] == '\n') {
                return i;
            }
        }
        return -1;
    }
}
