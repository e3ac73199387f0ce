package espalier.engine.kernel;

import static espalier.engine.kernel.Lanes.N;
import static espalier.engine.kernel.Lanes.load;
import static jdk.incubator.vector.VectorOperators.GT;

import jdk.incubator.vector.FloatVector;

/** Winograd's transforms with an image in each lane: nothing crosses lanes. */
final class VectorWinograd {
    private VectorWinograd() {}

    static void input(int channels, int vectors, float[] x, int xOffset, int plane, int[] at, int atOffset,
            int rowStep, int columnStep, float[] v, int vOffset, int vStep) {
        for (int c = 0; c < channels; c++) {
            for (int t = 0; t < vectors; t++) {
                int from = xOffset + c * plane + at[atOffset + t];
                int to = vOffset + (c * vectors + t) * N;
                FloatVector d00 = load(x, from);
                FloatVector d01 = load(x, from + columnStep);
                FloatVector d02 = load(x, from + 2 * columnStep);
                FloatVector d03 = load(x, from + 3 * columnStep);
                FloatVector d10 = load(x, from + rowStep);
                FloatVector d11 = load(x, from + rowStep + columnStep);
                FloatVector d12 = load(x, from + rowStep + 2 * columnStep);
                FloatVector d13 = load(x, from + rowStep + 3 * columnStep);
                FloatVector d20 = load(x, from + 2 * rowStep);
                FloatVector d21 = load(x, from + 2 * rowStep + columnStep);
                FloatVector d22 = load(x, from + 2 * rowStep + 2 * columnStep);
                FloatVector d23 = load(x, from + 2 * rowStep + 3 * columnStep);
                FloatVector d30 = load(x, from + 3 * rowStep);
                FloatVector d31 = load(x, from + 3 * rowStep + columnStep);
                FloatVector d32 = load(x, from + 3 * rowStep + 2 * columnStep);
                FloatVector d33 = load(x, from + 3 * rowStep + 3 * columnStep);
                FloatVector t00 = d00.sub(d20);
                FloatVector t10 = d10.add(d20);
                FloatVector t20 = d20.sub(d10);
                FloatVector t30 = d10.sub(d30);
                FloatVector t01 = d01.sub(d21);
                FloatVector t11 = d11.add(d21);
                FloatVector t21 = d21.sub(d11);
                FloatVector t31 = d11.sub(d31);
                FloatVector t02 = d02.sub(d22);
                FloatVector t12 = d12.add(d22);
                FloatVector t22 = d22.sub(d12);
                FloatVector t32 = d12.sub(d32);
                FloatVector t03 = d03.sub(d23);
                FloatVector t13 = d13.add(d23);
                FloatVector t23 = d23.sub(d13);
                FloatVector t33 = d13.sub(d33);
                t00.sub(t02).intoArray(v, to);
                t01.add(t02).intoArray(v, to + vStep);
                t02.sub(t01).intoArray(v, to + 2 * vStep);
                t01.sub(t03).intoArray(v, to + 3 * vStep);
                t10.sub(t12).intoArray(v, to + 4 * vStep);
                t11.add(t12).intoArray(v, to + 5 * vStep);
                t12.sub(t11).intoArray(v, to + 6 * vStep);
                t11.sub(t13).intoArray(v, to + 7 * vStep);
                t20.sub(t22).intoArray(v, to + 8 * vStep);
                t21.add(t22).intoArray(v, to + 9 * vStep);
                t22.sub(t21).intoArray(v, to + 10 * vStep);
                t21.sub(t23).intoArray(v, to + 11 * vStep);
                t30.sub(t32).intoArray(v, to + 12 * vStep);
                t31.add(t32).intoArray(v, to + 13 * vStep);
                t32.sub(t31).intoArray(v, to + 14 * vStep);
                t31.sub(t33).intoArray(v, to + 15 * vStep);
            }
        }
    }

    /** One row of outputs after the other: both in one loop outgrow C2's inlining budget, and box. */
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
                clamp(s0.add(s1).add(s2).add(b), lowest, highest).intoArray(y, to);
                clamp(s1.sub(s2).sub(s3).add(b), lowest, highest).intoArray(y, to + columnStep);
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
                clamp(s0.add(s1).add(s2).add(b), lowest, highest).intoArray(y, to);
                clamp(s1.sub(s2).sub(s3).add(b), lowest, highest).intoArray(y, to + columnStep);
            }
        }
    }

    private static FloatVector clamp(FloatVector v, float lowest, float highest) {
        FloatVector w = v.blend(lowest, v.lt(lowest));
        return w.blend(highest, w.compare(GT, highest));
    }
}
