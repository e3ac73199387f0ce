package espalier.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
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
                check(k, vectors, low, random);
            }
        }
    }

    private static void check(SparseKernels k, int vectors, float low, SplittableRandom random) {
        int run = vectors * k.lanes();
        int columns = 13;
        int[] offsets = new int[columns];
        int[] at = new int[8];
        float[] x = new float[1000 + run];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextDouble(-1, 1);
        }
        for (int c = 0; c < columns; c++) {
            offsets[c] = random.nextInt(500);
        }
        int[] starts = {0, 5, 5, 6, 19, 21};
        char[] indices = new char[21];
        float[] values = new float[21];
        for (int j = 0; j < 21; j++) {
            indices[j] = (char) random.nextInt(columns);
            values[j] = (float) random.nextDouble(-1, 1);
        }
        float[] bias = {9, -0.1f, 0.2f, -0.3f, 0.4f};
        int step = 5 * run + 3;
        for (int i = 0; i < 4; i++) {
            at[i] = random.nextInt(500);
            at[4 + i] = 1 + i * run;
        }
        float[] y = new float[5 * step + 9];
        k.rows(vectors, 1, 5, starts, indices, values, offsets, bias, low, x, at[0], at[1], at[2], at[3],
                y, at[4], at[5], at[6], at[7], step);
        float[] expected = new float[y.length];
        for (int o = 1; o < 5; o++) {
            for (int i = 0; i < 4; i++) {
                for (int p = 0; p < run; p++) {
                    float sum = bias[o];
                    for (int j = starts[o]; j < starts[o + 1]; j++) {
                        sum = Math.fma(values[j], x[at[i] + offsets[indices[j]] + p], sum);
                    }
                    expected[at[4 + i] + o * step + p] = Math.max(sum, low);
                }
            }
        }
        assertThat(y).as("%d vectors, low %s", vectors, low).containsExactly(expected);
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void oneVectorInFourSums(SparseKernels k) {
        SplittableRandom random = new SplittableRandom(4);
        int[] starts = {0, 5, 5, 6, 9, 22, 30};
        char[] columns = new char[30];
        float[] values = new float[30];
        int[] offsets = new int[11];
        for (int j = 0; j < 30; j++) {
            columns[j] = (char) random.nextInt(11);
            values[j] = (float) random.nextDouble(-1, 1);
        }
        for (int c = 0; c < 11; c++) {
            offsets[c] = random.nextInt(100);
        }
        float[] x = new float[103 + k.lanes()];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextDouble(-1, 1);
        }
        float[] bias = {9, -0.1f, 0.2f, -0.3f, 0.4f, -0.5f};
        for (float low : new float[] {0, Float.NEGATIVE_INFINITY}) {
            int step = k.lanes() + 2;
            float[] y = new float[6 * step + 1];
            k.vector(1, 6, starts, columns, values, offsets, bias, low, x, 3, y, 1, step);
            float[] expected = new float[y.length];
            for (int o = 1; o < 6; o++) {
                int fours = starts[o] + (starts[o + 1] - starts[o]) / 4 * 4;
                for (int p = 0; p < k.lanes(); p++) {
                    float[] sums = new float[4];
                    for (int j = starts[o]; j < starts[o + 1]; j++) {
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
