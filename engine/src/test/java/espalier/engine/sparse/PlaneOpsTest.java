package espalier.engine.sparse;

import static org.assertj.core.api.Assertions.assertThat;

import espalier.engine.kernel.Kernels;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pools of planes against their definition: of one image row by row, of others window by window. */
class PlaneOpsTest {
    @ParameterizedTest
    @CsvSource({"1,2,2,0", "1,3,2,0", "1,3,2,1", "1,2,1,0", "16,2,2,0", "16,3,2,1", "3,2,2,0"})
    void pools(int n, int kernel, int stride, int padding) {
        Planes in = new Planes(3, 34, 34, 1);
        int size = (34 + 2 * padding - kernel) / stride + 1;
        Planes out = new Planes(3, size, size, 2);
        SplittableRandom random = new SplittableRandom(5);
        float[] x = new float[1 + in.size() * n];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextDouble(-1, 1);
        }
        for (Kernels k : new Kernels[] {Kernels.scalar(), Kernels.active()}) {
            float[] max = new float[2 + out.size() * n];
            float[] mean = max.clone();
            PlaneOps.maxPool(k.pool(), x, 1, in, kernel, stride, padding, max, 2, out, n);
            if (padding == 0) {
                PlaneOps.avgPool(k.pool(), x, 1, in, kernel, kernel, stride, mean, 2, out, n);
            }
            float[] expectedMax = new float[max.length];
            float[] expectedMean = new float[max.length];
            for (int o = 0; o < 3 * size * size * n; o++) {
                int c = o / n / size / size;
                int row = o / n / size % size;
                int column = o / n % size;
                float most = Float.NEGATIVE_INFINITY;
                float sum = 0;
                for (int w = 0; w < kernel * kernel; w++) {
                    int iy = row * stride - padding + w / kernel;
                    int ix = column * stride - padding + w % kernel;
                    if (iy >= 0 && iy < 34 && ix >= 0 && ix < 34) {
                        float v = x[1 + in.at(c, iy, ix) * n + o % n];
                        most = Math.max(most, v);
                        sum += v;
                    }
                }
                int at = 2 + out.at(c, row, column) * n + o % n;
                expectedMax[at] = most;
                expectedMean[at] = padding == 0 ? sum / (kernel * kernel) : 0;
            }
            assertThat(max).containsExactly(expectedMax);
            assertThat(mean).containsExactly(expectedMean);
        }
    }
}
