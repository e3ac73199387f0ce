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
    public void rows(int vectors, int first, int last, int[] starts, int[] ends, char[] columns, float[] values, int[] offsets,
            float[] bias, float low, float[] x, int x0, int x1, int x2, int x3,
            float[] y, int y0, int y1, int y2, int y3, int yStep) {
        for (int o = first; o < last; o++) {
            int at = o * yStep;
            for (int p = 0; p < vectors; p++) {
                y[y0 + at + p] = sum(bias[o], low, starts[o], ends[o], columns, values, offsets, x, x0 + p);
                y[y1 + at + p] = sum(bias[o], low, starts[o], ends[o], columns, values, offsets, x, x1 + p);
                y[y2 + at + p] = sum(bias[o], low, starts[o], ends[o], columns, values, offsets, x, x2 + p);
                y[y3 + at + p] = sum(bias[o], low, starts[o], ends[o], columns, values, offsets, x, x3 + p);
            }
        }
    }

    @Override
    public void addRows(int vectors, int first, int last, int[] starts, int[] ends, char[] columns, float[] values, int[] offsets,
            float[] bias, float low, float[] x, int x0, int x1, int x2, int x3,
            float[] y, int y0, int y1, int y2, int y3, int yStep) {
        for (int o = first; o < last; o++) {
            int at = o * yStep;
            for (int p = 0; p < vectors; p++) {
                // All of a position before any is stored: runs may be the same.
                float s0 = sum(y[y0 + at + p] + bias[o], low, starts[o], ends[o], columns, values, offsets, x, x0 + p);
                float s1 = sum(y[y1 + at + p] + bias[o], low, starts[o], ends[o], columns, values, offsets, x, x1 + p);
                float s2 = sum(y[y2 + at + p] + bias[o], low, starts[o], ends[o], columns, values, offsets, x, x2 + p);
                float s3 = sum(y[y3 + at + p] + bias[o], low, starts[o], ends[o], columns, values, offsets, x, x3 + p);
                y[y0 + at + p] = s0;
                y[y1 + at + p] = s1;
                y[y2 + at + p] = s2;
                y[y3 + at + p] = s3;
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
