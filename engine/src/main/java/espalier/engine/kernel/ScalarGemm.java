package espalier.engine.kernel;

import java.util.Arrays;

/** Matrix kernels in plain Java, with vectors of one lane. */
final class ScalarGemm implements GemmKernels {
    @Override
    public int lanes() {
        return 1;
    }

    @Override
    public int maxVectors() {
        return 4;
    }

    @Override
    public void tile(int vectors, int k, float[] a, int aOffset, float[] b, int bOffset, float[] c, int cOffset, int ldc) {
        for (int i = 0; i < ROWS; i++) {
            for (int j = 0; j < vectors; j++) {
                float sum = 0;
                for (int p = 0; p < k; p++) {
                    sum += a[aOffset + p * ROWS + i] * b[bOffset + p * vectors + j];
                }
                c[cOffset + i * ldc + j] = sum;
            }
        }
    }

    @Override
    public void addTo(float[] from, int fromOffset, float[] to, int toOffset, int n) {
        for (int i = 0; i < n; i++) {
            to[toOffset + i] += from[fromOffset + i];
        }
    }

    @Override
    public void accumulateOuter(int m, int vectors, int k, float[] a, int aOffset, int lda, float[] b, int bOffset,
            float[] c, int cOffset) {
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < vectors; j++) {
                float sum = 0;
                for (int p = 0; p < k; p++) {
                    sum += a[aOffset + i * lda + p] * b[bOffset + p * vectors + j];
                }
                c[cOffset + i * vectors + j] += sum;
            }
        }
    }

    @Override
    public void accumulateDots(int m, int n, int vectors, float[] a, int aOffset, int lda, float[] b, int bOffset, int ldb,
            float[] sums, int sumsOffset) {
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                float sum = 0;
                for (int p = 0; p < vectors; p++) {
                    sum += a[aOffset + i * lda + p] * b[bOffset + j * ldb + p];
                }
                int tile = (i / ROWS * (n / ROWS) + j / ROWS) * ROWS * ROWS;
                sums[sumsOffset + tile + i % ROWS * ROWS + j % ROWS] += sum;
            }
        }
    }

    @Override
    public void gatherPanel(float[] source, int sourceOffset, int[] rowOffsets, int firstRow, int rows,
            int[] columnOffsets, int firstColumn, int columns, float[] panel, int panelOffset, int ld) {
        for (int r = 0; r < rows; r++) {
            int from = sourceOffset + rowOffsets[firstRow + r];
            int to = panelOffset + r * ld;
            for (int j = 0; j < columns; j++) {
                panel[to + j] = source[from + columnOffsets[firstColumn + j]];
            }
        }
    }

    @Override
    public void transpose(int m, int n, float[] x, int xOffset, int ldx, float[] y, int yOffset, int ldy) {
        for (int j = 0; j < n; j++) {
            for (int i = 0; i < m; i++) {
                y[yOffset + j * ldy + i] = x[xOffset + i * ldx + j];
            }
            Arrays.fill(y, yOffset + j * ldy + m, yOffset + (j + 1) * ldy, 0f);
        }
    }
}
