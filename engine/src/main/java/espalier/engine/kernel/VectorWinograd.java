package espalier.engine.kernel;

import static espalier.engine.kernel.Lanes.F;
import static espalier.engine.kernel.Lanes.N;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Winograd's kernels; in its transforms nothing crosses lanes. */
final class VectorWinograd implements WinogradKernels {
    /**
     * Two rows of V by a loop, twice: all four in one outgrow C2's inlining budget, and box in some JVM starts. So do loops of
     * at most 325 bytes of code, which are inlined into their caller until that has as many nodes as C2 allows, amid one of
     * them (one start of five, 98 KB a call). Hence {@code fromArray} in full here.
     */
    @Override
    public void input(int channels, int vectors, float[] x, int xOffset, int plane, int[] at, int atOffset,
            int rowStep, int twoRows, int columnStep, float[] v, int vOffset, int vStep) {
        upperInput(channels, vectors, x, xOffset, plane, at, atOffset, rowStep, twoRows, columnStep, v, vOffset, vStep);
        lowerInput(channels, vectors, x, xOffset, plane, at, atOffset, rowStep, twoRows, columnStep, v, vOffset + 8 * vStep,
                vStep);
    }

    /** Of input rows 0, 1, 2. */
    private static void upperInput(int channels, int vectors, float[] x, int xOffset, int plane, int[] at, int atOffset,
            int rowStep, int twoRows, int columnStep, float[] v, int vOffset, int vStep) {
        for (int c = 0; c < channels; c++) {
            for (int t = 0; t < vectors; t++) {
                int row0 = xOffset + c * plane + at[atOffset + t];
                int row1 = row0 + rowStep;
                int row2 = row0 + twoRows;
                int to = vOffset + (c * vectors + t) * N;
                FloatVector x0 = FloatVector.fromArray(F, x, row2);
                FloatVector x1 = FloatVector.fromArray(F, x, row2 + columnStep);
                FloatVector x2 = FloatVector.fromArray(F, x, row2 + 2 * columnStep);
                FloatVector x3 = FloatVector.fromArray(F, x, row2 + 3 * columnStep);
                FloatVector t0 = FloatVector.fromArray(F, x, row0).sub(x0);
                FloatVector t1 = FloatVector.fromArray(F, x, row0 + columnStep).sub(x1);
                FloatVector t2 = FloatVector.fromArray(F, x, row0 + 2 * columnStep).sub(x2);
                FloatVector t3 = FloatVector.fromArray(F, x, row0 + 3 * columnStep).sub(x3);
                FloatVector u0 = FloatVector.fromArray(F, x, row1).add(x0);
                FloatVector u1 = FloatVector.fromArray(F, x, row1 + columnStep).add(x1);
                FloatVector u2 = FloatVector.fromArray(F, x, row1 + 2 * columnStep).add(x2);
                FloatVector u3 = FloatVector.fromArray(F, x, row1 + 3 * columnStep).add(x3);
                t0.sub(t2).intoArray(v, to);
                t1.add(t2).intoArray(v, to + vStep);
                t2.sub(t1).intoArray(v, to + 2 * vStep);
                t1.sub(t3).intoArray(v, to + 3 * vStep);
                u0.sub(u2).intoArray(v, to + 4 * vStep);
                u1.add(u2).intoArray(v, to + 5 * vStep);
                u2.sub(u1).intoArray(v, to + 6 * vStep);
                u1.sub(u3).intoArray(v, to + 7 * vStep);
            }
        }
    }

    /** Of input rows 1, 2, 3. */
    private static void lowerInput(int channels, int vectors, float[] x, int xOffset, int plane, int[] at, int atOffset,
            int rowStep, int twoRows, int columnStep, float[] v, int vOffset, int vStep) {
        for (int c = 0; c < channels; c++) {
            for (int t = 0; t < vectors; t++) {
                int row2 = xOffset + c * plane + at[atOffset + t] + twoRows;
                int row1 = row2 - twoRows + rowStep;
                int row3 = row2 + rowStep;
                int to = vOffset + (c * vectors + t) * N;
                FloatVector x0 = FloatVector.fromArray(F, x, row1);
                FloatVector x1 = FloatVector.fromArray(F, x, row1 + columnStep);
                FloatVector x2 = FloatVector.fromArray(F, x, row1 + 2 * columnStep);
                FloatVector x3 = FloatVector.fromArray(F, x, row1 + 3 * columnStep);
                FloatVector t0 = FloatVector.fromArray(F, x, row2).sub(x0);
                FloatVector t1 = FloatVector.fromArray(F, x, row2 + columnStep).sub(x1);
                FloatVector t2 = FloatVector.fromArray(F, x, row2 + 2 * columnStep).sub(x2);
                FloatVector t3 = FloatVector.fromArray(F, x, row2 + 3 * columnStep).sub(x3);
                FloatVector u0 = x0.sub(FloatVector.fromArray(F, x, row3));
                FloatVector u1 = x1.sub(FloatVector.fromArray(F, x, row3 + columnStep));
                FloatVector u2 = x2.sub(FloatVector.fromArray(F, x, row3 + 2 * columnStep));
                FloatVector u3 = x3.sub(FloatVector.fromArray(F, x, row3 + 3 * columnStep));
                t0.sub(t2).intoArray(v, to);
                t1.add(t2).intoArray(v, to + vStep);
                t2.sub(t1).intoArray(v, to + 2 * vStep);
                t1.sub(t3).intoArray(v, to + 3 * vStep);
                u0.sub(u2).intoArray(v, to + 4 * vStep);
                u1.add(u2).intoArray(v, to + 5 * vStep);
                u2.sub(u1).intoArray(v, to + 6 * vStep);
                u1.sub(u3).intoArray(v, to + 7 * vStep);
            }
        }
    }

    /** Likewise one row of outputs after the other. */
    @Override
    public void output(int rows, int vectors, float[] m, int mOffset, int mStep, float[] bias, int biasOffset,
            float lowest, float highest, float[] y, int yOffset, int plane, int[] at, int atOffset, int rowStep, int columnStep) {
        upperRow(rows, vectors, m, mOffset, mStep, bias, biasOffset, lowest, highest, y, yOffset, plane, at, atOffset,
                columnStep);
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
                FloatVector s0 = FloatVector.fromArray(F, m, from).add(FloatVector.fromArray(F, m, from + 4 * mStep))
                        .add(FloatVector.fromArray(F, m, from + 8 * mStep));
                FloatVector s1 = FloatVector.fromArray(F, m, from + mStep).add(FloatVector.fromArray(F, m, from + 5 * mStep))
                        .add(FloatVector.fromArray(F, m, from + 9 * mStep));
                FloatVector s2 = FloatVector.fromArray(F, m, from + 2 * mStep).add(FloatVector.fromArray(F, m, from + 6 * mStep))
                        .add(FloatVector.fromArray(F, m, from + 10 * mStep));
                FloatVector s3 = FloatVector.fromArray(F, m, from + 3 * mStep).add(FloatVector.fromArray(F, m, from + 7 * mStep))
                        .add(FloatVector.fromArray(F, m, from + 11 * mStep));
                FloatVector y0 = s0.add(s1).add(s2).add(b);
                FloatVector y1 = s1.sub(s2).sub(s3).add(b);
                y0 = y0.blend(lowest, y0.lt(lowest));
                y1 = y1.blend(lowest, y1.lt(lowest));
                y0.blend(highest, y0.compare(VectorOperators.GT, highest)).intoArray(y, to);
                y1.blend(highest, y1.compare(VectorOperators.GT, highest)).intoArray(y, to + columnStep);
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
                FloatVector s0 = FloatVector.fromArray(F, m, from + 4 * mStep).sub(FloatVector.fromArray(F, m, from + 8 * mStep))
                        .sub(FloatVector.fromArray(F, m, from + 12 * mStep));
                FloatVector s1 = FloatVector.fromArray(F, m, from + 5 * mStep).sub(FloatVector.fromArray(F, m, from + 9 * mStep))
                        .sub(FloatVector.fromArray(F, m, from + 13 * mStep));
                FloatVector s2 = FloatVector.fromArray(F, m, from + 6 * mStep).sub(FloatVector.fromArray(F, m, from + 10 * mStep))
                        .sub(FloatVector.fromArray(F, m, from + 14 * mStep));
                FloatVector s3 = FloatVector.fromArray(F, m, from + 7 * mStep).sub(FloatVector.fromArray(F, m, from + 11 * mStep))
                        .sub(FloatVector.fromArray(F, m, from + 15 * mStep));
                FloatVector y0 = s0.add(s1).add(s2).add(b);
                FloatVector y1 = s1.sub(s2).sub(s3).add(b);
                y0 = y0.blend(lowest, y0.lt(lowest));
                y1 = y1.blend(lowest, y1.lt(lowest));
                y0.blend(highest, y0.compare(VectorOperators.GT, highest)).intoArray(y, to);
                y1.blend(highest, y1.compare(VectorOperators.GT, highest)).intoArray(y, to + columnStep);
            }
        }
    }

    @Override
    public void gradient(int channels, int vectors, float[] y, int yOffset, int plane, int[] at, int atOffset,
            int rowStep, int columnStep, float[] v, int vOffset, int vStep) {
        for (int c = 0; c < channels; c++) {
            for (int t = 0; t < vectors; t++) {
                int from = yOffset + c * plane + at[atOffset + t];
                int to = vOffset + (c * vectors + t) * N;
                FloatVector y00 = FloatVector.fromArray(F, y, from);
                FloatVector y01 = FloatVector.fromArray(F, y, from + columnStep);
                FloatVector y10 = FloatVector.fromArray(F, y, from + rowStep);
                FloatVector y11 = FloatVector.fromArray(F, y, from + rowStep + columnStep);
                FloatVector s0 = y00.add(y10);
                FloatVector s1 = y01.add(y11);
                FloatVector d0 = y00.sub(y10);
                FloatVector d1 = y01.sub(y11);
                FloatVector n0 = y10.neg();
                FloatVector n1 = y11.neg();
                y00.intoArray(v, to);
                y00.add(y01).intoArray(v, to + vStep);
                y00.sub(y01).intoArray(v, to + 2 * vStep);
                y01.neg().intoArray(v, to + 3 * vStep);
                s0.intoArray(v, to + 4 * vStep);
                s0.add(s1).intoArray(v, to + 5 * vStep);
                s0.sub(s1).intoArray(v, to + 6 * vStep);
                s1.neg().intoArray(v, to + 7 * vStep);
                d0.intoArray(v, to + 8 * vStep);
                d0.add(d1).intoArray(v, to + 9 * vStep);
                d0.sub(d1).intoArray(v, to + 10 * vStep);
                d1.neg().intoArray(v, to + 11 * vStep);
                n0.intoArray(v, to + 12 * vStep);
                n0.add(n1).intoArray(v, to + 13 * vStep);
                n0.sub(n1).intoArray(v, to + 14 * vStep);
                n1.neg().intoArray(v, to + 15 * vStep);
            }
        }
    }

    @Override
    public void weightGradient(int vectors, float[] s, int sOffset, int sStep) {
        edgeGradient(vectors, s, sOffset, sStep, 0);
        edgeGradient(vectors, s, sOffset, sStep, 12 * sStep);
        middleGradient(vectors, s, sOffset, sStep);
    }

    /** Of the row of weights that also reaches U's row at {@code edge}. */
    private static void edgeGradient(int vectors, float[] s, int sOffset, int sStep, int edge) {
        for (int v = 0; v < vectors; v++) {
            int at = sOffset + v * N;
            FloatVector t0 = FloatVector.fromArray(F, s, at + 4 * sStep).add(FloatVector.fromArray(F, s, at + 8 * sStep)).mul(0.5f)
                    .add(FloatVector.fromArray(F, s, at + edge));
            FloatVector t1 = FloatVector.fromArray(F, s, at + 5 * sStep).add(FloatVector.fromArray(F, s, at + 9 * sStep)).mul(0.5f)
                    .add(FloatVector.fromArray(F, s, at + edge + sStep));
            FloatVector t2 = FloatVector.fromArray(F, s, at + 6 * sStep).add(FloatVector.fromArray(F, s, at + 10 * sStep)).mul(0.5f)
                    .add(FloatVector.fromArray(F, s, at + edge + 2 * sStep));
            FloatVector t3 = FloatVector.fromArray(F, s, at + 7 * sStep).add(FloatVector.fromArray(F, s, at + 11 * sStep)).mul(0.5f)
                    .add(FloatVector.fromArray(F, s, at + edge + 3 * sStep));
            FloatVector half = t1.add(t2).mul(0.5f);
            t0.add(half).intoArray(s, at + edge);
            t1.sub(t2).mul(0.5f).intoArray(s, at + edge + sStep);
            half.add(t3).intoArray(s, at + edge + 2 * sStep);
        }
    }

    private static void middleGradient(int vectors, float[] s, int sOffset, int sStep) {
        for (int v = 0; v < vectors; v++) {
            int at = sOffset + v * N;
            FloatVector t0 = FloatVector.fromArray(F, s, at + 4 * sStep).sub(FloatVector.fromArray(F, s, at + 8 * sStep)).mul(0.5f);
            FloatVector t1 = FloatVector.fromArray(F, s, at + 5 * sStep).sub(FloatVector.fromArray(F, s, at + 9 * sStep)).mul(0.5f);
            FloatVector t2 = FloatVector.fromArray(F, s, at + 6 * sStep).sub(FloatVector.fromArray(F, s, at + 10 * sStep)).mul(0.5f);
            FloatVector t3 = FloatVector.fromArray(F, s, at + 7 * sStep).sub(FloatVector.fromArray(F, s, at + 11 * sStep)).mul(0.5f);
            FloatVector half = t1.add(t2).mul(0.5f);
            t0.add(half).intoArray(s, at + 4 * sStep);
            t1.sub(t2).mul(0.5f).intoArray(s, at + 5 * sStep);
            half.add(t3).intoArray(s, at + 6 * sStep);
        }
    }

    @Override
    public boolean transposes() {
        return VectorGemm.SELECTS;
    }

    @Override
    public void toLanes(int n, float[] x, int xOffset, int plane, float[] y, int yOffset, int[] at) {
        int done = VectorGemm.SELECTS && n >= N ? n : 0;
        VectorLaneTranspose.toLanes(done, x, xOffset, plane, y, yOffset, at);
        for (int p = done; p < n; p++) {
            for (int l = 0; l < N; l++) {
                y[yOffset + at[p] + l] = x[xOffset + l * plane + p];
            }
        }
    }

    @Override
    public void fromLanes(int n, float[] x, int xOffset, float[] y, int yOffset, int plane) {
        int done = VectorGemm.SELECTS && n >= N ? n : 0;
        VectorLaneTranspose.columns(done, x, xOffset, N, y, yOffset, plane);
        for (int p = done; p < n; p++) {
            for (int l = 0; l < N; l++) {
                y[yOffset + l * plane + p] = x[xOffset + p * N + l];
            }
        }
    }

    @Override
    public void product(int vectors, int k, float[] a, int aOffset, int[] terms, float[] b, int bOffset, int bStep,
            float[] c, int cOffset, int cStep) {
        VectorChannelTiles.product(vectors, k, a, aOffset, terms, b, bOffset, bStep, c, cOffset, cStep);
    }

    @Override
    public void accumulate(int vectors, int k, float[] a, int aOffset, float[] b, int bOffset, int bStep,
            float[] c, int cOffset, int cStep) {
        VectorChannelTiles.accumulate(vectors, k, a, aOffset, b, bOffset, bStep, c, cOffset, cStep);
    }
}
