package espalier.bench.measure;

import espalier.bench.jmh.MeterProfiler;
import espalier.bench.jmh.TaskBenchmark;
import espalier.bench.peer.NetworkTask;
import espalier.bench.peer.PeakTask;
import espalier.bench.peer.Peers;
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

    /**
     * Measurements after which the peak is measured once more: the machine was busy each time that a run of 45 minutes did it in
     * its three rounds, and layers reached 189 % of it.
     */
    private static final int UNTIL_PEAK = 20;

    /** To find out how much memory is needed, the heap starts small and grows. */
    private static final String SMALL_HEAP = "-Xms32m";

    private final Progress progress;

    public JmhRunner(Progress progress) {
        this.progress = progress;
    }

    /** One fork of each implementation of an entry. */
    record Job(Suite.Entry entry, int round, boolean ofMemory) {
        String name() {
            return (ofMemory ? "memory of a " : "") + entry.task().benchmark() + " " + entry.task().shape();
        }

        Effort effort() {
            return ofMemory ? Effort.MEMORY : entry.effort();
        }

        /** {@return what a log knows it by: all that decides it, but the number of forks} */
        String key() {
            return name() + " " + entry.parameters() + ", threads: " + entry.threads() + ", " + entry.implementations() + ", "
                    + effort().withForks(1) + ", " + round;
        }
    }

    /** {@return what {@code suite} measured, now or, as {@code log} tells, before} */
    public Measured run(Suite suite, ForkLog log) {
        List<Job> jobs = jobs(suite);
        long left = jobs.stream().filter(j -> log.find(j.key()).isEmpty()).count();
        if (left < jobs.size()) {
            progress.line("going on where a run was stopped: " + (jobs.size() - left) + " of " + jobs.size()
                    + " measurements are in " + log.folder() + "; delete it to begin anew");
        }
        Map<Suite.Entry, Map<String, List<Fork>>> forks = new LinkedHashMap<>();
        Map<Suite.Entry, Map<String, Double>> memory = new LinkedHashMap<>();
        suite.entries().forEach(e -> forks.put(e, new LinkedHashMap<>()));
        try (Progress.Phase phase = progress.phase("benchmarks", left)) {
            long done = 0;
            for (Job job : jobs) {
                Map<String, Fork> measured = log.find(job.key()).orElse(null);
                if (measured == null) {
                    phase.at(done++, job.name());
                    measured = fork(job, log);
                    log.add(job.key(), measured);
                }
                measured.forEach((implementation, fork) -> {
                    if (job.ofMemory) {
                        memory.computeIfAbsent(job.entry, _ -> new LinkedHashMap<>()).put(implementation, fork.memory());
                    } else {
                        forks.get(job.entry).computeIfAbsent(implementation, _ -> new ArrayList<>()).add(fork);
                    }
                });
            }
        }
        return new Measured(forks, memory);
    }

    static List<Job> jobs(Suite suite) {
        List<Job> jobs = new ArrayList<>();
        List<Suite.Entry> peaks = suite.entries().stream().filter(e -> e.task() instanceof PeakTask).toList();
        int rounds = suite.entries().stream().mapToInt(e -> e.effort().forks()).max().orElse(0);
        int more = 0;
        for (int round = 0; round < rounds; round++) {
            for (Suite.Entry e : suite.entries()) {
                if (round < e.effort().forks()) {
                    jobs.add(new Job(e, round, false));
                    if (jobs.size() % UNTIL_PEAK == 0) {
                        int number = rounds + more++;
                        peaks.forEach(peak -> jobs.add(new Job(peak, number, false)));
                    }
                }
            }
        }
        suite.entries().stream().filter(JmhRunner::isStep).forEach(e -> jobs.add(new Job(e, 0, true)));
        return jobs;
    }

    private static boolean isStep(Suite.Entry e) {
        return e.task() instanceof NetworkTask t && t.kind() == NetworkTask.Kind.TRAINING_STEP;
    }

    /** {@return what each implementation measured} What one chose between dense and sparse layers, the next ones choose too. */
    private static Map<String, Fork> fork(Job job, ForkLog log) {
        Map<String, Fork> forks = new LinkedHashMap<>();
        job.entry.implementations().forEach(implementation -> forks.put(implementation, fork(job, implementation, log)));
        return forks;
    }

    private static Fork fork(Job job, String implementation, ForkLog log) {
        Suite.Entry entry = job.entry;
        Effort effort = Peers.named(implementation).compiled() ? job.effort().compiled() : job.effort();
        Path output = log.resolve("jmh.log");
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("^" + Pattern.quote(entry.benchmark().getName()) + "\\.run$")
                .param("implementation", implementation)
                .param("threads", Integer.toString(entry.threads()))
                .forks(1)
                .jvmArgsAppend(job.ofMemory ? SMALL_HEAP : TaskBenchmark.LEAST_HEAP, TaskBenchmark.MOST_HEAP,
                        "-Despalier.choices=" + log.resolve("choices.json"))
                .warmupIterations(effort.warmups())
                .warmupTime(TimeValue.milliseconds(effort.warmupMillis()))
                .measurementIterations(effort.iterations())
                .measurementTime(TimeValue.milliseconds(effort.millis()))
                .addProfiler(MeterProfiler.class)
                .shouldFailOnError(true)
                .output(output.toString());
        entry.parameters().forEach(options::param);
        try {
            Collection<RunResult> results = new Runner(options.build()).run();
            if (results.size() != 1) {
                throw failure(entry, output, null);
            }
            return measured(results.iterator().next());
        } catch (RunnerException e) {
            throw failure(entry, output, e);
        }
    }

    private static Fork measured(RunResult run) {
        BenchmarkResult result = run.getBenchmarkResults().iterator().next();
        double[] nanos = result.getIterationResults().stream().mapToDouble(i -> i.getPrimaryResult().getScore()).toArray();
        return new Fork(Statistics.median(nanos), Arrays.stream(nanos).min().orElseThrow(),
                secondary(run, MeterProfiler.BYTES), secondary(run, MeterProfiler.MEMORY));
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
}
