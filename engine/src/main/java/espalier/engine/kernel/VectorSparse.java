package espalier.engine.kernel;

import static espalier.engine.kernel.Lanes.F;
import static espalier.engine.kernel.Lanes.N;
import static espalier.engine.kernel.VectorSparseRows.rows2x8;
import static espalier.engine.kernel.VectorSparseRows.rows4x1;
import static espalier.engine.kernel.VectorSparseRows.rows4x2;
import static espalier.engine.kernel.VectorSparseRows.rows4x4;
import static espalier.engine.kernel.VectorSparseRows.rows4x4Apart;
import static espalier.engine.kernel.VectorSparseSums.adds2x8;
import static espalier.engine.kernel.VectorSparseSums.adds4x1;
import static espalier.engine.kernel.VectorSparseSums.adds4x2;
import static espalier.engine.kernel.VectorSparseSums.adds4x4;

import jdk.incubator.vector.FloatVector;

/**
 * Sparse products on vectors.
 *
 * <p>Two long runs are better than four short ones: of the 62 instructions for a non-zero of four runs of four vectors, 24 are
 * where runs begin and whether they end inside x, and the processor takes six a cycle. (Two of eight: a tenth faster.)
 */
final class VectorSparse implements SparseKernels {
    private static final int MAX_VECTORS = Lanes.REGISTERS == 32 ? 8 : 2;

    @Override
    public int lanes() {
        return N;
    }

    @Override
    public int maxVectors() {
        return MAX_VECTORS;
    }

    @Override
    public void rows(int vectors, int stride, int first, int last, int[] starts, int[] ends, char[] columns, float[] values,
            int[] offsets, float[] bias, float low, float[] x, int xAt, int[] xRuns, float[] y, int yAt, int[] yRuns, int run,
            int yStep) {
        int x0 = xAt + xRuns[run], x1 = xAt + xRuns[run + 1];
        int y0 = yAt + yRuns[run], y1 = yAt + yRuns[run + 1];
        if (vectors == 8) {
            rows2x8(first, last, starts, ends, columns, values, offsets, bias, low, x, x0, x1, y, y0, y1, yStep);
            return;
        }
        int x2 = xAt + xRuns[run + 2], x3 = xAt + xRuns[run + 3];
        int y2 = yAt + yRuns[run + 2], y3 = yAt + yRuns[run + 3];
        switch (vectors) {
            case 4 -> {
                if (stride == 2) {
                    rows4x4Apart(first, last, starts, ends, columns, values, offsets, bias, low, x, x0, x1, x2, x3,
                            y, y0, y1, y2, y3, yStep);
                } else {
                    rows4x4(first, last, starts, ends, columns, values, offsets, bias, low, x, x0, x1, x2, x3,
                            y, y0, y1, y2, y3, yStep);
                }
            }
            case 2 -> rows4x2(first, last, starts, ends, columns, values, offsets, bias, low, x, x0, x1, x2, x3,
                    y, y0, y1, y2, y3, yStep);
            default -> rows4x1(first, last, starts, ends, columns, values, offsets, bias, low, x, x0, x1, x2, x3,
                    y, y0, y1, y2, y3, yStep);
        }
    }

    @Override
    public void addRows(int vectors, int first, int last, int[] starts, int[] ends, char[] columns, float[] values, int[] offsets,
            float[] bias, float low, float[] x, int xAt, int[] xRuns, float[] y, int yAt, int[] yRuns, int run, int yStep) {
        int x0 = xAt + xRuns[run], x1 = xAt + xRuns[run + 1];
        int y0 = yAt + yRuns[run], y1 = yAt + yRuns[run + 1];
        if (vectors == 8) {
            adds2x8(first, last, starts, ends, columns, values, offsets, bias, low, x, x0, x1, y, y0, y1, yStep);
            return;
        }
        int x2 = xAt + xRuns[run + 2], x3 = xAt + xRuns[run + 3];
        int y2 = yAt + yRuns[run + 2], y3 = yAt + yRuns[run + 3];
        switch (vectors) {
            case 4 -> adds4x4(first, last, starts, ends, columns, values, offsets, bias, low, x, x0, x1, x2, x3,
                    y, y0, y1, y2, y3, yStep);
            case 2 -> adds4x2(first, last, starts, ends, columns, values, offsets, bias, low, x, x0, x1, x2, x3,
                    y, y0, y1, y2, y3, yStep);
            default -> adds4x1(first, last, starts, ends, columns, values, offsets, bias, low, x, x0, x1, x2, x3,
                    y, y0, y1, y2, y3, yStep);
        }
    }

    @Override
    public void vector(int first, int last, int[] starts, int[] ends, char[] columns, float[] values, int[] offsets, float[] bias,
            float low, float[] x, int xAt, float[] y, int yAt, int yStep) {
        for (int o = first; o < last; o++) {
            FloatVector s0 = FloatVector.zero(F);
            FloatVector s1 = s0;
            FloatVector s2 = s0;
            FloatVector s3 = s0;
            int end = ends[o];
            int j = starts[o];
            for (; j < end - 3; j += 4) {
                FloatVector x0 = FloatVector.fromArray(F, x, xAt + offsets[columns[j]]);
                s0 = x0.fma(FloatVector.broadcast(F, values[j]), s0);
                FloatVector x1 = FloatVector.fromArray(F, x, xAt + offsets[columns[j + 1]]);
                s1 = x1.fma(FloatVector.broadcast(F, values[j + 1]), s1);
                FloatVector x2 = FloatVector.fromArray(F, x, xAt + offsets[columns[j + 2]]);
                s2 = x2.fma(FloatVector.broadcast(F, values[j + 2]), s2);
                FloatVector x3 = FloatVector.fromArray(F, x, xAt + offsets[columns[j + 3]]);
                s3 = x3.fma(FloatVector.broadcast(F, values[j + 3]), s3);
            }
            for (; j < end; j++) {
                FloatVector rest = FloatVector.fromArray(F, x, xAt + offsets[columns[j]]);
                s0 = rest.fma(FloatVector.broadcast(F, values[j]), s0);
            }
            s0.add(s1).add(s2.add(s3)).add(FloatVector.broadcast(F, bias[o])).max(low).intoArray(y, yAt + o * yStep);
        }
    }
}
