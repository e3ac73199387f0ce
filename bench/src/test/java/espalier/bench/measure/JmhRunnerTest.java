package espalier.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import espalier.bench.jmh.Meter;
import espalier.bench.peer.GemmTask;
import espalier.bench.peer.LoweredTask;
import espalier.bench.peer.PeakTask;
import espalier.bench.peer.WeightForm;
import espalier.bench.report.Environment;
import espalier.bench.report.Progress;
import espalier.engine.UserError;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JmhRunnerTest {
    @BeforeAll
    static void letOthersMeasureMeanwhile() {
        System.setProperty("jmh.ignoreLock", "true");
    }

    private static Measured run() {
        try (ForkLog log = ForkLog.temporary()) {
            Measured measured = run(1, log, Writer.nullWriter());
            log.delete();
            return measured;
        }
    }

    private static Measured run(int forks, ForkLog log, Writer err) {
        Suite suite = new Suite(new int[] {1}, true);
        suite.add(new Suite.Entry(GemmTask.parse("8x8x8"), 1, List.of("espalier"), new Effort(forks, 1, 10, 2, 10)));
        return run(suite, log, err);
    }

    private static Measured run(Suite suite, ForkLog log, Writer err) {
        return new JmhRunner(Progress.to(new PrintWriter(err), false)).run(suite, log);
    }

    private static Environment committed(String commit) {
        Environment e = Environment.current();
        return new Environment(commit, e.jdk(), e.cpu(), e.cores(), e.threads(), e.vectorWidth(), e.kernels(), e.os(),
                e.heapMegabytes());
    }

    @Test
    void aForkMeasuresTimeAndAllocation() {
        Map<String, List<Fork>> forks = run().forks().values().iterator().next();
        assertThat(forks.get("espalier")).hasSize(1);
        Fork fork = forks.get("espalier").getFirst();
        assertThat(fork.nanos()).isBetween(10.0, 1e8);
        assertThat(fork.bestNanos()).isLessThanOrEqualTo(fork.nanos());
        assertThat(fork.bytes()).isNotNegative();
        assertThat(fork.memory() > 0).as("metered before the fork ended").isEqualTo(Meter.peakMemory() > 0);
    }

    @Test
    void aRunThatWasStoppedGoesOnWhereItWas(@TempDir Path folder) {
        Path json = folder.resolve("all.json");
        Map<Suite.Entry, Map<String, List<Fork>>> before;
        try (ForkLog log = ForkLog.of(json, committed("1234"))) {
            before = run(1, log, Writer.nullWriter()).forks();
        }
        StringWriter err = new StringWriter();
        try (ForkLog log = ForkLog.of(json, committed("1234"))) {
            List<Fork> after = run(2, log, err).forks().values().iterator().next().get("espalier");
            assertThat(after).hasSize(2).startsWith(before.values().iterator().next().get("espalier").getFirst());
            assertThat(err.toString()).contains("1 of 2 measurements are in " + folder.resolve("all.json.partial"));
            log.delete();
        }
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest
    @CsvSource({"1234, 5678", "1234-dirty, 1234-dirty"})
    void figuresOfOtherCodeAreNotMixedIn(String before, String now, @TempDir Path folder) {
        Path json = folder.resolve("all.json");
        try (ForkLog log = ForkLog.of(json, committed(before))) {
            log.add("a kernel", Map.of("espalier", new Fork(1, 1, 0, 0)));
        }
        assertThatThrownBy(() -> ForkLog.of(json, committed(now))).isInstanceOf(UserError.class)
                .hasMessageContaining("all.json.partial").hasMessageContaining("delete it");
    }

    @Test
    void thePeakIsMeasuredAgainAndAgainAllAlongARun() {
        Suite suite = new Suite(new int[] {1}, true).conv().peak().forks(2);
        List<JmhRunner.Job> jobs = JmhRunner.jobs(suite);
        List<Integer> peaks = IntStream.range(0, jobs.size()).filter(i -> jobs.get(i).entry().task() instanceof PeakTask)
                .boxed().toList();
        int others = 2 * (suite.entries().size() - 1);
        assertThat(others).isGreaterThan(30);
        assertThat(peaks).hasSize(2 + jobs.size() / 20).startsWith(0).contains(20);
        assertThat(jobs).hasSize(others + peaks.size()).extracting(JmhRunner.Job::key).doesNotHaveDuplicates();
    }

    @Test
    void whatFailsInAForkIsSaidInOneLine() {
        Suite suite = new Suite(new int[] {1}, true)
                .ours(List.of(new LoweredTask("resnet20", "no-such.file", WeightForm.INT8, 2)), new Effort(1, 1, 10, 2, 10));
        try (ForkLog log = ForkLog.temporary()) {
            assertThatThrownBy(() -> run(suite, log, Writer.nullWriter())).isInstanceOf(UserError.class)
                    .hasMessageContaining("resnet20 batch 2").hasMessageContaining("no-such.file");
        }
    }
}
