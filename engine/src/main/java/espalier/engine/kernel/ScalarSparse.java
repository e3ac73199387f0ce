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
    public void rows(int vectors, int first, int last, int[] starts, char[] columns, float[] values, int[] offsets,
            float[] bias, float low, float[] x, int x0, int x1, int x2, int x3,
            float[] y, int y0, int y1, int y2, int y3, int yStep) {
        run(vectors, first, last, starts, columns, values, offsets, bias, low, x, x0, y, y0, yStep);
        run(vectors, first, last, starts, columns, values, offsets, bias, low, x, x1, y, y1, yStep);
        run(vectors, first, last, starts, columns, values, offsets, bias, low, x, x2, y, y2, yStep);
        run(vectors, first, last, starts, columns, values, offsets, bias, low, x, x3, y, y3, yStep);
    }

    private static void run(int length, int first, int last, int[] starts, char[] columns, float[] values, int[] offsets,
            float[] bias, float low, float[] x, int xAt, float[] y, int yAt, int yStep) {
        for (int o = first; o < last; o++) {
            for (int p = 0; p < length; p++) {
                float sum = bias[o];
                for (int j = starts[o]; j < starts[o + 1]; j++) {
                    sum = Math.fma(values[j], x[xAt + offsets[columns[j]] + p], sum);
                }
                y[yAt + o * yStep + p] = Math.max(low, sum);
            }
        }
    }

    @Override
    public void vector(int first, int last, int[] starts, char[] columns, float[] values, int[] offsets, float[] bias,
            float low, float[] x, int xAt, float[] y, int yAt, int yStep) {
        for (int o = first; o < last; o++) {
            float s0 = 0;
            float s1 = 0;
            float s2 = 0;
            float s3 = 0;
            int j = starts[o];
            for (; j < starts[o + 1] - 3; j += 4) {
                s0 = Math.fma(values[j], x[xAt + offsets[columns[j]]], s0);
                s1 = Math.fma(values[j + 1], x[xAt + offsets[columns[j + 1]]], s1);
                s2 = Math.fma(values[j + 2], x[xAt + offsets[columns[j + 2]]], s2);
                s3 = Math.fma(values[j + 3], x[xAt + offsets[columns[j + 3]]], s3);
            }
            for (; j < starts[o + 1]; j++) {
                s0 = Math.fma(values[j], x[xAt + offsets[columns[j]]], s0);
            }
            y[yAt + o * yStep] = Math.max(low, (s0 + s1) + (s2 + s3) + bias[o]);
        }
    }
}
