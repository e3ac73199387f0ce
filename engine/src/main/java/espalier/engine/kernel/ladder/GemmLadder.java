package espalier.engine.kernel.ladder;

import espalier.engine.kernel.Gemm;
import espalier.engine.kernel.GemmKernels;
import espalier.engine.kernel.Kernels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** {@code C = A·B}: A [m,k], B [k,n], C [m,n], row-major. */
public final class GemmLadder {
    /** Terms of the sum in one block: as many rows of B. */
    static final int BLOCK_K = 128;
    /** Columns in one block: BLOCK_K × BLOCK_N floats of B stay in L2 while all rows of A pass. */
    static final int BLOCK_N = 512;

    private GemmLadder() {}

    /** Overwrites C. */
    @FunctionalInterface
    public interface Product {
        void multiply(int m, int n, int k, float[] a, float[] b, float[] c);
    }

    /** {@return the rungs on one thread, the slowest first} */
    public static List<Rung<Product>> rungs() {
        List<Rung<Product>> rungs = new ArrayList<>();
        rungs.add(new Rung<>("naive", "three loops as in the definition: B is read down its columns", GemmLadder::naive));
        rungs.add(new Rung<>("reordered", "B and C are read along their rows, which Java's compiler vectorizes",
                GemmLadder::reordered));
        rungs.add(new Rung<>("blocked", "a piece of B stays in the cache while all rows of A pass", GemmLadder::blocked));
        if (Kernels.active().lanes() > 1) {
            rungs.add(new Rung<>("simd", "a row of C stays in vector registers; multiply and add are one instruction",
                    SimdRungs::multiply));
        }
        rungs.add(new Rung<>("packed", "a tile of rows shares each load of B; it is copied into the order of reading",
                GemmLadder::packed));
        return rungs;
    }

    private static void naive(int m, int n, int k, float[] a, float[] b, float[] c) {
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                float sum = 0;
                for (int p = 0; p < k; p++) {
                    sum += a[i * k + p] * b[p * n + j];
                }
                c[i * n + j] = sum;
            }
        }
    }

    private static void reordered(int m, int n, int k, float[] a, float[] b, float[] c) {
        Arrays.fill(c, 0, m * n, 0f);
        for (int i = 0; i < m; i++) {
            for (int p = 0; p < k; p++) {
                addRow(a[i * k + p], b, p * n, c, i * n, n);
            }
        }
    }

    private static void blocked(int m, int n, int k, float[] a, float[] b, float[] c) {
        Arrays.fill(c, 0, m * n, 0f);
        for (int p0 = 0; p0 < k; p0 += BLOCK_K) {
            int p1 = Math.min(p0 + BLOCK_K, k);
            for (int j = 0; j < n; j += BLOCK_N) {
                int columns = Math.min(BLOCK_N, n - j);
                for (int i = 0; i < m; i++) {
                    for (int p = p0; p < p1; p++) {
                        addRow(a[i * k + p], b, p * n + j, c, i * n + j, columns);
                    }
                }
            }
        }
    }

    private static void addRow(float factor, float[] b, int bOffset, float[] c, int cOffset, int n) {
        for (int j = 0; j < n; j++) {
            c[cOffset + j] += factor * b[bOffset + j];
        }
    }

    private static void packed(int m, int n, int k, float[] a, float[] b, float[] c) {
        GemmKernels g = Kernels.active().gemm();
        float[] scratch = new float[Gemm.scratchSize(g, m, n, k)];
        Gemm.multiply(g, m, n, k, 1, a, 0, k, 1, b, 0, n, 1, 0, c, 0, n, scratch, 0);
    }
}
