package espalier.engine.kernel;

import static espalier.engine.kernel.GemmKernels.HALF_ROWS;
import static espalier.engine.kernel.GemmKernels.ROWS;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * {@code C = clamp(W · patches + bias)}: the matrix product inside a convolution, for one or a few padded images.
 *
 * <ul>
 *   <li>where rows of positions, or several of them end to end, are whole vectors, tiles read the padded image in place
 *   <li>where they are not and W has only a few rows (depthwise), likewise, over the padded rows end to end; what falls between
 *       the rows is dropped
 *   <li>else patches are gathered into panels, of several images where one has too few positions
 * </ul>
 */
final class PatchProduct {
    private enum Way { DIRECT, FLAT, GATHERED }

    private final GemmKernels gemm;
    private final Patches patches;
    private final int m;
    private final int plane;
    private final int paddedRows;
    private final Way way;
    private final int terms;
    private final int images;
    private final int block;
    /** Of each vector of positions (direct, flat) or of each position (gathered). */
    private final int[] positions;
    private final TapProduct inPlace;

    /**
     * @param m rows of W
     * @param plane elements between rows of C: at least as many as there are positions
     */
    PatchProduct(GemmKernels gemm, Patches patches, int m, int plane) {
        this.gemm = gemm;
        this.patches = patches;
        this.m = m;
        this.plane = plane;
        this.paddedRows = Gemm.roundUp(m, ROWS);
        this.terms = patches.taps().length;
        int width = gemm.lanes() * gemm.maxVectors();
        way = way();
        images = way == Way.GATHERED && patches.positions() > 0 ? Math.max(1, width / patches.positions()) : 1;
        block = TapProduct.block(terms);
        positions = switch (way) {
            case DIRECT -> patches.vectors(1, gemm.lanes());
            case FLAT -> IntStream.range(0, Math.ceilDiv(patches.flat(), gemm.lanes())).map(v -> v * gemm.lanes()).toArray();
            case GATHERED -> patches.positionsOf(images);
        };
        inPlace = way == Way.GATHERED ? null : new TapProduct(gemm, m, patches.taps(), positions,
                IntStream.range(0, positions.length).map(v -> v * gemm.lanes()).toArray());
    }

    private Way way() {
        if (patches.together() || patches.columns() % gemm.lanes() == 0) {
            return Way.DIRECT;
        }
        return m < HALF_ROWS ? Way.FLAT : Way.GATHERED;
    }

    /** {@return the most images that {@link #multiply} takes} */
    int images() {
        return images;
    }

    /** {@return whether images of h rows and w columns are read as they are, without a padded copy} */
    boolean unpadded(int h, int w) {
        return way != Way.FLAT && patches.unpadded(h, w);
    }

    /** {@return the floats of scratch that {@link #multiply} needs, beside the padded images} */
    int scratch() {
        int width = gemm.lanes() * gemm.maxVectors();
        return switch (way) {
            case DIRECT -> inPlace.scratchSize();
            case FLAT -> (m * positions.length + 1) * gemm.lanes() + inPlace.scratchSize();
            case GATHERED -> (block + ROWS) * width + (images > 1 ? m * images * patches.positions() : 0);
        };
    }

    /** {@return floats that {@link #pack} writes} */
    int packedSize() {
        return paddedRows * terms;
    }

    /** Packs W {@code [m][terms]}. */
    void pack(float[] w, int wOffset, float[] packed, int packedOffset) {
        TapProduct.pack(gemm, m, terms, block, w, wOffset, packed, packedOffset);
    }

    /**
     * {@code C[i][row][position] = clamp(Σ_k W[row][k] · patches[i][k][position] + bias[row])} for {@code count} padded
     * images.
     *
     * @param x the padded images, one after the other, from {@code source} on
     * @param first row of W to multiply, a multiple of {@link GemmKernels#ROWS}
     * @param end row after the last
     * @param bias of row {@code i} at {@code biasOffset + i}; null for none, and no clamp either
     * @param lowest bound of the clamp, −∞ for none, {@code highest} likewise
     * @param cOffset of the first image's row {@code first}
     * @param step elements between images in C
     */
    void multiply(int count, float[] x, int source, int first, int end, float[] packed, int packedOffset, float[] bias,
            int biasOffset, float lowest, float highest, float[] c, int cOffset, int step, float[] scratch, int scratchOffset) {
        switch (way) {
            case DIRECT -> inPlace.multiply(x, source, first, end, packed, packedOffset, bias, biasOffset, lowest, highest,
                    c, cOffset, plane, scratch, scratchOffset);
            case FLAT -> {
                // Vectors may read beyond the last element of the image, which this leaves some elements behind.
                int rowsAt = scratchOffset + gemm.lanes();
                int ld = positions.length * gemm.lanes();
                inPlace.multiply(x, source, first, end, packed, packedOffset, bias, biasOffset, lowest, highest,
                        scratch, rowsAt, ld, scratch, rowsAt + m * ld);
                for (int i = 0; i < end - first; i++) {
                    gemm.copyRows(patches.rows(), patches.columns(), scratch, rowsAt + i * ld, patches.pitch(), 1,
                            c, cOffset + i * plane, patches.columns());
                }
            }
            case GATHERED -> {
                gathered(count, x, source, first, end, packed, packedOffset, c, cOffset, step, scratch, scratchOffset);
                for (int i = 0; i < count && bias != null; i++) {
                    gemm.finishRows(end - first, patches.positions(), bias, biasOffset + first, lowest, highest,
                            c, cOffset + i * step, plane);
                }
            }
        }
    }

    private void gathered(int count, float[] x, int source, int first, int end, float[] packed, int packedOffset,
            float[] c, int cOffset, int step, float[] scratch, int scratchOffset) {
        int width = gemm.lanes() * gemm.maxVectors();
        int tileAt = scratchOffset + block * width;
        int rows = end - first;
        int one = patches.positions();
        int all = count * one;
        int togetherAt = tileAt + ROWS * width;
        float[] sums = count > 1 ? scratch : c;
        int sumsAt = count > 1 ? togetherAt : cOffset;
        int ldSums = count > 1 ? all : plane;
        for (int i = 0; i < rows; i++) {
            Arrays.fill(sums, sumsAt + i * ldSums, sumsAt + i * ldSums + all, 0f);
        }
        for (int j = 0, ld; j < all; j += ld) {
            ld = gemm.next(Gemm.vectors(gemm, all - j)) * gemm.lanes();
            int columns = Math.min(ld, all - j);
            for (int q = 0; q < terms; q += block) {
                int kb = Math.min(block, terms - q);
                gemm.gatherPanel(x, source, patches.taps(), q, kb, positions, j, columns, scratch, scratchOffset, ld);
                Gemm.panel(gemm, rows, kb, columns, packed, packedOffset + q * paddedRows + first * kb,
                        scratch, scratchOffset, ld, sums, sumsAt + j, ldSums, scratch, tileAt);
            }
        }
        for (int i = 0; i < count && count > 1; i++) {
            gemm.copyRows(rows, one, scratch, togetherAt + i * one, all, 1, c, cOffset + i * step, plane);
        }
    }
}
