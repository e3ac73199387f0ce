package espalier.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sparse products: vectors and scalars give the bits of the definition, whatever the width. */
@Simd
class SparseKernelTest {
    static Stream<SparseKernels> kernels() {
        return Stream.of(Kernels.scalar().sparse(), Kernels.active().sparse());
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void equalTheDefinition(SparseKernels k) {
        SplittableRandom random = new SplittableRandom(3);
        for (int vectors = 1; vectors <= k.maxVectors(); vectors *= 2) {
            for (float low : new float[] {0, Float.NEGATIVE_INFINITY}) {
                check(k, vectors, 1, low, random);
                if (vectors == 1 || vectors == 4) {
                    check(k, vectors, 2, low, random);
                }
            }
        }
    }

    private static void check(SparseKernels k, int vectors, int stride, float low, SplittableRandom random) {
        int run = vectors * k.lanes();
        int runs = SparseKernels.runs(vectors);
        int[] xRuns = new int[runs + 1];
        int[] yRuns = new int[runs + 1];
        float[] x = random(1000 + stride * run, random);
        int[] starts = {0, 5, 5, 6, 19, 21};
        // Of row 3 not all.
        int[] ends = {5, 5, 6, 17, 21};
        char[] columns = columns(21, 13, random);
        int[] offsets = IntStream.range(0, 13).map(j -> random.nextInt(500)).toArray();
        float[] values = random(21, random);
        float[] bias = {9, -0.1f, 0.2f, -0.3f, 0.4f};
        int step = 5 * run + 3;
        for (int i = 1; i <= runs; i++) {
            xRuns[i] = random.nextInt(500);
            yRuns[i] = i * run;
        }
        // As where runs do not fill a call.
        xRuns[runs] = xRuns[runs - 1];
        yRuns[runs] = yRuns[runs - 1];
        float[] before = random(5 * step + 9, random);
        float[] set = before.clone();
        float[] added = before.clone();
        k.rows(vectors, stride, 1, 5, starts, ends, columns, values, offsets, bias, low, x, 3, xRuns, set, 1, yRuns, 1, step);
        if (stride == 1) {
            k.addRows(vectors, 1, 5, starts, ends, columns, values, offsets, bias, low, x, 3, xRuns, added, 1, yRuns, 1, step);
        }
        float[] expectedSet = before.clone();
        float[] expectedAdded = before.clone();
        for (int o = 1; o < 5; o++) {
            for (int i = 1; i <= runs; i++) {
                for (int p = 0; p < run; p++) {
                    int from = 3 + xRuns[i] + p + (stride - 1) * (p / k.lanes()) * k.lanes();
                    int to = 1 + yRuns[i] + o * step + p;
                    float sum = bias[o];
                    float more = before[to] + bias[o];
                    for (int j = starts[o]; j < ends[o]; j++) {
                        sum = Math.fma(values[j], x[from + offsets[columns[j]]], sum);
                        more = Math.fma(values[j], x[from + offsets[columns[j]]], more);
                    }
                    expectedSet[to] = Math.max(sum, low);
                    expectedAdded[to] = Math.max(more, low);
                }
            }
        }
        assertThat(set).as("%d vectors, stride %d, low %s", vectors, stride, low).containsExactly(expectedSet);
        if (stride == 1) {
            assertThat(added).as("%d vectors more, low %s", vectors, low).containsExactly(expectedAdded);
        }
    }

    /** Whether below {@code low} is told by a comparison, which NaN fails. */
    @ParameterizedTest
    @MethodSource("kernels")
    void notANumberStays(SparseKernels k) {
        float[] x = new float[k.lanes() + 1];
        x[0] = Float.NaN;
        x[1] = -1;
        for (boolean add : new boolean[] {false, true}) {
            float[] y = new float[k.lanes() + 1];
            int[] runs = new int[4];
            if (add) {
                k.addRows(1, 0, 1, new int[1], new int[] {1}, new char[1], new float[] {1}, new int[1], new float[1], 0,
                        x, 0, runs, y, 0, runs, 0, 0);
            } else {
                k.rows(1, 1, 0, 1, new int[1], new int[] {1}, new char[1], new float[] {1}, new int[1], new float[1], 0,
                        x, 0, runs, y, 0, runs, 0, 0);
            }
            assertThat(y[0]).isNaN();
            assertThat(y[1]).isZero();
        }
    }

    private static char[] columns(int count, int columns, SplittableRandom random) {
        char[] c = new char[count];
        for (int j = 0; j < count; j++) {
            c[j] = (char) random.nextInt(columns);
        }
        return c;
    }

    private static float[] random(int size, SplittableRandom random) {
        float[] x = new float[size];
        for (int i = 0; i < size; i++) {
            x[i] = (float) random.nextDouble(-1, 1);
        }
        return x;
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void oneVectorInFourSums(SparseKernels k) {
        SplittableRandom random = new SplittableRandom(4);
        int[] starts = {0, 5, 5, 6, 9, 22};
        int[] ends = {5, 5, 6, 9, 22, 30};
        char[] columns = columns(30, 11, random);
        int[] offsets = IntStream.range(0, 11).map(j -> random.nextInt(100)).toArray();
        float[] values = random(30, random);
        float[] x = random(103 + k.lanes(), random);
        float[] bias = {9, -0.1f, 0.2f, -0.3f, 0.4f, -0.5f};
        for (float low : new float[] {0, Float.NEGATIVE_INFINITY}) {
            int step = k.lanes() + 2;
            float[] y = new float[6 * step + 1];
            k.vector(1, 6, starts, ends, columns, values, offsets, bias, low, x, 3, y, 1, step);
            float[] expected = new float[y.length];
            for (int o = 1; o < 6; o++) {
                int fours = starts[o] + (ends[o] - starts[o]) / 4 * 4;
                for (int p = 0; p < k.lanes(); p++) {
                    float[] sums = new float[4];
                    for (int j = starts[o]; j < ends[o]; j++) {
                        int i = j < fours ? (j - starts[o]) % 4 : 0;
                        sums[i] = Math.fma(values[j], x[3 + offsets[columns[j]] + p], sums[i]);
                    }
                    expected[1 + o * step + p] = Math.max(sums[0] + sums[1] + (sums[2] + sums[3]) + bias[o], low);
                }
            }
            assertThat(y).containsExactly(expected);
        }
    }
}
