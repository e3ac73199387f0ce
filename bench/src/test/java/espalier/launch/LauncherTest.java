package espalier.launch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LauncherTest {
    private static final String WARNING = "WARNING: Using incubator modules: jdk.incubator.vector\n";
    @TempDir Path folder;

    /** The launcher in a JVM of its own, which starts another. */
    private Process launch(String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", System.getProperty("java.class.path"), "espalier.launch.Launcher"));
        command.addAll(Arrays.asList(args));
        return new ProcessBuilder(command)
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile())
                .start();
    }

    @ParameterizedTest
    @CsvSource({"info,0", "info --json FILE/x.json,1", "nonsense,2"})
    void keepsTheExitCode(String args, int exit) throws Exception {
        Process p = launch(args.replace("FILE", Files.createFile(folder.resolve("file")).toString()).split(" "));

        assertThat(p.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(p.exitValue()).isEqualTo(exit);
    }

    @Test
    void leavesTheJvmsWarningOut() throws Exception {
        Process p = launch("nonsense");

        assertThat(p.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(folder.resolve("out")).isEmptyFile();
        assertThat(Files.readString(folder.resolve("err"))).startsWith("espalier: ").hasLineCount(1);
    }

    @Test
    void endsTheChildWhenEndedItself() throws Exception {
        assumeFalse(Jdks.isWindows(System.getProperty("os.name")), "signals");
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        for (boolean forcibly : new boolean[] {false, true}) {
            // Nobody reads the pipe: the child waits in there for ever.
            Process launcher = launch("info", "--json", pipe.toString());
            ProcessHandle child = childOf(launcher);

            if (forcibly) {
                launcher.destroyForcibly();
            } else {
                launcher.destroy();
            }

            assertThat(launcher.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(launcher.exitValue()).isEqualTo(forcibly ? 137 : 143);
            child.onExit().get(20, TimeUnit.SECONDS);
        }
    }

    private static ProcessHandle childOf(Process launcher) throws InterruptedException {
        for (int i = 0; i < 600; i++) {
            // Before it there is a short-lived shell, which is asked about the terminal.
            Optional<ProcessHandle> child = launcher.children()
                    .filter(c -> c.info().command().orElse("").endsWith("java"))
                    .findFirst();
            if (child.isPresent()) {
                return child.get();
            }
            Thread.sleep(50);
        }
        throw new AssertionError("the launcher started nothing");
    }

    @ParameterizedTest
    @CsvSource({"1", "7", "8192"})
    void dropsOnlyTheWarningAndOnlyAtTheStart(int chunk) {
        assertThat(filter(WARNING + "a\n" + WARNING, chunk)).isEqualTo("a\n" + WARNING);
        assertThat(filter("a\n" + WARNING, chunk)).isEqualTo("a\n" + WARNING);
        assertThat(filter("WARNING: Using other\n", chunk)).isEqualTo("WARNING: Using other\n");
        assertThat(filter("WARN", chunk)).isEqualTo("WARN");
        assertThat(filter("", chunk)).isEmpty();
        assertThat(filter(WARNING, chunk)).isEmpty();
    }

    @Test
    void asksForHugePagesWhereAskingIsWhatItTakes() throws IOException {
        Path enabled = folder.resolve("enabled");
        assertThat(Launcher.hugePages(enabled)).isEmpty();
        Files.writeString(enabled, "always [madvise] never\n");
        assertThat(Launcher.hugePages(enabled)).containsExactly("-XX:+UseTransparentHugePages");
        for (String other : List.of("[always] madvise never\n", "always madvise [never]\n")) {
            Files.writeString(enabled, other);
            assertThat(Launcher.hugePages(enabled)).isEmpty();
        }
    }

    private static String filter(String text, int chunk) {
        InputStream slow = new ByteArrayInputStream(text.getBytes(UTF_8)) {
            @Override
            public synchronized int read(byte[] b, int off, int len) {
                return super.read(b, off, Math.min(len, chunk));
            }
        };
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Launcher.copyWithoutWarning(slow, out);
        return out.toString(UTF_8);
    }
}
