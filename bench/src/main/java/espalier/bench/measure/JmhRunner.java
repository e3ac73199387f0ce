package espalier.bench.measure;

import espalier.bench.jmh.MeterProfiler;
import espalier.bench.jmh.TaskBenchmark;
import espalier.bench.report.Progress;
import espalier.engine.UserError;
import java.io.IOException;
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
 * Runs a suite with JMH, in rounds of one fork for each implementation of each task, so that those who are compared run minutes
 * apart at most, and the forks of one are spread over the whole time.
 */
public final class JmhRunner {
    private final Progress progress;

    public JmhRunner(Progress progress) {
        this.progress = progress;
    }

    /** {@return the forks of each implementation, for each entry of {@code suite} in order} */
    public Map<Suite.Entry, Map<String, List<Fork>>> run(Suite suite) {
        Map<Suite.Entry, Map<String, List<Fork>>> forks = new LinkedHashMap<>();
        suite.entries().forEach(e -> forks.put(e, new LinkedHashMap<>()));
        int rounds = suite.entries().stream().mapToInt(e -> e.effort().forks()).max().orElse(0);
        long all = suite.entries().stream().mapToLong(e -> e.effort().forks()).sum();
        Path log = temporary();
        try (Progress.Phase phase = progress.phase("benchmarks", all)) {
            long done = 0;
            for (int round = 0; round < rounds; round++) {
                for (Suite.Entry e : suite.entries()) {
                    if (round < e.effort().forks()) {
                        phase.at(done++, e.task().benchmark() + " " + e.task().shape());
                        fork(e, log).forEach((name, f) -> forks.get(e).computeIfAbsent(name, _ -> new ArrayList<>()).add(f));
                    }
                }
            }
        }
        delete(log);
        return forks;
    }

    private static Map<String, Fork> fork(Suite.Entry entry, Path log) {
        Effort effort = entry.effort();
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("^" + Pattern.quote(entry.benchmark().getName()) + "\\.run$")
                .param("implementation", entry.implementations().toArray(String[]::new))
                .param("threads", Integer.toString(entry.threads()))
                .forks(1)
                .jvmArgsAppend(TaskBenchmark.LEAST_HEAP, TaskBenchmark.MOST_HEAP)
                .warmupIterations(effort.warmups())
                .warmupTime(TimeValue.milliseconds(effort.warmupMillis()))
                .measurementIterations(effort.iterations())
                .measurementTime(TimeValue.milliseconds(effort.millis()))
                .addProfiler(MeterProfiler.class)
                .shouldFailOnError(true)
                .output(log.toString());
        entry.parameters().forEach(options::param);
        Collection<RunResult> results;
        try {
            results = new Runner(options.build()).run();
        } catch (RunnerException e) {
            throw failure(entry, log, e);
        }
        Map<String, Fork> forks = new LinkedHashMap<>();
        for (RunResult run : results) {
            forks.put(run.getParams().getParam("implementation"), measured(run.getBenchmarkResults().iterator().next()));
        }
        if (forks.size() != entry.implementations().size()) {
            throw failure(entry, log, null);
        }
        return forks;
    }

    private static UserError failure(Suite.Entry entry, Path log, RunnerException e) {
        return new UserError("benchmark " + entry.task().benchmark() + " " + entry.task().shape() + " failed"
                + (e == null ? "" : ": " + e.getMessage()) + "; JMH's log is " + log, e);
    }

    private static Fork measured(BenchmarkResult result) {
        double[] nanos = result.getIterationResults().stream().mapToDouble(i -> i.getPrimaryResult().getScore()).toArray();
        return new Fork(Statistics.median(nanos), Arrays.stream(nanos).min().orElseThrow(),
                secondary(result, MeterProfiler.BYTES), secondary(result, MeterProfiler.MEMORY));
    }

    private static double secondary(BenchmarkResult result, String label) {
        Result<?> r = result.getSecondaryResults().get(label);
        if (r == null) {
            throw new IllegalStateException("JMH returned no " + label + " but " + result.getSecondaryResults().keySet());
        }
        return r.getScore();
    }

    private static Path temporary() {
        try {
            return Files.createTempFile("espalier-jmh", ".log");
        } catch (IOException e) {
            throw new UserError("no temporary file can be made for JMH's log: " + e.getMessage(), e);
        }
    }

    private static void delete(Path log) {
        try {
            Files.deleteIfExists(log);
        } catch (IOException e) {
            // It stays among the temporary files.
        }
    }
}
