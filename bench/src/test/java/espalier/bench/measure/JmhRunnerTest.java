package espalier.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import espalier.bench.peer.GemmTask;
import espalier.bench.report.Progress;
import espalier.engine.UserError;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class JmhRunnerTest {
    @BeforeAll
    static void letOthersMeasureMeanwhile() {
        System.setProperty("jmh.ignoreLock", "true");
    }

    private static Measured run(String implementation) {
        Suite.Entry entry =
                new Suite.Entry(GemmTask.parse("8x8x8"), 1, List.of(implementation), new Effort(1, 1, 10, 2, 10));
        Suite suite = new Suite(new int[] {1}, true);
        suite.add(entry);
        return new JmhRunner(Progress.to(new PrintWriter(Writer.nullWriter()), false)).run(suite);
    }

    @Test
    void aForkMeasuresTimeAndAllocation() {
        Map<String, List<Fork>> forks = run("espalier").forks().values().iterator().next();
        assertThat(forks.get("espalier")).hasSize(1);
        Fork fork = forks.get("espalier").getFirst();
        assertThat(fork.nanos()).isBetween(10.0, 1e8);
        assertThat(fork.bestNanos()).isLessThanOrEqualTo(fork.nanos());
        assertThat(fork.bytes()).isNotNegative();
    }

    @Test
    void whatFailsInAForkIsSaidInOneLine() {
        assertThatThrownBy(() -> run("nobody")).isInstanceOf(UserError.class)
                .hasMessageContaining("gemm 8x8x8").hasMessageContaining("no peer is named nobody");
    }
}
