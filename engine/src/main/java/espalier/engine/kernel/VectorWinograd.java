package espalier.engine.kernel;

import static espalier.engine.kernel.Lanes.N;
import static espalier.engine.kernel.Lanes.load;

import jdk.incubator.vector.FloatVector;

/** Winograd's transforms with an image in each lane: nothing crosses lanes. */
final class VectorWinograd {
    private VectorWinograd() {}

    /** Each row of V by a loop of its own: all in one outgrow C2's inlining budget, and box in some JVM starts. */
    static void input(int channels, int vectors, float[] x, int xOffset, int plane, int[] at, int atOffset,
            int rowStep, int columnStep, float[] v, int vOffset, int vStep) {
        int row1 = xOffset + rowStep;
        int row2 = xOffset + 2 * rowStep;
        int row3 = xOffset + 3 * rowStep;
        differences(channels, vectors, x, xOffset, row2, plane, at, atOffset, columnStep, v, vOffset, vStep);
        sums(channels, vectors, x, row1, row2, plane, at, atOffset, columnStep, v, vOffset + 4 * vStep, vStep);
        differences(channels, vectors, x, row2, row1, plane, at, atOffset, columnStep, v, vOffset + 8 * vStep, vStep);
        differences(channels, vectors, x, row1, row3, plane, at, atOffset, columnStep, v, vOffset + 12 * vStep, vStep);
    }

    private static void differences(int channels, int vectors, float[] x, int upper, int lower, int plane, int[] at, int atOffset,
            int columnStep, float[] v, int vOffset, int vStep) {
        for (int c = 0; c < channels; c++) {
            for (int t = 0; t < vectors; t++) {
                int a = upper + c * plane + at[atOffset + t];
                int b = lower + c * plane + at[atOffset + t];
                int to = vOffset + (c * vectors + t) * N;
                FloatVector t0 = load(x, a).sub(load(x, b));
                FloatVector t1 = load(x, a + columnStep).sub(load(x, b + columnStep));
                FloatVector t2 = load(x, a + 2 * columnStep).sub(load(x, b + 2 * columnStep));
                FloatVector t3 = load(x, a + 3 * columnStep).sub(load(x, b + 3 * columnStep));
                t0.sub(t2).intoArray(v, to);
                t1.add(t2).intoArray(v, to + vStep);
                t2.sub(t1).intoArray(v, to + 2 * vStep);
                t1.sub(t3).intoArray(v, to + 3 * vStep);
            }
        }
    }

    private static void sums(int channels, int vectors, float[] x, int upper, int lower, int plane, int[] at, int atOffset,
            int columnStep, float[] v, int vOffset, int vStep) {
        for (int c = 0; c < channels; c++) {
            for (int t = 0; t < vectors; t++) {
                int a = upper + c * plane + at[atOffset + t];
                int b = lower + c * plane + at[atOffset + t];
                int to = vOffset + (c * vectors + t) * N;
                FloatVector t0 = load(x, a).add(load(x, b));
                FloatVector t1 = load(x, a + columnStep).add(load(x, b + columnStep));
                FloatVector t2 = load(x, a + 2 * columnStep).add(load(x, b + 2 * columnStep));
                FloatVector t3 = load(x, a + 3 * columnStep).add(load(x, b + 3 * columnStep));
                t0.sub(t2).intoArray(v, to);
                t1.add(t2).intoArray(v, to + vStep);
                t2.sub(t1).intoArray(v, to + 2 * vStep);
                t1.sub(t3).intoArray(v, to + 3 * vStep);
            }
        }
    }

    /** Likewise one row of outputs after the other. */
    static void output(int rows, int vectors, float[] m, int mOffset, int mStep, float[] bias, int biasOffset,
            float lowest, float highest, float[] y, int yOffset, int plane, int[] at, int atOffset, int rowStep, int columnStep) {
        upperRow(rows, vectors, m, mOffset, mStep, bias, biasOffset, lowest, highest, y, yOffset, plane, at, atOffset, columnStep);
        lowerRow(rows, vectors, m, mOffset, mStep, bias, biasOffset, lowest, highest, y, yOffset + rowStep, plane, at, atOffset,
                columnStep);
    }

    private static void upperRow(int rows, int vectors, float[] m, int mOffset, int mStep, float[] bias, int biasOffset,
            float lowest, float highest, float[] y, int yOffset, int plane, int[] at, int atOffset, int columnStep) {
        for (int o = 0; o < rows; o++) {
            float b = bias[biasOffset + o];
            for (int t = 0; t < vectors; t++) {
                int from = mOffset + (o * vectors + t) * N;
                int to = yOffset + o * plane + at[atOffset + t];
                FloatVector s0 = load(m, from).add(load(m, from + 4 * mStep))
                        .add(load(m, from + 8 * mStep));
                FloatVector s1 = load(m, from + mStep).add(load(m, from + 5 * mStep))
                        .add(load(m, from + 9 * mStep));
                FloatVector s2 = load(m, from + 2 * mStep).add(load(m, from + 6 * mStep))
                        .add(load(m, from + 10 * mStep));
                FloatVector s3 = load(m, from + 3 * mStep).add(load(m, from + 7 * mStep))
                        .add(load(m, from + 11 * mStep));
                s0.add(s1).add(s2).add(b).max(lowest).min(highest).intoArray(y, to);
                s1.sub(s2).sub(s3).add(b).max(lowest).min(highest).intoArray(y, to + columnStep);
            }
        }
    }

    private static void lowerRow(int rows, int vectors, float[] m, int mOffset, int mStep, float[] bias, int biasOffset,
            float lowest, float highest, float[] y, int yOffset, int plane, int[] at, int atOffset, int columnStep) {
        for (int o = 0; o < rows; o++) {
            float b = bias[biasOffset + o];
            for (int t = 0; t < vectors; t++) {
                int from = mOffset + (o * vectors + t) * N;
                int to = yOffset + o * plane + at[atOffset + t];
                FloatVector s0 = load(m, from + 4 * mStep).sub(load(m, from + 8 * mStep))
                        .sub(load(m, from + 12 * mStep));
                FloatVector s1 = load(m, from + 5 * mStep).sub(load(m, from + 9 * mStep))
                        .sub(load(m, from + 13 * mStep));
                FloatVector s2 = load(m, from + 6 * mStep).sub(load(m, from + 10 * mStep))
                        .sub(load(m, from + 14 * mStep));
                FloatVector s3 = load(m, from + 7 * mStep).sub(load(m, from + 11 * mStep))
                        .sub(load(m, from + 15 * mStep));
                s0.add(s1).add(s2).add(b).max(lowest).min(highest).intoArray(y, to);
                s1.sub(s2).sub(s3).add(b).max(lowest).min(highest).intoArray(y, to + columnStep);
            }
        }
    }
}
