package espalier.engine.kernel;

import static espalier.engine.kernel.GemmKernels.ROWS;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * {@code C = clamp(W · patches + bias)}: the matrix product inside a convolution, for one or a few padded images.
 *
 * <ul>
 *   <li>where rows of positions are whole vectors, tiles read the padded image in place
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
    private final int paddedRows;
    private final Way way;
    private final int terms;
    private final int images;
    private final int block;
    /** Of each vector of positions (direct, flat) or of each position (gathered). */
    private final int[] positions;
    private final TapProduct direct;

    /** @param m rows of W */
    PatchProduct(GemmKernels gemm, Patches patches, int m) {
        this.gemm = gemm;
        this.patches = patches;
        this.m = m;
        this.paddedRows = Gemm.roundUp(m, ROWS);
        this.terms = patches.taps().length;
        int width = gemm.lanes() * gemm.maxVectors();
        way = patches.columns() % gemm.lanes() == 0 ? Way.DIRECT : m < ROWS ? Way.FLAT : Way.GATHERED;
        images = way == Way.GATHERED && patches.positions() > 0 ? Math.max(1, width / patches.positions()) : 1;
        block = TapProduct.block(terms);
        positions = switch (way) {
            case DIRECT -> patches.vectors(1, gemm.lanes());
            case FLAT -> IntStream.range(0, Math.ceilDiv(flat(), gemm.lanes())).map(v -> v * gemm.lanes()).toArray();
            case GATHERED -> patches.positionsOf(images);
        };
        int[] targets = IntStream.range(0, positions.length).map(v -> v * gemm.lanes()).toArray();
        direct = way == Way.DIRECT ? new TapProduct(gemm, m, patches.taps(), positions, targets) : null;
    }

    /** Elements from the first position to the last. */
    private int flat() {
        return patches.positions() == 0 ? 0 : patches.position(patches.rows() - 1, patches.columns());
    }

    /** {@return the most images that {@link #multiply} takes} */
    int images() {
        return images;
    }

    /** {@return the floats of scratch that {@link #multiply} needs, beside the padded images} */
    int scratch() {
        int width = gemm.lanes() * gemm.maxVectors();
        return switch (way) {
            case DIRECT -> direct.scratchSize();
            case FLAT -> (positions.length + 1) * gemm.lanes() + width;
            case GATHERED -> (block + ROWS) * width + (images > 1 ? m * images * patches.positions() : 0);
        };
    }

    /** {@return floats that {@link #pack} writes} */
    int packedSize() {
        return paddedRows * terms;
    }

    /** Packs W {@code [m][terms]}. */
    void pack(float[] w, int wOffset, float[] packed, int packedOffset) {
        TapProduct.pack(m, terms, block, w, wOffset, packed, packedOffset);
    }

    /**
     * {@code C[i][row][position] = clamp(Σ_k W[row][k] · patches[i][k][position] + bias[row])} for {@code count} padded images.
     *
     * @param source of the first padded image, in {@code scratch}; the others follow
     * @param first row of W to multiply, a multiple of {@link GemmKernels#ROWS}
     * @param end row after the last
     * @param bias of row {@code i} at {@code biasOffset + i}; null for none, and no clamp either
     * @param lowest bound of the clamp, −∞ for none, {@code highest} likewise
     * @param cOffset of the first image's row {@code first}; rows are as far apart as there are positions
     * @param step elements between images in C
     */
    void multiply(int count, int source, int first, int end, float[] packed, int packedOffset, float[] bias, int biasOffset,
            float lowest, float highest, float[] c, int cOffset, int step, float[] scratch, int scratchOffset) {
        if (way == Way.DIRECT) {
            direct.multiply(scratch, source, first, end, packed, packedOffset, bias, biasOffset, lowest, highest,
                    c, cOffset, patches.positions(), scratch, scratchOffset);
            return;
        }
        if (way == Way.FLAT) {
            flat(source, first, end, packed, packedOffset, c, cOffset, scratch, scratchOffset);
        } else {
            gathered(count, source, first, end, packed, packedOffset, c, cOffset, step, scratch, scratchOffset);
        }
        for (int i = 0; i < count && bias != null; i++) {
            gemm.finishRows(end - first, patches.positions(), bias, biasOffset + first, lowest, highest, c, cOffset + i * step,
                    patches.positions());
        }
    }

    private void flat(int source, int first, int end, float[] packed, int packedOffset, float[] c, int cOffset,
            float[] scratch, int scratchOffset) {
        int n = patches.columns();
        int lanes = gemm.lanes();
        // Vectors may read beyond the last element of the image, which this leaves some elements behind.
        int rowAt = scratchOffset + lanes;
        int sumAt = rowAt + positions.length * lanes;
        for (int i = first; i < end; i++) {
            for (int v = 0; v < positions.length; v += gemm.maxVectors()) {
                int vectors = Math.min(gemm.maxVectors(), positions.length - v);
                int at = source + positions[v];
                for (int q = 0; q == 0 || q < terms; q += block) {
                    int kb = Math.min(block, terms - q);
                    int to = q == 0 ? rowAt + v * lanes : sumAt;
                    gemm.tapsRow(vectors, kb, packed, packedOffset + q * paddedRows + i / ROWS * ROWS * kb + i % ROWS,
                            scratch, patches.taps(), q, at, at + lanes, at + 2 * lanes, at + 3 * lanes, scratch, to);
                    if (q > 0) {
                        gemm.addRows(1, vectors * lanes, scratch, sumAt, 0, scratch, rowAt + v * lanes, 0);
                    }
                }
            }
            gemm.copyRows(patches.rows(), n, scratch, rowAt, patches.pitch(), 1, c, cOffset + (i - first) * patches.positions(), n);
        }
    }

    private void gathered(int count, int source, int first, int end, float[] packed, int packedOffset,
            float[] c, int cOffset, int step, float[] scratch, int scratchOffset) {
        int width = gemm.lanes() * gemm.maxVectors();
        int tileAt = scratchOffset + block * width;
        int rows = end - first;
        int one = patches.positions();
        int all = count * one;
        int togetherAt = tileAt + ROWS * width;
        float[] sums = count > 1 ? scratch : c;
        int sumsAt = count > 1 ? togetherAt : cOffset;
        Arrays.fill(sums, sumsAt, sumsAt + rows * all, 0f);
        for (int j = 0; j < all; j += width) {
            int columns = Math.min(width, all - j);
            int ld = Gemm.roundUp(columns, gemm.lanes());
            for (int q = 0; q < terms; q += block) {
                int kb = Math.min(block, terms - q);
                gemm.gatherPanel(scratch, source, patches.taps(), q, kb, positions, j, columns, scratch, scratchOffset, ld);
                Gemm.panel(gemm, rows, kb, columns, packed, packedOffset + q * paddedRows + first * kb, 0, true,
                        scratch, scratchOffset, ld, sums, sumsAt + j, all, scratch, tileAt);
            }
        }
        for (int i = 0; i < count && count > 1; i++) {
            gemm.copyRows(rows, one, scratch, togetherAt + i * one, all, 1, c, cOffset + i * step, one);
        }
    }
}
