package espalier.engine.kernel.ladder;

import espalier.engine.kernel.ConvShape;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The rungs on vectors: one row of sums in registers. */
final class SimdRungs {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int N = F.length();

    private SimdRungs() {}

    static void multiply(int m, int n, int k, float[] a, float[] b, float[] c) {
        Arrays.fill(c, 0, m * n, 0f);
        for (int p = 0; p < k; p += GemmLadder.BLOCK_K) {
            int terms = Math.min(GemmLadder.BLOCK_K, k - p);
            for (int j = 0; j < n; j += GemmLadder.BLOCK_N) {
                int columns = Math.min(GemmLadder.BLOCK_N, n - j);
                for (int i = 0; i < m; i++) {
                    row(terms, columns, n, a, i * k + p, b, p * n + j, c, i * n + j);
                }
            }
        }
    }

    /** {@code c[0..columns] += Σ_p a[p] · b[p][0..columns]}. */
    private static void row(int terms, int columns, int ldb, float[] a, int aAt, float[] b, int bAt, float[] c, int cAt) {
        int j = 0;
        for (; j + 4 * N <= columns; j += 4 * N) {
            fourVectors(terms, ldb, a, aAt, b, bAt + j, c, cAt + j);
        }
        for (; j + N <= columns; j += N) {
            FloatVector sum = FloatVector.fromArray(F, c, cAt + j);
            for (int p = 0; p < terms; p++) {
                sum = FloatVector.broadcast(F, a[aAt + p]).fma(FloatVector.fromArray(F, b, bAt + p * ldb + j), sum);
            }
            sum.intoArray(c, cAt + j);
        }
        for (; j < columns; j++) {
            float sum = c[cAt + j];
            for (int p = 0; p < terms; p++) {
                sum += a[aAt + p] * b[bAt + p * ldb + j];
            }
            c[cAt + j] = sum;
        }
    }

    private static void fourVectors(int terms, int ldb, float[] a, int aAt, float[] b, int bAt, float[] c, int cAt) {
        FloatVector c0 = FloatVector.fromArray(F, c, cAt);
        FloatVector c1 = FloatVector.fromArray(F, c, cAt + N);
        FloatVector c2 = FloatVector.fromArray(F, c, cAt + 2 * N);
        FloatVector c3 = FloatVector.fromArray(F, c, cAt + 3 * N);
        for (int p = 0; p < terms; p++) {
            FloatVector factor = FloatVector.broadcast(F, a[aAt + p]);
            int at = bAt + p * ldb;
            c0 = factor.fma(FloatVector.fromArray(F, b, at), c0);
            c1 = factor.fma(FloatVector.fromArray(F, b, at + N), c1);
            c2 = factor.fma(FloatVector.fromArray(F, b, at + 2 * N), c2);
            c3 = factor.fma(FloatVector.fromArray(F, b, at + 3 * N), c3);
        }
        c0.intoArray(c, cAt);
        c1.intoArray(c, cAt + N);
        c2.intoArray(c, cAt + 2 * N);
        c3.intoArray(c, cAt + 3 * N);
    }

    static void convolve(ConvShape s, int first, int last, float[] x, float[] weight, float[] y) {
        int width = s.w() + 2 * s.padding();
        int plane = (s.h() + 2 * s.padding()) * width;
        float[] padded = new float[s.c() * plane];
        for (int n = first; n < last; n++) {
            for (int c = 0; c < s.c(); c++) {
                for (int i = 0; i < s.h(); i++) {
                    System.arraycopy(x, ((n * s.c() + c) * s.h() + i) * s.w(), padded,
                            c * plane + (i + s.padding()) * width + s.padding(), s.w());
                }
            }
            for (int i = 0; i < s.oh(); i++) {
                for (int o = 0; o < s.o(); o++) {
                    int yAt = ((n * s.o() + o) * s.oh() + i) * s.ow();
                    row(s, o, padded, plane, i * s.stride() * width, width, weight, y, yAt);
                }
            }
        }
    }

    /** One row of output of one channel. */
    private static void row(ConvShape s, int o, float[] x, int plane, int xAt, int width, float[] weight,
            float[] y, int yAt) {
        int j = 0;
        for (; s.stride() == 1 && j + N <= s.ow(); j += N) {
            FloatVector sum = FloatVector.zero(F);
            int w = o * s.taps();
            for (int c = 0; c < s.c(); c++) {
                for (int r = 0; r < s.kh(); r++) {
                    int at = c * plane + xAt + r * s.dilation() * width + j;
                    for (int q = 0; q < s.kw(); q++) {
                        sum = FloatVector.broadcast(F, weight[w++])
                                .fma(FloatVector.fromArray(F, x, at + q * s.dilation()), sum);
                    }
                }
            }
            sum.intoArray(y, yAt + j);
        }
        for (; j < s.ow(); j++) {
            float sum = 0;
            int w = o * s.taps();
            for (int c = 0; c < s.c(); c++) {
                for (int r = 0; r < s.kh(); r++) {
                    int at = c * plane + xAt + r * s.dilation() * width + j * s.stride();
                    for (int q = 0; q < s.kw(); q++) {
                        sum += weight[w++] * x[at + q * s.dilation()];
                    }
                }
            }
            y[yAt + j] = sum;
        }
    }
}
