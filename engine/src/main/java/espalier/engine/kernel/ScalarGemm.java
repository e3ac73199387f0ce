package espalier.engine.kernel;


/** Matrix kernels in plain Java, with vectors of one lane. */
final class ScalarGemm implements GemmKernels {
    private final WinogradKernels winograd = new ScalarWinograd();

    @Override
    public int lanes() {
        return 1;
    }

    @Override
    public WinogradKernels winograd() {
        return winograd;
    }

    @Override
    public int maxVectors() {
        return 3;
    }

    @Override
    public void tile(int rows, int vectors, int k, float[] a, int aOffset, float[] b, int bOffset, int ldb,
            float[] c, int cOffset, int ldc) {
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < vectors; j++) {
                float sum = 0;
                for (int p = 0; p < k; p++) {
                    sum += a[aOffset + p * ROWS + i] * b[bOffset + p * ldb + j];
                }
                c[cOffset + i * ldc + j] += sum;
            }
        }
    }

    @Override
    public void taps(int rows, int vectors, int k, float[] a, int aOffset, float[] b, int[] taps, int tapsOffset,
            int at0, int at1, int at2, float[] c, int cOffset, int ldc) {
        for (int i = 0; i < rows; i++) {
            tapsRow(vectors, k, a, aOffset + i, b, taps, tapsOffset, at0, at1, at2, 0, c, cOffset + i * ldc);
        }
    }

    @Override
    public void tapsRow(int vectors, int k, float[] a, int aOffset, float[] b, int[] taps, int tapsOffset,
            int at0, int at1, int at2, int at3, float[] c, int cOffset) {
        for (int j = 0; j < vectors; j++) {
            int at = j == 0 ? at0 : j == 1 ? at1 : j == 2 ? at2 : at3;
            float sum = 0;
            for (int p = 0; p < k; p++) {
                sum += a[aOffset + p * ROWS] * b[at + taps[tapsOffset + p]];
            }
            c[cOffset + j] = sum;
        }
    }

    @Override
    public void nineTaps(float[] a, int aOffset, float[] b, int bOffset, int[] taps, int[] positions,
            float[] c, int cOffset, int[] targets) {
        for (int v = 0; v < positions.length; v++) {
            float sum = 0;
            for (int p = 0; p < 9; p++) {
                sum += a[aOffset + p * ROWS] * b[bOffset + positions[v] + taps[p]];
            }
            c[cOffset + targets[v]] = sum;
        }
    }

    @Override
    public void nineLanes(int vectors, float[] a, int aOffset, float[] b, int bOffset, int row, int[] positions,
            float[] c, int cOffset) {
        for (int v = 0; v < vectors; v++) {
            float sum = 0;
            for (int p = 0; p < 9; p++) {
                sum += a[aOffset + p] * b[bOffset + positions[v] + p / 3 * row + p % 3];
            }
            c[cOffset + v] = sum;
        }
    }

    @Override
    public void nineDots(int vectors, float[] x, int xOffset, int row, int[] positions, float[] g, int gOffset,
            float[] sums, int sumsOffset) {
        for (int p = 0; p < 9; p++) {
            float sum = 0;
            for (int v = 0; v < vectors; v++) {
                sum += x[xOffset + positions[v] + p / 3 * row + p % 3] * g[gOffset + v];
            }
            sums[sumsOffset + p] += sum;
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
    public void dots(int outputs, int vectors, float[] x, int xOffset, int[] xAt, int[] taps, int tapsOffset,
            float[] g, int[] gAt, int gOffset, int ldg, float[] sums, int sumsOffset) {
        for (int o = 0; o < outputs; o++) {
            for (int t = 0; t < DOT_TAPS; t++) {
                int at = xOffset + taps[tapsOffset + t];
                float sum = 0;
                for (int p = 0; p < vectors; p++) {
                    sum += x[at + xAt[p]] * g[gOffset + o * ldg + gAt[p]];
                }
                sums[sumsOffset + o * DOT_TAPS + t] += sum;
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
    public void copyRows(int m, int n, float[] x, int xOffset, int ldx, int step, float[] y, int yOffset, int ldy) {
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                y[yOffset + i * ldy + j] = x[xOffset + i * ldx + j * step];
            }
        }
    }

    @Override
    public void interleaveRows(int m, int n, float[] x, int aOffset, int bOffset, int ldx, float[] y, int yOffset, int ldy) {
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                y[yOffset + i * ldy + 2 * j] = x[aOffset + i * ldx + j];
                y[yOffset + i * ldy + 2 * j + 1] = x[bOffset + i * ldx + j];
            }
        }
    }

    @Override
    public void addRows(int m, int n, float[] x, int xOffset, int ldx, float[] y, int yOffset, int ldy) {
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                y[yOffset + i * ldy + j] += x[xOffset + i * ldx + j];
            }
        }
    }

    @Override
    public void finishRows(int m, int n, float[] bias, int biasOffset, float lowest, float highest,
            float[] y, int yOffset, int ldy) {
        for (int i = 0; i < m; i++) {
            for (int j = yOffset + i * ldy; j < yOffset + i * ldy + n; j++) {
                float sum = y[j] + bias[biasOffset + i];
                y[j] = sum < lowest ? lowest : sum > highest ? highest : sum;
            }
        }
    }

    @Override
    public void transpose(int m, int n, float[] x, int xOffset, int ldx, float[] y, int yOffset, int ldy) {
        for (int j = 0; j < n; j++) {
            for (int i = 0; i < m; i++) {
                y[yOffset + j * ldy + i] = x[xOffset + i * ldx + j];
            }
        }
    }
}
