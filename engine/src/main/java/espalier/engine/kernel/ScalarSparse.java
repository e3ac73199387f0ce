package espalier.engine.kernel;

/** Sparse products in plain Java, in the order and rounding of the vector kernels. */
final class ScalarSparse implements SparseKernels {
    @Override
    public int lanes() {
        return 1;
    }

    @Override
    public int maxVectors() {
        return 4;
    }

    @Override
    public void rows(int vectors, int stride, int first, int last, int[] starts, int[] ends, char[] columns, float[] values,
            int[] offsets, float[] bias, float low, float[] x, int xAt, int[] xRuns, float[] y, int yAt, int[] yRuns, int run,
            int yStep) {
        for (int o = first; o < last; o++) {
            for (int i = run; i < run + SparseKernels.runs(vectors); i++) {
                for (int p = 0; p < vectors; p++) {
                    y[yAt + yRuns[i] + o * yStep + p] = sum(bias[o], low, starts[o], ends[o], columns, values, offsets,
                            x, xAt + xRuns[i] + p * stride);
                }
            }
        }
    }

    @Override
    public void addRows(int vectors, int first, int last, int[] starts, int[] ends, char[] columns, float[] values, int[] offsets,
            float[] bias, float low, float[] x, int xAt, int[] xRuns, float[] y, int yAt, int[] yRuns, int run, int yStep) {
        for (int o = first; o < last; o++) {
            for (int i = run; i < run + SparseKernels.runs(vectors); i++) {
                // Not once more, where a run is there only to fill the call up.
                for (int p = 0; p < vectors && (i == run || yRuns[i] != yRuns[i - 1]); p++) {
                    int at = yAt + yRuns[i] + o * yStep + p;
                    y[at] = sum(y[at] + bias[o], low, starts[o], ends[o], columns, values, offsets, x, xAt + xRuns[i] + p);
                }
            }
        }
    }

    private static float sum(float first, float low, int from, int to, char[] columns, float[] values, int[] offsets,
            float[] x, int xAt) {
        float sum = first;
        for (int j = from; j < to; j++) {
            sum = Math.fma(values[j], x[xAt + offsets[columns[j]]], sum);
        }
        return sum < low ? low : sum;
    }

    @Override
    public void vector(int first, int last, int[] starts, int[] ends, char[] columns, float[] values, int[] offsets, float[] bias,
            float low, float[] x, int xAt, float[] y, int yAt, int yStep) {
        for (int o = first; o < last; o++) {
            float s0 = 0;
            float s1 = 0;
            float s2 = 0;
            float s3 = 0;
            int j = starts[o];
            for (; j < ends[o] - 3; j += 4) {
                s0 = Math.fma(values[j], x[xAt + offsets[columns[j]]], s0);
                s1 = Math.fma(values[j + 1], x[xAt + offsets[columns[j + 1]]], s1);
                s2 = Math.fma(values[j + 2], x[xAt + offsets[columns[j + 2]]], s2);
                s3 = Math.fma(values[j + 3], x[xAt + offsets[columns[j + 3]]], s3);
            }
            for (; j < ends[o]; j++) {
                s0 = Math.fma(values[j], x[xAt + offsets[columns[j]]], s0);
            }
            y[yAt + o * yStep] = Math.max(low, (s0 + s1) + (s2 + s3) + bias[o]);
        }
    }
}
