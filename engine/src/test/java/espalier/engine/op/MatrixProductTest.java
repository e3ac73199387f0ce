package espalier.engine.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import espalier.engine.kernel.Simd;
import espalier.engine.parallel.Parallel;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** However a product is divided among threads, each element is the sum it should be, and the same bits. */
@Simd
class MatrixProductTest {
    private static final float ALPHA = 0.75f;
    private static final float BETA = -0.5f;
    private final int threads = Parallel.threads();

    @AfterEach
    void restore() {
        Parallel.setThreads(threads);
    }

    @ParameterizedTest
    @CsvSource({"0, 5, 3", "5, 0, 3", "3, 5, 0", "1, 1, 1", "1, 200, 33", "200, 1, 33", "8, 16, 5", "9, 17, 5", "61, 131, 70",
        "130, 67, 300", "40, 300, 20", "131, 203, 300"})
    void anyDivisionGivesTheSums(int m, int n, int k) {
        SplittableRandom random = new SplittableRandom(7);
        float[] a = values(random, m * k);
        float[] b = values(random, k * n);
        float[] c = values(random, m * n);
        for (int transposed = 0; transposed < 4; transposed++) {
            int rsA = (transposed & 1) == 0 ? k : 1;
            int csA = (transposed & 1) == 0 ? 1 : m;
            int rsB = (transposed & 2) == 0 ? n : 1;
            int csB = (transposed & 2) == 0 ? 1 : k;
            float[] first = null;
            for (int t : new int[] {1, 2, 3, 5, 8}) {
                Parallel.setThreads(t);
                float[] y = c.clone();
                MatrixProduct.multiply(m, n, k, ALPHA, a, rsA, csA, b, rsB, csB, BETA, y);
                if (first == null) {
                    first = y;
                    for (int i = 0; i < m * n; i++) {
                        double sum = (double) BETA * c[i];
                        double size = Math.abs(sum);
                        for (int p = 0; p < k; p++) {
                            double product = (double) ALPHA * a[i / n * rsA + p * csA] * b[p * rsB + i % n * csB];
                            sum += product;
                            size += Math.abs(product);
                        }
                        // One rounding of α·a, one of β·c, and one of each addition.
                        assertThat((double) y[i]).isCloseTo(sum, within((k + 3) * size * Math.ulp(1f) + Double.MIN_NORMAL));
                    }
                }
                assertThat(y).as("%d threads", t).isEqualTo(first);
            }
        }
    }

    private static float[] values(SplittableRandom random, int size) {
        float[] x = new float[size];
        for (int i = 0; i < size; i++) {
            x[i] = random.nextFloat(-1f, 1f);
        }
        return x;
    }
}
