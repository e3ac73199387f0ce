package espalier.bench.cliffs;

import espalier.bench.report.Json;
import espalier.engine.UserError;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** {@link StartMain} in a JVM of its own, which ends with this one. */
final class StartProcess implements Asked {
    /**
     * Regions of G1 are 1 MB with it, as {@link HotKernels} takes them to be. The heap neither grows nor shrinks: what is given
     * back and taken again lies in small pages, and sparse convolutions, whose images fill L2, then took 1.7 times as long in four
     * starts of ten.
     */
    private static final List<String> HEAP = List.of("-Xms1g", "-Xmx1g");

    private final int number;
    private final Process process;
    private final PrintWriter requests;
    private final BufferedReader answers;
    private final CompletableFuture<String> complaint;
    private final Thread reaper;

    StartProcess(int number, boolean quick) {
        this.number = number;
        try {
            process = new ProcessBuilder(command(quick)).start();
        } catch (IOException e) {
            throw new UserError("start " + number + " of the JVM failed: " + e.getMessage(), e);
        }
        requests = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
        answers = process.inputReader(StandardCharsets.UTF_8);
        complaint = CompletableFuture.supplyAsync(this::lastComplaint, task -> Thread.ofPlatform().daemon().start(task));
        // Not the process's own destroy, which would close what is just being read.
        reaper = new Thread(process.toHandle()::destroy);
        Runtime.getRuntime().addShutdownHook(reaper);
    }

    /** This JVM with its own options, but for what ties it to the launcher. */
    private static List<String> command(boolean quick) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(a -> !a.startsWith("-Despalier.parent") && !a.startsWith("-Xm") && !a.startsWith("-agentlib"))
                .forEach(command::add);
        command.addAll(HEAP);
        // Where a warning of the JVM would otherwise go are our answers; and code is to stay what it is while a start rests.
        command.addAll(List.of("-XX:+DisplayVMOutputToStderr", "-XX:-UseCodeCacheFlushing", "-Dstdout.encoding=UTF-8",
                "-cp", System.getProperty("java.class.path"), StartMain.class.getName()));
        command.addAll(quick ? List.of("150", "2", "5") : List.of("400", "10", "9"));
        return command;
    }

    /** {@return the last line on stderr, when it has ended, that is more than a frame of a stack or a warning of the JVM} */
    private String lastComplaint() {
        return process.errorReader().lines()
                .filter(line -> !line.isBlank() && !line.startsWith("\t") && !line.startsWith("WARNING: "))
                .reduce((_, last) -> last).orElse("no message");
    }

    @Override
    public Start ask(String kernel) {
        return Json.MAPPER.readValue(answer(kernel), Start.class);
    }

    @Override
    public void rest() {
        answer("");
    }

    private String answer(String request) {
        // Of a start that is dead we hear below.
        requests.println(request);
        try {
            String line = answers.readLine();
            if (line == null) {
                throw new UserError("start " + number + " ended with exit code " + process.waitFor() + ": " + complaint.join());
            }
            return line;
        } catch (IOException e) {
            throw new UserError("start " + number + " of the JVM failed: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("interrupted");
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            Runtime.getRuntime().removeShutdownHook(reaper);
        } catch (IllegalStateException e) {
            // We are being shut down, and the hook does the same.
        }
    }

    /** {@return the process} */
    Process process() {
        return process;
    }
}
