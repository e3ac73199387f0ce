package espalier.engine.kernel;

import static espalier.engine.kernel.GemmKernels.ROWS;
import static espalier.engine.kernel.Lanes.F;
import static espalier.engine.kernel.Lanes.N;

import jdk.incubator.vector.FloatVector;

/** Packs rows of a matrix by interleaving them three times. */
final class VectorTranspose {
    /** Of two vectors, their first halves in turns. */
    static final FloatVector LOWER = turns(0);
    /** Of two vectors, their second halves in turns. */
    static final FloatVector UPPER = turns(N / 2);

    private VectorTranspose() {}

    private static FloatVector turns(int from) {
        float[] lanes = new float[N];
        for (int i = 0; i < N; i++) {
            lanes[i] = i % 2 * N + from + i / 2;
        }
        return FloatVector.fromArray(F, lanes, 0);
    }

    /**
     * {@code y[j][i] = x[i][j]} for i below {@link GemmKernels#ROWS} and j below n, where vectors have sixteen lanes.
     *
     * @param n columns, a multiple of the lanes
     * @param ldx elements between rows of x
     */
    static void eightRows(int n, float[] x, int xOffset, int ldx, float[] y, int yOffset) {
        for (int j = 0; j < n; j += N) {
            int from = xOffset + j;
            int to = yOffset + j * ROWS;
            FloatVector x0 = FloatVector.fromArray(F, x, from);
            FloatVector x1 = FloatVector.fromArray(F, x, from + ldx);
            FloatVector x2 = FloatVector.fromArray(F, x, from + 2 * ldx);
            FloatVector x3 = FloatVector.fromArray(F, x, from + 3 * ldx);
            FloatVector x4 = FloatVector.fromArray(F, x, from + 4 * ldx);
            FloatVector x5 = FloatVector.fromArray(F, x, from + 5 * ldx);
            FloatVector x6 = FloatVector.fromArray(F, x, from + 6 * ldx);
            FloatVector x7 = FloatVector.fromArray(F, x, from + 7 * ldx);
            FloatVector a0 = LOWER.selectFrom(x0, x4);
            FloatVector a1 = UPPER.selectFrom(x0, x4);
            FloatVector a2 = LOWER.selectFrom(x1, x5);
            FloatVector a3 = UPPER.selectFrom(x1, x5);
            FloatVector a4 = LOWER.selectFrom(x2, x6);
            FloatVector a5 = UPPER.selectFrom(x2, x6);
            FloatVector a6 = LOWER.selectFrom(x3, x7);
            FloatVector a7 = UPPER.selectFrom(x3, x7);
            FloatVector b0 = LOWER.selectFrom(a0, a4);
            FloatVector b1 = UPPER.selectFrom(a0, a4);
            FloatVector b2 = LOWER.selectFrom(a1, a5);
            FloatVector b3 = UPPER.selectFrom(a1, a5);
            FloatVector b4 = LOWER.selectFrom(a2, a6);
            FloatVector b5 = UPPER.selectFrom(a2, a6);
            FloatVector b6 = LOWER.selectFrom(a3, a7);
            FloatVector b7 = UPPER.selectFrom(a3, a7);
            FloatVector y0 = LOWER.selectFrom(b0, b4);
            FloatVector y1 = UPPER.selectFrom(b0, b4);
            FloatVector y2 = LOWER.selectFrom(b1, b5);
            FloatVector y3 = UPPER.selectFrom(b1, b5);
            FloatVector y4 = LOWER.selectFrom(b2, b6);
            FloatVector y5 = UPPER.selectFrom(b2, b6);
            FloatVector y6 = LOWER.selectFrom(b3, b7);
            FloatVector y7 = UPPER.selectFrom(b3, b7);
            y0.intoArray(y, to);
            y1.intoArray(y, to + N);
            y2.intoArray(y, to + 2 * N);
            y3.intoArray(y, to + 3 * N);
            y4.intoArray(y, to + 4 * N);
            y5.intoArray(y, to + 5 * N);
            y6.intoArray(y, to + 6 * N);
            y7.intoArray(y, to + 7 * N);
        }
    }
}
