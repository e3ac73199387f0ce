package espalier.engine.kernel;

import static espalier.engine.kernel.GemmKernels.ROWS;
import static espalier.engine.kernel.Lanes.F;
import static espalier.engine.kernel.Lanes.N;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Matrix kernels on vectors: tiles, and the gathering of image patches into panels. */
final class VectorGemm implements GemmKernels {
    private static final int HALF = N / 2;
    /** Two vectors' lanes are selected by one instruction. */
    static final boolean SELECTS = F.vectorBitSize() == 512;
    /** Of two vectors, every second lane from the first on. */
    static final FloatVector EVEN = FloatVector.zero(F).addIndex(2);
    /** Of two vectors, the first halves. */
    private static final FloatVector HALVES = FloatVector.fromArray(F, halves(), 0);
    /** Of two vectors, their first halves in turns. */
    private static final FloatVector LOWER = VectorTranspose.LOWER;

    private final WinogradKernels winograd = new VectorWinograd();

    @Override
    public int lanes() {
        return N;
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
        VectorTiles.tile(rows, vectors, k, a, aOffset, b, bOffset, ldb, c, cOffset, ldc);
    }

    @Override
    public void taps(int rows, int vectors, int k, float[] a, int aOffset, float[] b, int[] taps, int tapsOffset,
            int at0, int at1, int at2, float[] c, int cOffset, int ldc) {
        VectorTaps.tile(rows, vectors, k, a, aOffset, b, taps, tapsOffset, at0, at1, at2, c, cOffset, ldc);
    }

    @Override
    public void tapsRow(int vectors, int k, float[] a, int aOffset, float[] b, int[] taps, int tapsOffset,
            int at0, int at1, int at2, int at3, float[] c, int cOffset) {
        VectorTapRows.row(vectors, k, a, aOffset, b, taps, tapsOffset, at0, at1, at2, at3, c, cOffset);
    }

    @Override
    public void nineTaps(float[] a, int aOffset, float[] b, int bOffset, int[] taps, int[] positions,
            float[] c, int cOffset, int[] targets) {
        VectorNine.taps(a, aOffset, b, bOffset, taps, positions, c, cOffset, targets);
    }

    @Override
    public void nineLanes(int vectors, float[] a, int aOffset, float[] b, int bOffset, int row, int[] positions,
            float[] c, int cOffset) {
        VectorNine.lanes(vectors, a, aOffset, b, bOffset, row, positions, c, cOffset);
    }

    @Override
    public void nineDots(int vectors, float[] x, int xOffset, int row, int[] positions, float[] g, int gOffset,
            float[] sums, int sumsOffset) {
        VectorNine.dots(vectors, x, xOffset, row, positions, g, gOffset, sums, sumsOffset);
    }

    @Override
    public void accumulateOuter(int m, int vectors, int k, float[] a, int aOffset, int lda, float[] b, int bOffset,
            float[] c, int cOffset) {
        VectorOuter.accumulate(m, vectors, k, a, aOffset, lda, b, bOffset, c, cOffset);
    }

    @Override
    public void dots(int outputs, int vectors, float[] x, int xOffset, int[] xAt, int[] taps, int tapsOffset,
            float[] g, int[] gAt, int gOffset, int ldg, float[] sums, int sumsOffset) {
        VectorDots.dots(outputs, vectors, x, xOffset, xAt, taps, tapsOffset, g, gAt, gOffset, ldg, sums, sumsOffset);
    }

    @Override
    public void gatherPanel(float[] source, int sourceOffset, int[] rowOffsets, int firstRow, int rows,
            int[] columnOffsets, int firstColumn, int columns, float[] panel, int panelOffset, int ld) {
        int end = firstColumn + columns;
        for (int j = 0; j < columns; j += N) {
            int at = panelOffset + j;
            int column = firstColumn + j;
            if (contiguous(columnOffsets, column, N, end)) {
                copyVectors(source, sourceOffset + columnOffsets[column], rowOffsets, firstRow, rows, panel, at, ld);
            } else if (SELECTS && contiguous(columnOffsets, column, HALF, end)
                    && contiguous(columnOffsets, column + HALF, HALF, end)
                    && sourceOffset + columnOffsets[column + HALF] + rowOffsets[firstRow + rows - 1] + N <= source.length) {
                copyHalves(source, sourceOffset + columnOffsets[column], sourceOffset + columnOffsets[column + HALF],
                        rowOffsets, firstRow, rows, panel, at, ld);
            } else {
                copyElements(source, sourceOffset, rowOffsets, firstRow, rows,
                        columnOffsets, column, Math.min(N, end - column), panel, at, ld);
            }
        }
    }

    /** {@return whether these columns lie side by side; offsets grow, so the ends tell} */
    private static boolean contiguous(int[] offsets, int from, int length, int end) {
        return from + length <= end && offsets[from + length - 1] - offsets[from] == length - 1;
    }

    private static void copyVectors(float[] source, int from, int[] rowOffsets, int firstRow, int rows,
            float[] panel, int to, int ld) {
        for (int r = 0; r < rows; r++) {
            FloatVector.fromArray(F, source, from + rowOffsets[firstRow + r]).intoArray(panel, to + r * ld);
        }
    }

    /**
     * Two rows of half a vector (8×8 images against 16 lanes). Not by a vector shape of their own: {@code intoArray} and other
     * methods that all kernels share are inlined by the classes that they have seen, and a second shape boxed vectors in one JVM
     * start of five.
     */
    private static void copyHalves(float[] source, int first, int second, int[] rowOffsets, int firstRow, int rows,
            float[] panel, int to, int ld) {
        for (int r = 0; r < rows; r++) {
            int at = rowOffsets[firstRow + r];
            HALVES.selectFrom(FloatVector.fromArray(F, source, first + at), FloatVector.fromArray(F, source, second + at))
                    .intoArray(panel, to + r * ld);
        }
    }

    private static float[] halves() {
        float[] lanes = new float[N];
        for (int i = 0; i < N; i++) {
            lanes[i] = i < HALF ? i : N + i - HALF;
        }
        return lanes;
    }

    private static void copyElements(float[] source, int sourceOffset, int[] rowOffsets, int firstRow, int rows,
            int[] columnOffsets, int firstColumn, int columns, float[] panel, int to, int ld) {
        for (int r = 0; r < rows; r++) {
            int from = sourceOffset + rowOffsets[firstRow + r];
            int at = to + r * ld;
            int j = 0;
            for (; j < columns; j++) {
                panel[at + j] = source[from + columnOffsets[firstColumn + j]];
            }
            for (; j < N; j++) {
                panel[at + j] = 0f;
            }
        }
    }

    @Override
    public void copyRows(int m, int n, float[] x, int xOffset, int ldx, int step, float[] y, int yOffset, int ldy) {
        if (step != 1) {
            copyEvery(m, n, x, xOffset, ldx, step, y, yOffset, ldy);
            return;
        }
        if (n >= N) {
            copyWholes(m, n, x, xOffset, ldx, y, yOffset, ldy);
            return;
        }
        int done = 0;
        if (ldy == n && n > 0 && ldx > 0) {
            done = Math.clamp(Math.floorDiv(x.length - xOffset - N, ldx) + 1, 0, m);
            if (SELECTS && n == HALF) {
                done &= -2;
                copyPairs(done, x, xOffset, ldx, y, yOffset);
            } else {
                done = Math.clamp(Math.floorDiv(m * n - N, n) + 1, 0, done);
                copyShort(done, n, x, xOffset, ldx, y, yOffset);
            }
        }
        for (int i = done; i < m; i++) {
            System.arraycopy(x, xOffset + i * ldx, y, yOffset + i * ldy, n);
        }
    }

    /** Rows of half a vector, end to end in y: two in a vector. */
    private static void copyPairs(int m, float[] x, int xOffset, int ldx, float[] y, int yOffset) {
        for (int i = 0; i < m; i += 2) {
            HALVES.selectFrom(FloatVector.fromArray(F, x, xOffset + i * ldx), FloatVector.fromArray(F, x, xOffset + (i + 1) * ldx))
                    .intoArray(y, yOffset + i * HALF);
        }
    }

    /** Rows of less than a vector, end to end in y: each overwrites what the one before wrote too much. */
    private static void copyShort(int m, int n, float[] x, int xOffset, int ldx, float[] y, int yOffset) {
        for (int i = 0; i < m; i++) {
            FloatVector.fromArray(F, x, xOffset + i * ldx).intoArray(y, yOffset + i * n);
        }
    }

    /** The last vector of a row overlaps the one before: a masked one was as fast, and boxed in some JVM starts. */
    private static void copyWholes(int m, int n, float[] x, int xOffset, int ldx, float[] y, int yOffset, int ldy) {
        int last = n - N;
        for (int i = 0; i < m; i++) {
            int from = xOffset + i * ldx;
            int to = yOffset + i * ldy;
            for (int j = 0; j < last; j += N) {
                FloatVector.fromArray(F, x, from + j).intoArray(y, to + j);
            }
            FloatVector.fromArray(F, x, from + last).intoArray(y, to + last);
        }
    }

    private static void copyEvery(int m, int n, float[] x, int xOffset, int ldx, int step, float[] y, int yOffset, int ldy) {
        int done = 0;
        int pairs = 0;
        if (step == 2 && SELECTS) {
            for (; done <= n - N && xOffset + (m - 1) * ldx + 2 * (done + N) <= x.length; done += N) {
                copyEverySecond(m, x, xOffset + 2 * done, ldx, y, yOffset + done, ldy);
            }
            if (n == HALF && ldy == HALF && ldx > 0) {
                pairs = Math.clamp((x.length - xOffset - N) / ldx + 1, 0, m) & -2;
                copyEverySecondPairs(pairs, x, xOffset, ldx, y, yOffset);
            }
        }
        for (int i = pairs; i < m && done < n; i++) {
            int from = xOffset + i * ldx;
            int to = yOffset + i * ldy;
            for (int j = done; j < n; j++) {
                y[to + j] = x[from + j * step];
            }
        }
    }

    /** As {@link #copyPairs}, of rows of a whole vector. */
    private static void copyEverySecondPairs(int m, float[] x, int xOffset, int ldx, float[] y, int yOffset) {
        for (int i = 0; i < m; i += 2) {
            EVEN.selectFrom(FloatVector.fromArray(F, x, xOffset + i * ldx), FloatVector.fromArray(F, x, xOffset + (i + 1) * ldx))
                    .intoArray(y, yOffset + i * HALF);
        }
    }

    /**
     * A vector of each row, selected from two at once. Two shuffles and a blend, or a masked store of the rest, boxed a vector
     * each time in some JVM starts; a selection alone did not.
     */
    private static void copyEverySecond(int m, float[] x, int xOffset, int ldx, float[] y, int yOffset, int ldy) {
        for (int i = 0; i < m; i++) {
            int from = xOffset + i * ldx;
            EVEN.selectFrom(FloatVector.fromArray(F, x, from), FloatVector.fromArray(F, x, from + N))
                    .intoArray(y, yOffset + i * ldy);
        }
    }

    @Override
    public void interleaveRows(int m, int n, float[] x, int aOffset, int bOffset, int ldx, float[] y, int yOffset, int ldy) {
        int whole = SELECTS ? 2 * n / N * N : 0;
        for (int i = 0; i < m; i++) {
            int a = aOffset + i * ldx;
            int b = bOffset + i * ldx;
            int to = yOffset + i * ldy;
            for (int j = 0; j < whole; j += N) {
                LOWER.selectFrom(FloatVector.fromArray(F, x, a + j / 2), FloatVector.fromArray(F, x, b + j / 2))
                        .intoArray(y, to + j);
            }
            for (int j = whole / 2; j < n; j++) {
                y[to + 2 * j] = x[a + j];
                y[to + 2 * j + 1] = x[b + j];
            }
        }
    }

    @Override
    public void addRows(int m, int n, float[] x, int xOffset, int ldx, float[] y, int yOffset, int ldy) {
        int whole = F.loopBound(n);
        for (int i = 0; i < m; i++) {
            int from = xOffset + i * ldx;
            int to = yOffset + i * ldy;
            for (int j = 0; j < whole; j += N) {
                FloatVector.fromArray(F, y, to + j).add(FloatVector.fromArray(F, x, from + j)).intoArray(y, to + j);
            }
            for (int j = whole; j < n; j++) {
                y[to + j] += x[from + j];
            }
        }
    }

    @Override
    public void finishRows(int m, int n, float[] bias, int biasOffset, float lowest, float highest,
            float[] y, int yOffset, int ldy) {
        int whole = F.loopBound(n);
        for (int i = 0; i < m; i++) {
            float add = bias[biasOffset + i];
            int at = yOffset + i * ldy;
            for (int j = at; j < at + whole; j += N) {
                FloatVector sum = FloatVector.fromArray(F, y, j).add(add);
                sum = sum.blend(lowest, sum.lt(lowest));
                sum.blend(highest, sum.compare(VectorOperators.GT, highest)).intoArray(y, j);
            }
            for (int j = at + whole; j < at + n; j++) {
                float sum = y[j] + add;
                y[j] = sum < lowest ? lowest : sum > highest ? highest : sum;
            }
        }
    }

    @Override
    public void transpose(int m, int n, float[] x, int xOffset, int ldx, float[] y, int yOffset, int ldy) {
        if (SELECTS && m >= N && n >= N) {
            for (int j = 0; j < n; j += N) {
                int column = Math.min(j, n - N);
                VectorLaneTranspose.columns(m, x, xOffset + column, ldx, y, yOffset + column * ldy, ldy);
            }
        } else {
            transposeFew(m, n, x, xOffset, ldx, y, yOffset, ldy);
        }
    }

    private static void transposeFew(int m, int n, float[] x, int xOffset, int ldx, float[] y, int yOffset, int ldy) {
        int done = SELECTS && m == ROWS && ldy == ROWS ? F.loopBound(n) : 0;
        VectorTranspose.eightRows(done, x, xOffset, ldx, y, yOffset);
        for (int i = 0; i < m; i++) {
            int from = xOffset + i * ldx;
            for (int j = done; j < n; j++) {
                y[yOffset + j * ldy + i] = x[from + j];
            }
        }
    }
}
