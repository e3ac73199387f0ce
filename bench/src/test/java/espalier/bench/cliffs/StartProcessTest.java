package espalier.bench.cliffs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import espalier.bench.cli.Run;
import espalier.engine.UserError;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** JVMs that measure what they are asked for. */
class StartProcessTest {
    private static final String ADD = "elementwise.add";

    @Test
    void aStartAnswersAgainAndAgainAndEndsWithItsInput() throws IOException, InterruptedException {
        try (StartProcess start = new StartProcess(0, true)) {
            for (String kernel : new String[] {ADD, "elementwise.mul", ADD}) {
                Start s = start.ask(kernel);
                assertThat(s.kernel()).isEqualTo(kernel);
                assertThat(s.passes()).isEqualTo(1);
                assertThat(s.nanos()).isBetween(100.0, 1e6);
                assertThat(s.cpuNanos()).isBetween(100.0, 1e6);
                start.rest();
            }
            start.process().outputWriter().close();
            assertThat(start.process().waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(start.process().exitValue()).isZero();
        }
    }

    @Test
    void aStartThatRestsLeavesTheProcessorToOthers() throws InterruptedException {
        try (StartProcess start = new StartProcess(0, true)) {
            start.ask(ADD);
            start.rest();
            Duration before = start.process().info().totalCpuDuration().orElse(Duration.ZERO);
            Thread.sleep(1000);
            assertThat(start.process().info().totalCpuDuration().orElse(Duration.ZERO).minus(before))
                    .isLessThan(Duration.ofMillis(200));
        }
    }

    @Test
    void aStartThatFailsSaysWhyInALine() {
        try (StartProcess start = new StartProcess(3, true)) {
            assertThatThrownBy(() -> start.ask("no such kernel")).isInstanceOf(UserError.class)
                    .hasMessageMatching("start 3 ended with exit code 1: .*no kernel is called 'no such kernel'");
        }
    }

    @Test
    void aStartThatWasKilledIsReportedAtTheNextRequest() throws InterruptedException {
        try (StartProcess start = new StartProcess(3, true)) {
            start.ask(ADD);
            // As another program would, which leaves our ends of the pipes open.
            start.process().toHandle().destroyForcibly();
            start.process().waitFor();
            assertThatThrownBy(() -> start.ask(ADD)).isInstanceOf(UserError.class)
                    .hasMessageMatching("start 3 ended with exit code \\d+: no message");
        }
    }

    @Test
    void theCommandLeavesNoStartBehind() throws Exception {
        Run run = Run.of("bench", "cliffs", "--quick", "--starts", "2", "--only", "elementwise.add$");
        // Whether the two were even is up to the machine.
        assertThat(run.exit()).isIn(0, 1);
        assertThat(run.out()).contains("passes").contains("| " + ADD + " ").doesNotContain("elementwise.mul");
        for (ProcessHandle child : ProcessHandle.current().children().toList()) {
            child.onExit().get(10, TimeUnit.SECONDS);
        }
    }
}
