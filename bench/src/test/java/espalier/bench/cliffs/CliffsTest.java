package espalier.bench.cliffs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import espalier.bench.cliffs.Cliff.Verdict;
import espalier.bench.report.Progress;
import espalier.engine.UserError;
import java.io.PrintWriter;
import java.io.Writer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Which starts are asked again and what comes of it, by starts that only say that they measured. */
class CliffsTest {
    private static final int ROUNDS = 5;
    private static final int ALL = Cliffs.PASSES + ROUNDS;

    private final List<String> asked = new ArrayList<>();
    private int closed;

    @FunctionalInterface
    private interface Measures {
        /** {@return nanoseconds and bytes} */
        double[] measure(int start, String kernel, int pass);
    }

    private final class Fake implements Asked {
        private final int number;
        private final Measures measures;
        private final Map<String, Integer> passes = new HashMap<>();

        Fake(int number, Measures measures) {
            this.number = number;
            this.measures = measures;
        }

        @Override
        public Start ask(String kernel) {
            asked.add(number + " " + kernel);
            double[] m = measures.measure(number, kernel, passes.merge(kernel, 1, Integer::sum));
            return new Start(kernel, 1, m[0], m[0], m[1]);
        }

        @Override
        public void rest() {}

        @Override
        public void close() {
            closed++;
        }
    }

    private List<Cliff> run(String only, int starts, Measures measures) {
        Progress silent = Progress.to(new PrintWriter(Writer.nullWriter()), false);
        return new Cliffs(silent, Pattern.compile(only), ROUNDS, Duration.ZERO, i -> new Fake(i, measures)).run(starts);
    }

    private Cliff add(Measures measures) {
        return run("elementwise.add$", 3, measures).getFirst();
    }

    @Test
    void anEvenKernelIsNotAskedAgain() {
        Cliff c = add((start, _, _) -> new double[] {100 + start, 0});
        assertThat(c.verdict()).isEqualTo(Verdict.EVEN);
        assertThat(c.startPasses()).containsOnly(Cliffs.PASSES);
        assertThat(closed).isEqualTo(3);
    }

    @Test
    void whoIsSlowIsAskedUntilItIsNot() {
        Cliff c = add((start, _, pass) -> new double[] {start == 1 && pass < 5 ? 170 : 100, 0});
        assertThat(c.verdict()).isEqualTo(Verdict.EVEN);
        assertThat(c.startPasses()).as("with the fastest beside it").containsExactly(5, 5, Cliffs.PASSES);
        assertThat(c.startNanos()).containsExactly(100.0, 100.0, 100.0);
    }

    @Test
    void aDisturbanceThatSlowsTheFastestDownAsWellIsNoCliff() {
        Cliff c = add((start, _, pass) -> new double[] {start == 1 || pass > Cliffs.PASSES ? 170 : 100, 0});
        assertThat(c.verdict()).isEqualTo(Verdict.EVEN);
        assertThat(c.ratio()).isEqualTo(1);
        assertThat(c.slow()).isZero();
        assertThat(c.worstNanos()).isEqualTo(170);
        assertThat(c.startPasses()).containsExactly(ALL, ALL, Cliffs.PASSES);
    }

    @Test
    void oneComparisonIsNotBelieved() {
        Cliff c = add((start, _, pass) -> new double[] {start == 1 || pass == Cliffs.PASSES + 1 ? 170 : 100, 0});
        assertThat(c.verdict()).isEqualTo(Verdict.CLIFF);
        assertThat(c.ratio()).isEqualTo(100 / 170.0);
    }

    @Test
    void aStartThatIsSlowInEveryPassRemainsACliff() {
        Cliff c = add((start, _, _) -> new double[] {start == 1 ? 170 : 100, 0});
        assertThat(c.verdict()).isEqualTo(Verdict.CLIFF);
        assertThat(c.slow()).isEqualTo(1);
        assertThat(c.passes()).isEqualTo(ALL);
        assertThat(c.startPasses()).containsExactly(ALL, ALL, Cliffs.PASSES);
    }

    @Test
    void oneThatBecomesTheBestPutsOthersInDoubt() {
        Cliff c = add((start, _, pass) -> new double[] {start == 0 ? 100 : start == 1 ? 120 : pass < 4 ? 150 : 90, 0});
        assertThat(c.verdict()).isEqualTo(Verdict.CLIFF);
        assertThat(c.startPasses()).containsExactly(4, ALL - 2, ALL);
    }

    @Test
    void whatAllocatesOnlyUntilItIsCompiledIsEven() {
        Cliff c = add((start, _, pass) -> new double[] {100, start == 2 && pass < 4 ? 64 : 0});
        assertThat(c.verdict()).isEqualTo(Verdict.EVEN);
        assertThat(c.startPasses()).containsExactly(Cliffs.PASSES, Cliffs.PASSES, 4);
    }

    @Test
    void whatAllocatesInTheEndIsReported() {
        Cliff c = add((start, _, pass) -> new double[] {100, start == 2 && pass > 1 ? 64 : 0});
        assertThat(c.verdict()).isEqualTo(Verdict.ALLOCATES);
        assertThat(c.startPasses()).containsExactly(Cliffs.PASSES, Cliffs.PASSES, ALL);
    }

    @Test
    void aRoundGoesFromStartToStart() {
        run("elementwise.(add|mul)$", 3, (start, _, pass) -> new double[] {start > 0 && pass < 4 ? 170 : 100, 0});
        assertThat(asked.subList(3 * 2 * Cliffs.PASSES, asked.size())).containsExactly(
                "1 elementwise.add", "0 elementwise.add", "1 elementwise.mul", "0 elementwise.mul",
                "2 elementwise.add", "0 elementwise.add", "2 elementwise.mul", "0 elementwise.mul",
                "1 elementwise.add", "0 elementwise.add", "1 elementwise.mul", "0 elementwise.mul",
                "2 elementwise.add", "0 elementwise.add", "2 elementwise.mul", "0 elementwise.mul");
    }

    @Test
    void whenOneDiesAllAreEnded() {
        assertThatThrownBy(() -> add((start, _, _) -> {
            if (start == 1) {
                throw new UserError("start 1 ended");
            }
            return new double[] {100, 0};
        })).isInstanceOf(UserError.class).hasMessage("start 1 ended");
        assertThat(closed).isEqualTo(2);
    }
}
