package espalier.engine.kernel;

import static espalier.engine.kernel.Lanes.F;
import static espalier.engine.kernel.Lanes.N;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Matrix kernels on vectors: tiles, and the gathering of image patches into panels. */
final class VectorGemm implements GemmKernels {
    /** Half a vector, for image rows of half its length (8×8 images against 16 lanes); a whole one where there is no half. */
    private static final VectorSpecies<Float> HALF =
            N > 4 ? VectorSpecies.of(float.class, VectorShape.forBitSize(F.vectorBitSize() / 2)) : F;

    private static final int HALF_LANES = HALF.length();
    private static final int MAX_VECTORS =
            F.vectorBitSize() == 512 || System.getProperty("os.arch", "").equals("aarch64") ? 4 : 3;

    @Override
    public int lanes() {
        return N;
    }

    @Override
    public int maxVectors() {
        return MAX_VECTORS;
    }

    @Override
    public void tile(int vectors, int k, float[] a, int aOffset, float[] b, int bOffset, float[] c, int cOffset, int ldc) {
        VectorTiles.tile(vectors, k, a, aOffset, b, bOffset, c, cOffset, ldc);
    }

    @Override
    public void addTo(float[] from, int fromOffset, float[] to, int toOffset, int n) {
        int i = 0;
        for (int bound = F.loopBound(n); i < bound; i += N) {
            FloatVector.fromArray(F, to, toOffset + i).add(FloatVector.fromArray(F, from, fromOffset + i))
                    .intoArray(to, toOffset + i);
        }
        for (; i < n; i++) {
            to[toOffset + i] += from[fromOffset + i];
        }
    }

    @Override
    public void accumulateOuter(int m, int vectors, int k, float[] a, int aOffset, int lda, float[] b, int bOffset,
            float[] c, int cOffset) {
        VectorOuter.accumulate(m, vectors, k, a, aOffset, lda, b, bOffset, c, cOffset);
    }

    @Override
    public void accumulateDots(int m, int n, int vectors, float[] a, int aOffset, int lda, float[] b, int bOffset, int ldb,
            float[] sums, int sumsOffset) {
        int at = sumsOffset;
        for (int i = 0; i < m; i += ROWS) {
            for (int j = 0; j < n; j += ROWS, at += ROWS * ROWS * N) {
                VectorDots.dots4x4(vectors, a, aOffset + i * lda, lda, b, bOffset + j * ldb, ldb, sums, at);
            }
        }
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
            } else if (contiguous(columnOffsets, column, HALF_LANES, end)
                    && contiguous(columnOffsets, column + HALF_LANES, HALF_LANES, end)) {
                copyHalves(source, sourceOffset + columnOffsets[column], rowOffsets, firstRow, rows, panel, at, ld);
                copyHalves(source, sourceOffset + columnOffsets[column + HALF_LANES], rowOffsets, firstRow, rows,
                        panel, at + HALF_LANES, ld);
            } else {
                // Every second element by shuffles was twice as fast, and boxed a vector each time in some JVM starts.
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

    private static void copyHalves(float[] source, int from, int[] rowOffsets, int firstRow, int rows,
            float[] panel, int to, int ld) {
        for (int r = 0; r < rows; r++) {
            FloatVector.fromArray(HALF, source, from + rowOffsets[firstRow + r]).intoArray(panel, to + r * ld);
        }
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
    public void transpose(int m, int n, float[] x, int xOffset, int ldx, float[] y, int yOffset, int ldy) {
        for (int i = 0; i < m; i++) {
            int from = xOffset + i * ldx;
            for (int j = 0; j < n; j++) {
                y[yOffset + j * ldy + i] = x[from + j];
            }
        }
        if (m < ldy) {
            for (int j = 0; j < n; j++) {
                Arrays.fill(y, yOffset + j * ldy + m, yOffset + (j + 1) * ldy, 0f);
            }
        }
    }
}
