package espalier.engine.kernel;

import static espalier.engine.kernel.GemmKernels.HALF_ROWS;
import static espalier.engine.kernel.GemmKernels.ROWS;
import static espalier.engine.kernel.GemmKernels.ROW_VECTORS;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * {@code C[i][v] = clamp(Σ_k W[i][k] · x[positions[v] + taps[k]] + bias[i])}, v counting vectors: a convolution over values that
 * lie so that each vector of outputs reads vectors of inputs.
 *
 * <p>An instance is immutable and may be used by several threads.
 */
public final class TapProduct {
    /**
     * Terms that are summed before the sum is added to C. Longer sums would save 2 % and round more: ten PGD steps through
     * ResNet-20 then agree with PyTorch's in 99.69 instead of 99.72 % of the mask that they lead to.
     */
    static final int MOST_TERMS = 144;
    /** Terms of a 3×3 convolution of one channel. */
    private static final int DEPTHWISE = 9;
    /** Floats of x that eight rows of C read before the next eight do: 256 KiB, a quarter of L2. */
    private static final int REPEATED = 1 << 16;
    /** What makes copying planes worth while: rows that read the copy, planes, and elements of a plane. */
    private static final int COPIED_ROWS = 2 * ROWS;
    private static final int COPIED_TERMS = 64;
    private static final int COPIED_PLANE = 512;
    /** Floats of each plane that are copied at a time, rounded up to panels, and of all: 1 MiB. */
    private static final int PAGE = 1 << 10;
    private static final int MOST_COPIED = 1 << 18;

    private final GemmKernels gemm;
    private final int paddedRows;
    private final int terms;
    private final int block;
    private final int[] taps;
    private final int[] positions;
    private final int[] targets;
    /** How many vectors from here on are neighbours in C. */
    private final int[] runs;
    /**
     * Vectors of eight rows of C that are computed before those of the next eight: long stretches of few planes, which are fetched
     * ahead. By all rows of three vectors, 1×1 convolutions of 32×32 reached 42 GFLOP/s from 16 to 96 channels (Zen 4).
     */
    private final int stretch;
    /**
     * Offsets of the terms in a panel, a tile wide, or null where x is read in place. Panels of a stretch are filled plane by plane:
     * three vectors each of many planes are not fetched ahead, 144 of 32×32 were read at half the speed (Zen 4). Read in place, tiles
     * of 24 rows by one vector reached 47 GFLOP/s where this reaches 70, and 63 with planes fetched before: a vector is loaded for
     * each multiply-add then, as many as a cycle can.
     */
    private final int[] copied;

    /**
     * @param m rows of W
     * @param taps offsets of the terms in x
     * @param positions of the vectors in x
     * @param targets of the vectors in a row of C
     */
    public TapProduct(GemmKernels gemm, int m, int[] taps, int[] positions, int[] targets) {
        this.gemm = gemm;
        this.taps = taps;
        this.positions = positions;
        this.targets = targets;
        runs = new int[targets.length];
        for (int v = targets.length - 1; v >= 0; v--) {
            runs[v] = v + 1 < targets.length && targets[v + 1] == targets[v] + gemm.lanes() ? runs[v + 1] + 1 : 1;
        }
        paddedRows = Gemm.roundUp(m, ROWS);
        terms = taps.length;
        block = block(terms);
        int reach = 1 + Arrays.stream(taps).max().orElse(0) + Arrays.stream(positions).max().orElse(0);
        copied = m >= COPIED_ROWS && planes() ? IntStream.range(0, terms).map(p -> p * panel()).toArray() : null;
        stretch = copied != null
                ? Math.max(1, Math.ceilDiv(Math.min(PAGE, MOST_COPIED / terms), panel())) * gemm.maxVectors()
                : (int) Math.max(1, (long) positions.length * REPEATED / Math.max(REPEATED, reach));
    }

    /** {@return whether these are the sums of many large planes that lie end to end} */
    private boolean planes() {
        boolean planes = gemm.lanes() > 1 && terms >= COPIED_TERMS && taps[1] >= COPIED_PLANE;
        for (int p = 0; p < terms && planes; p++) {
            planes = taps[p] == p * taps[1];
        }
        for (int v = 0; v < positions.length && planes; v++) {
            planes = positions[v] == v * gemm.lanes() && targets[v] == positions[v];
        }
        return planes;
    }

    /** {@return elements of a row of a panel} */
    private int panel() {
        return gemm.maxVectors() * gemm.lanes();
    }

    /** {@return the length of the blocks that a sum of so many terms is divided into} */
    static int block(int terms) {
        return terms == 0 ? 1 : Math.ceilDiv(terms, Math.ceilDiv(terms, MOST_TERMS));
    }

    /** {@return floats that {@link #pack} writes} */
    public int packedSize() {
        return paddedRows * terms;
    }

    /** Packs W {@code [m][terms]}, its rows one after the other. */
    public void pack(int m, float[] w, int wOffset, float[] packed, int packedOffset) {
        pack(gemm, m, terms, block, w, wOffset, packed, packedOffset);
    }

    static void pack(GemmKernels gemm, int m, int terms, int block, float[] w, int wOffset, float[] packed, int packedOffset) {
        for (int q = 0; q < terms; q += block) {
            Gemm.packRows(gemm, m, Math.min(block, terms - q), 1, w, wOffset + q, terms, 1, packed,
                    packedOffset + q * Gemm.roundUp(m, ROWS));
        }
    }

    /**
     * Packs W, whose columns lie apart: {@code W[i][o·kernel.length + t] = w[(o·m + i)·size + kernel[t]]}.
     *
     * @param terms columns of W, a multiple of the kernel's length
     */
    static void packTurned(GemmKernels gemm, int m, int terms, int[] kernel, int size, float[] w, int wOffset,
            float[] packed, int packedOffset) {
        int block = block(terms);
        int paddedRows = Gemm.roundUp(m, ROWS);
        for (int q = 0; q < terms && kernel.length == 1; q += block) {
            Gemm.packRows(gemm, m, Math.min(block, terms - q), 1, w, wOffset + q * m * size + kernel[0], size, m * size,
                    packed, packedOffset + q * paddedRows);
        }
        if (kernel.length == 1) {
            return;
        }
        for (int from = 0, run; from < terms; from += run) {
            int o = from / kernel.length;
            int first = from % kernel.length;
            int q = from / block * block;
            int kb = Math.min(block, terms - q);
            run = Math.min(kernel.length - first, q + kb - from);
            for (int i = 0; i < m; i += ROWS) {
                int to = packedOffset + q * paddedRows + i * kb + (from - q) * ROWS;
                turn(Math.min(ROWS, m - i), kernel, first, first + run, size, w, wOffset + (o * m + i) * size, packed, to);
            }
        }
    }

    /** {@code packed[t][i] = w[i][kernel[t]]} for t from {@code first} up to {@code end}, zeros from {@code rows} on. */
    private static void turn(int rows, int[] kernel, int first, int end, int size, float[] w, int wOffset,
            float[] packed, int packedOffset) {
        for (int t = first, to = packedOffset; t < end; t++, to += ROWS) {
            int at = wOffset + kernel[t];
            for (int i = 0; i < rows; i++) {
                packed[to + i] = w[at + i * size];
            }
            for (int i = rows; i < ROWS; i++) {
                packed[to + i] = 0f;
            }
        }
    }

    /** {@return the floats of scratch that {@link #multiply} needs} */
    public int scratchSize() {
        return copyAt() + (copied == null ? 0 : terms * stretch * gemm.lanes());
    }

    private int copyAt() {
        return 2 * ROWS * Math.max(ROW_VECTORS, gemm.maxVectors()) * gemm.lanes();
    }

    /**
     * Computes the rows from {@code first} up to {@code end}.
     *
     * @param first a multiple of {@link GemmKernels#ROWS}
     * @param bias of row i at {@code biasOffset + i}; null for none, and no clamp either
     * @param lowest bound of the clamp, −∞ for none; {@code highest} likewise
     * @param cOffset of row {@code first}
     * @param ldc elements between rows of C
     */
    public void multiply(float[] x, int xOffset, int first, int end, float[] packed, int packedOffset, float[] bias, int biasOffset,
            float lowest, float highest, float[] c, int cOffset, int ldc, float[] scratch, int scratchOffset) {
        if (end - first == 1 && terms == DEPTHWISE) {
            gemm.nineTaps(packed, packedOffset + first * terms, x, xOffset, taps, positions, c, cOffset, targets);
            for (int v = 0; v < targets.length && bias != null; v += runs[v]) {
                gemm.finishRows(1, runs[v] * gemm.lanes(), bias, biasOffset + first, lowest, highest, c, cOffset + targets[v], ldc);
            }
            return;
        }
        for (int v = 0; v < positions.length; v += stretch) {
            int to = Math.min(positions.length, v + stretch);
            if (copied != null) {
                copy(x, xOffset + positions[v], to - v, scratch, scratchOffset + copyAt());
            }
            for (int i = first; i < end; i += ROWS) {
                rows(x, xOffset, i, Math.min(ROWS, end - i), end - first >= HALF_ROWS, v, to,
                        packed, packedOffset, bias, biasOffset, lowest, highest, c, cOffset + (i - first) * ldc, ldc,
                        scratch, scratchOffset);
            }
        }
    }

    /** Copies so many vectors of each plane to panels. */
    private void copy(float[] x, int xOffset, int vectors, float[] to, int toOffset) {
        int whole = vectors / gemm.maxVectors();
        int rest = (vectors - whole * gemm.maxVectors()) * gemm.lanes();
        for (int p = 0; p < terms; p++) {
            int from = xOffset + taps[p];
            gemm.copyRows(whole, panel(), x, from, panel(), 1, to, toOffset + copied[p], terms * panel());
            if (rest > 0) {
                System.arraycopy(x, from + whole * panel(), to, toOffset + whole * terms * panel() + copied[p], rest);
            }
        }
    }

    /** Vectors from {@code from} up to {@code to} of the rows from i on. */
    private void rows(float[] x, int xOffset, int i, int rows, boolean tiles, int from, int to, float[] packed, int packedOffset,
            float[] bias, int biasOffset, float lowest, float highest, float[] c, int cOffset, int ldc,
            float[] scratch, int scratchOffset) {
        int lanes = gemm.lanes();
        for (int v = from, vectors; v < to; v += vectors) {
            int left = to - v;
            vectors = copied != null ? Math.min(gemm.maxVectors(), left)
                    : tiles ? gemm.next(left) : Math.min(ROW_VECTORS, left);
            int width = vectors * lanes;
            int sumAt = scratchOffset + ROWS * width;
            boolean together = runs[v] >= vectors;
            float[] source = copied != null ? scratch : x;
            int panelAt = scratchOffset + copyAt() + (v - from) * terms * lanes;
            int at0 = at(0, vectors, v, xOffset, panelAt);
            int at1 = at(1, vectors, v, xOffset, panelAt);
            int at2 = at(2, vectors, v, xOffset, panelAt);
            int at3 = at(3, vectors, v, xOffset, panelAt);
            float[] y = together ? c : scratch;
            int yAt = together ? cOffset + targets[v] : sumAt;
            int ld = together ? ldc : width;
            tile(rows, vectors, packed, packedOffset + i * Math.min(block, terms), 0, source, at0, at1, at2, at3, y, yAt, ld);
            for (int q = block; q < terms; q += block) {
                tile(rows, vectors, packed, packedOffset + q * paddedRows + i * Math.min(block, terms - q), q,
                        source, at0, at1, at2, at3, scratch, scratchOffset, width);
                gemm.addRows(rows, width, scratch, scratchOffset, width, y, yAt, ld);
            }
            if (bias != null) {
                gemm.finishRows(rows, width, bias, biasOffset + i, lowest, highest, y, yAt, ld);
            }
            for (int u = 0; u < vectors && !together; u++) {
                gemm.copyRows(rows, lanes, scratch, sumAt + u * lanes, width, 1, c, cOffset + targets[v + u], ldc);
            }
        }
    }

    /** {@return where vector u of the tile at v is read} */
    private int at(int u, int vectors, int v, int xOffset, int panelAt) {
        return u >= vectors ? 0 : copied != null ? panelAt + u * gemm.lanes() : xOffset + positions[v + u];
    }

    /** The terms from q on, as many as a block has, of up to {@link GemmKernels#ROWS} rows; fewer than four one by one. */
    private void tile(int rows, int vectors, float[] packed, int row, int q, float[] x, int at0, int at1, int at2, int at3,
            float[] c, int cOffset, int ldc) {
        int kb = Math.min(block, terms - q);
        int[] at = copied != null ? copied : taps;
        int done = rows / HALF_ROWS * HALF_ROWS;
        if (done > 0) {
            gemm.taps(done, vectors, kb, packed, row, x, at, q, at0, at1, at2, c, cOffset, ldc);
        }
        for (int r = done; r < rows; r++) {
            gemm.tapsRow(vectors, kb, packed, row + r, x, at, q, at0, at1, at2, at3, c, cOffset + r * ldc);
        }
    }
}
