package espalier.engine.kernel;

/** Winograd's kernels in plain Java, with vectors of one lane. */
final class ScalarWinograd implements WinogradKernels {
    @Override
    public void input(int channels, int vectors, float[] x, int xOffset, int plane, int[] at, int atOffset,
            int rowStep, int twoRows, int columnStep, float[] v, int vOffset, int vStep) {
        float[][] t = new float[4][4];
        for (int c = 0; c < channels; c++) {
            for (int p = 0; p < vectors; p++) {
                int from = xOffset + c * plane + at[atOffset + p];
                for (int j = 0; j < 4; j++) {
                    float[] d = {x[from + j * columnStep], x[from + rowStep + j * columnStep],
                            x[from + twoRows + j * columnStep], x[from + twoRows + rowStep + j * columnStep]};
                    t[0][j] = d[0] - d[2];
                    t[1][j] = d[1] + d[2];
                    t[2][j] = d[2] - d[1];
                    t[3][j] = d[1] - d[3];
                }
                for (int i = 0, to = vOffset + c * vectors + p; i < 4; i++, to += 4 * vStep) {
                    v[to] = t[i][0] - t[i][2];
                    v[to + vStep] = t[i][1] + t[i][2];
                    v[to + 2 * vStep] = t[i][2] - t[i][1];
                    v[to + 3 * vStep] = t[i][1] - t[i][3];
                }
            }
        }
    }

    @Override
    public void output(int rows, int vectors, float[] m, int mOffset, int mStep, float[] bias, int biasOffset,
            float lowest, float highest, float[] y, int yOffset, int plane, int[] at, int atOffset, int rowStep, int columnStep) {
        float[][] s = new float[2][4];
        for (int o = 0; o < rows; o++) {
            for (int p = 0; p < vectors; p++) {
                for (int j = 0, from = mOffset + o * vectors + p; j < 4; j++, from += mStep) {
                    s[0][j] = m[from] + m[from + 4 * mStep] + m[from + 8 * mStep];
                    s[1][j] = m[from + 4 * mStep] - m[from + 8 * mStep] - m[from + 12 * mStep];
                }
                for (int i = 0, to = yOffset + o * plane + at[atOffset + p]; i < 2; i++, to += rowStep) {
                    y[to] = Math.clamp(s[i][0] + s[i][1] + s[i][2] + bias[biasOffset + o], lowest, highest);
                    y[to + columnStep] = Math.clamp(s[i][1] - s[i][2] - s[i][3] + bias[biasOffset + o], lowest, highest);
                }
            }
        }
    }

    @Override
    public void gradient(int channels, int vectors, float[] y, int yOffset, int plane, int[] at, int atOffset,
            int rowStep, int columnStep, float[] v, int vOffset, int vStep) {
        for (int c = 0; c < channels; c++) {
            for (int t = 0; t < vectors; t++) {
                int from = yOffset + c * plane + at[atOffset + t];
                int to = vOffset + c * vectors + t;
                for (int i = 0; i < 4; i++, to += 4 * vStep) {
                    float left = ofPair(i, y[from], y[from + rowStep]);
                    float right = ofPair(i, y[from + columnStep], y[from + rowStep + columnStep]);
                    for (int j = 0; j < 4; j++) {
                        v[to + j * vStep] = ofPair(j, left, right);
                    }
                }
            }
        }
    }

    /** {@return element i of A·(a, b)} */
    private static float ofPair(int i, float a, float b) {
        return switch (i) {
            case 0 -> a;
            case 1 -> a + b;
            case 2 -> a - b;
            default -> -b;
        };
    }

    @Override
    public void weightGradient(int vectors, float[] s, int sOffset, int sStep) {
        float[][] t = new float[3][4];
        for (int v = 0; v < vectors; v++) {
            for (int j = 0, at = sOffset + v; j < 4; j++, at += sStep) {
                for (int i = 0; i < 3; i++) {
                    t[i][j] = ofFour(i, s[at], s[at + 4 * sStep], s[at + 8 * sStep], s[at + 12 * sStep]);
                }
            }
            for (int i = 0; i < 3; i++) {
                for (int j = 0, at = sOffset + v + (i == 2 ? 12 : 4 * i) * sStep; j < 3; j++, at += sStep) {
                    s[at] = ofFour(j, t[i][0], t[i][1], t[i][2], t[i][3]);
                }
            }
        }
    }

    /** {@return element i of Gᵀ·(a, b, c, d)} */
    private static float ofFour(int i, float a, float b, float c, float d) {
        return switch (i) {
            case 0 -> a + (b + c) / 2;
            case 1 -> (b - c) / 2;
            default -> (b + c) / 2 + d;
        };
    }

    @Override
    public boolean transposes() {
        return true;
    }

    @Override
    public void toLanes(int n, float[] x, int xOffset, int plane, float[] y, int yOffset, int[] at) {
        for (int p = 0; p < n; p++) {
            y[yOffset + at[p]] = x[xOffset + p];
        }
    }

    @Override
    public void fromLanes(int n, float[] x, int xOffset, float[] y, int yOffset, int plane) {
        System.arraycopy(x, xOffset, y, yOffset, n);
    }

    @Override
    public void product(int vectors, int k, float[] a, int aOffset, int[] terms, float[] b, int bOffset, int bStep,
            float[] c, int cOffset, int cStep) {
        for (int v = 0; v < vectors; v++) {
            for (int r = 0; r < ROWS; r++) {
                float sum = 0;
                for (int p = 0; p < k; p++) {
                    sum += a[aOffset + terms[p] + r] * b[bOffset + v * bStep + p];
                }
                c[cOffset + v * cStep + r] = sum;
            }
        }
    }

    @Override
    public void accumulate(int vectors, int k, float[] a, int aOffset, float[] b, int bOffset, int bStep,
            float[] c, int cOffset, int cStep) {
        for (int v = 0; v < vectors; v++) {
            for (int r = 0; r < ROWS; r++) {
                for (int p = 0; p < k; p++) {
                    c[cOffset + v * cStep + r] += a[aOffset + p + r] * b[bOffset + v * bStep + p];
                }
            }
        }
    }
}
