package espalier.engine.op;

import static org.assertj.core.api.Assertions.assertThat;

import espalier.engine.kernel.Simd;
import espalier.engine.parallel.Parallel;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.SplittableRandom;
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

    /** Few images: the outputs of each are shared out; and products of matrices by columns or by rows. */
    @Test
    void bitsDependOnNoDivisionOfOneImage() {
        SplittableRandom random = new SplittableRandom(5);
        for (int size : new int[] {16, 7}) {
            Tensor x = values(random, 1, 20, size, size);
            Tensor weight = values(random, 70, 20, 3, 3);
            Tensor bias = values(random, 70);
            Tensor wide = values(random, 3, 131);
            Tensor matrix = values(random, 521, 131);
            float[][] expected = null;
            for (int t = 1; t <= 5; t++) {
                Parallel.setThreads(t);
                float[][] actual = {new Conv2d(1, 1, 1, 1).apply(x, weight, bias).data().clone(),
                        new Linear().apply(wide, matrix).data().clone(), new Linear().apply(matrix, wide).data().clone()};
                expected = expected == null ? actual : expected;
                assertThat(actual).as("%d threads", t).isDeepEqualTo(expected);
            }
        }
    }

    private static Tensor values(SplittableRandom random, int... dims) {
        Tensor t = Tensor.zeros(Shape.of(dims));
        for (int i = 0; i < t.size(); i++) {
            t.data()[i] = random.nextFloat(-1f, 1f);
        }
        return t;
    }
}
