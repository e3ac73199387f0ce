package espalier.engine.op;

import static org.assertj.core.api.Assertions.assertThat;

import espalier.engine.kernel.Simd;
import espalier.engine.parallel.Parallel;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The same seed gives the same bits. */
@Simd
class DeterminismTest {
    private final int threads = Parallel.threads();

    @AfterEach
    void restore() {
        Parallel.setThreads(threads);
    }

    @Test
    void bitsDependOnNoThread() {
        Parallel.setThreads(1);
        var expected = new ArrayList<float[][]>();
        SmallNet first = new SmallNet();
        for (int step = 0; step < 3; step++) {
            expected.add(first.step());
        }
        assertThat(expected.get(1)[0]).isNotEqualTo(expected.get(0)[0]);
        for (int round = 0; round < 6; round++) {
            Parallel.setThreads(round % 3 + 1);
            SmallNet net = new SmallNet();
            for (float[][] results : expected) {
                assertThat(net.step()).as("%d threads", Parallel.threads()).isDeepEqualTo(results);
            }
        }
    }
}
