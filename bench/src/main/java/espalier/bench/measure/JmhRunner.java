package espalier.bench.measure;

import espalier.bench.jmh.MeterProfiler;
import espalier.bench.jmh.TaskBenchmark;
import espalier.bench.peer.NetworkTask;
import espalier.bench.report.Progress;
import espalier.engine.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs a suite with JMH, in rounds of one fork for each implementation of each task, so that those who are compared run
 * one after the other, and the forks of each are spread over the whole time.
 */
public final class JmhRunner {
    /** The first line of a stack trace. */
    private static final Pattern THROWN = Pattern.compile("([a-z]\\w*\\.)+[A-Z]\\w*(Exception|Error)(: .*)?");

    /** To find out how much memory is needed, the heap starts small and grows. */
    private static final String SMALL_HEAP = "-Xms32m";

    private final Progress progress;

    public JmhRunner(Progress progress) {
        this.progress = progress;
    }

    /** {@return what {@code suite} measured} */
    public Measured run(Suite suite) {
        Map<Suite.Entry, Map<String, List<Fork>>> forks = new LinkedHashMap<>();
        Map<Suite.Entry, Map<String, Double>> memory = new LinkedHashMap<>();
        suite.entries().forEach(e -> forks.put(e, new LinkedHashMap<>()));
        int rounds = suite.entries().stream().mapToInt(e -> e.effort().forks()).max().orElse(0);
        List<Suite.Entry> steps = suite.entries().stream().filter(JmhRunner::isStep).toList();
        long all = suite.entries().stream().mapToLong(e -> e.effort().forks()).sum() + steps.size();
        Path temporary = temporary();
        try (Progress.Phase phase = progress.phase("benchmarks", all)) {
            long done = 0;
            for (int round = 0; round < rounds; round++) {
                for (Suite.Entry e : suite.entries()) {
                    if (round < e.effort().forks()) {
                        phase.at(done++, e.task().benchmark() + " " + e.task().shape());
                        for (RunResult run : fork(e, e.effort(), TaskBenchmark.LEAST_HEAP, temporary)) {
                            forks.get(e).computeIfAbsent(implementation(run), _ -> new ArrayList<>()).add(measured(run));
                        }
                    }
                }
            }
            for (Suite.Entry e : steps) {
                phase.at(done++, "memory of a " + e.task().benchmark());
                Map<String, Double> bytes = new LinkedHashMap<>();
                fork(e, Effort.MEMORY, SMALL_HEAP, temporary).forEach(r -> bytes.put(implementation(r), memory(r)));
                memory.put(e, bytes);
            }
        }
        delete(temporary);
        return new Measured(forks, memory);
    }

    private static boolean isStep(Suite.Entry e) {
        return e.task() instanceof NetworkTask t && t.kind() == NetworkTask.Kind.TRAINING_STEP;
    }

    /** One fork of each implementation. What one chose between dense and sparse layers, the next ones of this run choose too. */
    private static Collection<RunResult> fork(Suite.Entry entry, Effort effort, String leastHeap, Path temporary) {
        Path log = temporary.resolve("jmh.log");
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("^" + Pattern.quote(entry.benchmark().getName()) + "\\.run$")
                .param("implementation", entry.implementations().toArray(String[]::new))
                .param("threads", Integer.toString(entry.threads()))
                .forks(1)
                .jvmArgsAppend(leastHeap, TaskBenchmark.MOST_HEAP, "-Despalier.choices=" + temporary.resolve("choices.json"))
                .warmupIterations(effort.warmups())
                .warmupTime(TimeValue.milliseconds(effort.warmupMillis()))
                .measurementIterations(effort.iterations())
                .measurementTime(TimeValue.milliseconds(effort.millis()))
                .addProfiler(MeterProfiler.class)
                .shouldFailOnError(true)
                .output(log.toString());
        entry.parameters().forEach(options::param);
        try {
            Collection<RunResult> results = new Runner(options.build()).run();
            if (results.size() != entry.implementations().size()) {
                throw failure(entry, log, null);
            }
            return results;
        } catch (RunnerException e) {
            throw failure(entry, log, e);
        }
    }

    private static String implementation(RunResult run) {
        return run.getParams().getParam("implementation");
    }

    private static Fork measured(RunResult run) {
        BenchmarkResult result = run.getBenchmarkResults().iterator().next();
        double[] nanos = result.getIterationResults().stream().mapToDouble(i -> i.getPrimaryResult().getScore()).toArray();
        return new Fork(Statistics.median(nanos), Arrays.stream(nanos).min().orElseThrow(),
                secondary(run, MeterProfiler.BYTES));
    }

    private static double memory(RunResult run) {
        return secondary(run, MeterProfiler.MEMORY);
    }

    private static double secondary(RunResult run, String label) {
        Result<?> r = run.getSecondaryResults().get(label);
        if (r == null) {
            throw new IllegalStateException("JMH returned no " + label + " but " + run.getSecondaryResults().keySet());
        }
        return r.getScore();
    }

    private static UserError failure(Suite.Entry entry, Path log, RunnerException e) {
        String reason = e == null ? "" : e.getMessage();
        try (var lines = Files.lines(log)) {
            // The host's exception says no more than that the fork had one.
            reason = lines.filter(l -> THROWN.matcher(l).matches()).findFirst().orElse(reason);
        } catch (IOException | UncheckedIOException unreadable) {
            // What the host says must do.
        }
        return new UserError("benchmark " + entry.task().benchmark() + " " + entry.task().shape() + " failed: " + reason
                + "; JMH's log is " + log, e);
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("espalier-jmh");
        } catch (IOException e) {
            throw new UserError("no temporary folder can be made for JMH: " + e.getMessage(), e);
        }
    }

    private static void delete(Path folder) {
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(folder);
        } catch (IOException e) {
            // It stays among the temporary files.
        }
    }
}
