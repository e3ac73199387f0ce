package espalier.engine.kernel;

import static espalier.engine.kernel.GemmKernels.ROWS;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/**
 * One 2-d convolution of one geometry, an image at a time, single-threaded: matrix multiplication over panels of patches that
 * are gathered when needed.
 *
 * <ul>
 *   <li>forward: {@code y = W · patches(x)}
 *   <li>by the input: a convolution of the output gradient with the weights turned round, for each of the stride² phases of the
 *       input's grid, so that no multiplication by an inserted zero is done
 *   <li>by the weights: {@code patches(x) · yᵀ}, summed over positions in registers: as outer products, or as dot products
 *       where there are too few outputs to pay for the broadcasts
 * </ul>
 *
 * <p>An instance is immutable and may be used by several threads. Layouts: x {@code [groups·c,h,w]}, y
 * {@code [groups·o,oh,ow]}, weight {@code [groups·o,c,kh,kw]}.
 */
public final class Convolution {
    private static final Map<Key, Convolution> KNOWN = new ConcurrentHashMap<>();
    private static final int MOST_KNOWN = 512;
    /** Positions gathered at a time for dot products: enough to pay for loading and storing their sums, few enough for L2. */
    private static final int DOT_POSITIONS = 512;
    /** Between rows of dot products: no power of two, which would put all of them into one set of the cache. */
    private static final int DOT_STRIDE = DOT_POSITIONS + 16;
    /** Floats in a cache line of 64 bytes. */
    private static final int ALIGNED = 16;

    private record Key(GemmKernels gemm, ConvShape shape, int groups) {}

    private final GemmKernels gemm;
    private final ConvShape shape;
    private final int groups;
    private final int panelWidth;
    private final boolean dots;
    private final Patches input;
    private final List<Phase> phases;

    /** The input positions {@code (a + stride·i, b + stride·j)} and the taps that reach them, in a padded output gradient. */
    private record Phase(int a, int b, int rows, int columns, int[] tapRows, int[] tapColumns, Patches patches) {}

    /** {@return the convolution of this geometry, which is remembered: its tables are made once} */
    public static Convolution of(GemmKernels gemm, ConvShape shape, int groups) {
        if (KNOWN.size() >= MOST_KNOWN) {
            KNOWN.clear();
        }
        return KNOWN.computeIfAbsent(new Key(gemm, shape, groups), k -> new Convolution(k.gemm, k.shape, k.groups));
    }

    private Convolution(GemmKernels gemm, ConvShape shape, int groups) {
        this.gemm = gemm;
        this.shape = shape;
        this.groups = groups;
        this.panelWidth = gemm.lanes() * gemm.maxVectors();
        this.dots = shape.o() <= 2 * gemm.lanes() && shape.o() % ROWS == 0 && shape.positions() % gemm.lanes() == 0;
        this.input = inputPatches(shape, groups);
        this.phases = phases(shape, groups);
    }

    /** {@return the geometry of one group} */
    public ConvShape shape() {
        return shape;
    }

    // ---- forward

    /** {@return floats that {@link #packForward} writes} */
    public int packedForwardSize() {
        return groups * Gemm.roundUp(shape.o(), ROWS) * shape.taps();
    }

    /** Packs the weights for {@link #forward}, once for all images. */
    public void packForward(float[] weight, float[] packed) {
        int m = shape.o();
        int k = shape.taps();
        for (int g = 0; g < groups; g++) {
            packBlocks(m, k, weight, g * m * k, k, packed, g * Gemm.roundUp(m, ROWS) * k);
        }
    }

    /** {@return the floats of scratch that {@link #forward} needs} */
    public int forwardScratch() {
        return scratch(input);
    }

    /**
     * {@code y = W ⋆ x + bias} for one image.
     *
     * @param bias {@code [groups·o]}, or null for none
     * @param y overwritten
     */
    public void forward(float[] packed, float[] bias, float[] x, int xOffset, float[] y, int yOffset,
            float[] scratch, int scratchOffset) {
        int positions = shape.positions();
        if (bias != null) {
            for (int o = 0; o < bias.length; o++) {
                Arrays.fill(y, yOffset + o * positions, yOffset + (o + 1) * positions, bias[o]);
            }
        }
        input.pad(x, xOffset, shape.h(), shape.w(), scratch, scratchOffset);
        for (int g = 0; g < groups; g++) {
            int source = scratchOffset + g * shape.c() * input.height() * input.width();
            multiply(input, source, shape.o(), packed, g * Gemm.roundUp(shape.o(), ROWS) * shape.taps(),
                    y, yOffset + g * shape.o() * positions, positions, bias != null,
                    scratch, scratchOffset);
        }
    }

    // ---- by the input

    /** {@return floats that {@link #packBackward} writes} */
    public int packedBackwardSize() {
        return phases.stream().mapToInt(this::packedSize).sum() * groups;
    }

    private int packedSize(Phase p) {
        return Gemm.roundUp(shape.c(), ROWS) * p.patches.taps();
    }

    /** Packs the weights for {@link #backwardInput}: for each phase the taps that reach it, input channels as rows. */
    public void packBackward(float[] weight, float[] packed, float[] scratch, int scratchOffset) {
        int at = 0;
        for (int g = 0; g < groups; g++) {
            for (Phase p : phases) {
                int k = p.patches.taps();
                for (int c = 0; c < shape.c(); c++) {
                    int to = scratchOffset + c * k;
                    for (int o = g * shape.o(); o < (g + 1) * shape.o(); o++) {
                        int from = (o * shape.c() + c) * shape.kh() * shape.kw();
                        for (int r : p.tapRows) {
                            for (int q : p.tapColumns) {
                                scratch[to++] = weight[from + r * shape.kw() + q];
                            }
                        }
                    }
                }
                packBlocks(shape.c(), k, scratch, scratchOffset, k, packed, at);
                at += packedSize(p);
            }
        }
    }

    /** {@return the floats of scratch that {@link #backwardInput} and {@link #packBackward} need} */
    public int backwardScratch() {
        int largest = 0;
        for (Phase p : phases) {
            largest = Math.max(largest, scratch(p.patches) + phaseOutput(p));
            largest = Math.max(largest, shape.c() * p.patches.taps());
        }
        return largest;
    }

    private int phaseOutput(Phase p) {
        return shape.stride() == 1 ? 0 : shape.c() * p.rows * p.columns;
    }

    /**
     * {@code gx = ∂⟨y, gy⟩/∂x} for one image.
     *
     * @param gx overwritten
     */
    public void backwardInput(float[] packed, float[] gy, int gyOffset, float[] gx, int gxOffset,
            float[] scratch, int scratchOffset) {
        int at = 0;
        Patches patches = phases.getFirst().patches;
        patches.pad(gy, gyOffset, shape.oh(), shape.ow(), scratch, scratchOffset);
        int plane = shape.h() * shape.w();
        for (int g = 0; g < groups; g++) {
            int source = scratchOffset + g * shape.o() * patches.height() * patches.width();
            int target = gxOffset + g * shape.c() * plane;
            for (Phase p : phases) {
                if (shape.stride() == 1) {
                    multiply(p.patches, source, shape.c(), packed, at, gx, target, plane, false, scratch, scratchOffset);
                } else {
                    int temporary = scratchOffset + scratch(p.patches);
                    multiply(p.patches, source, shape.c(), packed, at, scratch, temporary, p.rows * p.columns, false,
                            scratch, scratchOffset);
                    interleave(p, scratch, temporary, gx, target);
                }
                at += packedSize(p);
            }
        }
    }

    private void interleave(Phase p, float[] from, int fromOffset, float[] gx, int gxOffset) {
        int at = fromOffset;
        for (int c = 0; c < shape.c(); c++) {
            for (int i = 0; i < p.rows; i++) {
                int to = gxOffset + (c * shape.h() + p.a + i * shape.stride()) * shape.w() + p.b;
                for (int j = 0; j < p.columns; j++) {
                    gx[to + j * shape.stride()] = from[at++];
                }
            }
        }
    }

    // ---- by the weights

    /** {@return floats in a sum of {@link #accumulateWeight}, in whichever of its two layouts} */
    public int weightSumSize() {
        return groups * groupSumSize();
    }

    private int groupSumSize() {
        return dots ? paddedTaps() * shape.o() * gemm.lanes() : shape.taps() * paddedOutputs();
    }

    private int paddedOutputs() {
        return Gemm.roundUp(shape.o(), gemm.lanes());
    }

    private int paddedTaps() {
        return Gemm.roundUp(shape.taps(), ROWS);
    }

    /** {@return the floats of scratch that {@link #accumulateWeight} needs} */
    public int weightScratch() {
        return dots
                ? padded(input) + (paddedTaps() + shape.o()) * DOT_STRIDE
                : scratch(input) + panelWidth * paddedOutputs();
    }

    /** {@code sum += patches(x) · gyᵀ}: one image's share of the gradient by the weights. */
    public void accumulateWeight(float[] x, int xOffset, float[] gy, int gyOffset, float[] sum,
            float[] scratch, int scratchOffset) {
        input.pad(x, xOffset, shape.h(), shape.w(), scratch, scratchOffset);
        for (int g = 0; g < groups; g++) {
            int source = scratchOffset + g * shape.c() * input.height() * input.width();
            int gradient = gyOffset + g * shape.o() * shape.positions();
            if (dots) {
                accumulateDots(source, gy, gradient, sum, g * groupSumSize(), scratch, scratchOffset);
            } else {
                accumulateOuter(source, gy, gradient, sum, g * groupSumSize(), scratch, scratchOffset);
            }
        }
    }

    private void accumulateOuter(int source, float[] gy, int gradient, float[] sum, int sumOffset,
            float[] scratch, int scratchOffset) {
        int panelAt = scratchOffset + padded(input);
        int transposedAt = scratchOffset + scratch(input);
        int outputs = paddedOutputs();
        int positions = shape.positions();
        for (int j = 0; j < positions; j += panelWidth) {
            int columns = Math.min(panelWidth, positions - j);
            gemm.transpose(shape.o(), columns, gy, gradient + j, positions, scratch, transposedAt, outputs);
            for (int k = 0; k < shape.taps(); k += Gemm.BLOCK_K) {
                int kb = Math.min(Gemm.BLOCK_K, shape.taps() - k);
                gemm.gatherPanel(scratch, source, input.rowOffsets(), k, kb, input.columnOffsets(), j, columns,
                        scratch, panelAt, panelWidth);
                gemm.accumulateOuter(kb, outputs / gemm.lanes(), columns, scratch, panelAt, panelWidth,
                        scratch, transposedAt, sum, sumOffset + k * outputs);
            }
        }
    }

    private void accumulateDots(int source, float[] gy, int gradient, float[] sum, int sumOffset,
            float[] scratch, int scratchOffset) {
        int gradientAt = scratchOffset + padded(input);
        int panelAt = gradientAt + shape.o() * DOT_STRIDE;
        int positions = shape.positions();
        for (int j = 0; j < positions; j += DOT_POSITIONS) {
            int columns = Math.min(DOT_POSITIONS, positions - j);
            for (int o = 0; o < shape.o(); o++) {
                System.arraycopy(gy, gradient + o * positions + j, scratch, gradientAt + o * DOT_STRIDE, columns);
            }
            gemm.gatherPanel(scratch, source, input.rowOffsets(), 0, shape.taps(), input.columnOffsets(), j, columns,
                    scratch, panelAt, DOT_STRIDE);
            for (int k = shape.taps(); k < paddedTaps(); k++) {
                Arrays.fill(scratch, panelAt + k * DOT_STRIDE, panelAt + k * DOT_STRIDE + columns, 0f);
            }
            gemm.accumulateDots(paddedTaps(), shape.o(), columns / gemm.lanes(), scratch, panelAt, DOT_STRIDE,
                    scratch, gradientAt, DOT_STRIDE, sum, sumOffset);
        }
    }

    /** {@code gw = Σ sums}, in the order of {@code sums}, brought into the layout of the weights. */
    public void finishWeight(float[][] sums, float[] gw) {
        Arrays.fill(gw, 0f);
        for (float[] sum : sums) {
            for (int g = 0; g < groups; g++) {
                for (int o = 0; o < shape.o(); o++) {
                    int to = (g * shape.o() + o) * shape.taps();
                    for (int k = 0; k < shape.taps(); k++) {
                        gw[to + k] += dots ? dot(sum, g, o, k) : sum[g * groupSumSize() + k * paddedOutputs() + o];
                    }
                }
            }
        }
    }

    private float dot(float[] sum, int g, int o, int k) {
        int tile = k / ROWS * (shape.o() / ROWS) + o / ROWS;
        int at = g * groupSumSize() + ((tile * ROWS + k % ROWS) * ROWS + o % ROWS) * gemm.lanes();
        float total = 0;
        for (int lane = 0; lane < gemm.lanes(); lane++) {
            total += sum[at + lane];
        }
        return total;
    }

    // ---- shared

    /** The size of a padded image, rounded up so that what follows it stays aligned. */
    private static int padded(Patches p) {
        return Gemm.roundUp(p.paddedSize(), ALIGNED);
    }

    /** Scratch begins with the padded image; the panel follows, then one tile. */
    private int scratch(Patches p) {
        return padded(p) + Math.min(Math.max(p.taps(), 1), Gemm.BLOCK_K) * panelWidth + ROWS * panelWidth;
    }

    private static void packBlocks(int m, int k, float[] a, int aOffset, int lda, float[] packed, int packedOffset) {
        for (int p = 0; p < k; p += Gemm.BLOCK_K) {
            Gemm.packRows(m, Math.min(Gemm.BLOCK_K, k - p), a, aOffset + p, lda, 1,
                    packed, packedOffset + p * Gemm.roundUp(m, ROWS));
        }
    }

    /** {@code c[m][positions] = packed · patches}, the padded image at {@code scratchOffset}. */
    private void multiply(Patches p, int source, int m, float[] packed, int packedOffset, float[] c, int cOffset, int ldc,
            boolean accumulate, float[] scratch, int scratchOffset) {
        int k = p.taps();
        int panelAt = scratchOffset + padded(p);
        int tileAt = panelAt + Math.min(Math.max(k, 1), Gemm.BLOCK_K) * panelWidth;
        if (k == 0) {
            for (int i = 0; i < m && !accumulate; i++) {
                Arrays.fill(c, cOffset + i * ldc, cOffset + i * ldc + p.positions(), 0f);
            }
            return;
        }
        for (int j = 0; j < p.positions(); j += panelWidth) {
            int columns = Math.min(panelWidth, p.positions() - j);
            int width = Gemm.vectors(gemm, columns) * gemm.lanes();
            for (int q = 0; q < k; q += Gemm.BLOCK_K) {
                int kb = Math.min(Gemm.BLOCK_K, k - q);
                gemm.gatherPanel(scratch, source, p.rowOffsets(), q, kb, p.columnOffsets(), j, columns, scratch, panelAt, width);
                Gemm.panel(gemm, m, kb, columns, packed, packedOffset + q * Gemm.roundUp(m, ROWS), scratch, panelAt,
                        c, cOffset + j, ldc, accumulate || q > 0, scratch, tileAt);
            }
        }
    }

    private static Patches inputPatches(ConvShape s, int groups) {
        int height = s.h() + 2 * s.padding();
        int width = s.w() + 2 * s.padding();
        int[] rows = new int[s.taps()];
        int k = 0;
        for (int c = 0; c < s.c(); c++) {
            for (int r = 0; r < s.kh(); r++) {
                for (int q = 0; q < s.kw(); q++) {
                    rows[k++] = (c * height + r * s.dilation()) * width + q * s.dilation();
                }
            }
        }
        return new Patches(groups * s.c(), height, width, s.padding(), s.padding(), rows,
                Patches.grid(s.oh(), s.ow(), s.stride() * width, s.stride()));
    }

    /**
     * Input row {@code a + stride·i} meets tap r at output row {@code i + (a + padding − r·dilation)/stride}, where that divides.
     * All phases share one padded output gradient, large enough for the farthest of these rows.
     */
    private static List<Phase> phases(ConvShape s, int groups) {
        Reach vertical = Reach.of(s.h(), s.oh(), s.kh(), s);
        Reach horizontal = Reach.of(s.w(), s.ow(), s.kw(), s);
        List<Phase> phases = new ArrayList<>();
        for (int a = 0; a < s.stride(); a++) {
            for (int b = 0; b < s.stride(); b++) {
                int[] tapRows = Reach.taps(a, s.kh(), s);
                int[] tapColumns = Reach.taps(b, s.kw(), s);
                int[] offsets = new int[s.o() * tapRows.length * tapColumns.length];
                int k = 0;
                for (int o = 0; o < s.o(); o++) {
                    for (int r : tapRows) {
                        for (int q : tapColumns) {
                            int row = vertical.before + Reach.shift(a, r, s);
                            int column = horizontal.before + Reach.shift(b, q, s);
                            offsets[k++] = (o * vertical.extent + row) * horizontal.extent + column;
                        }
                    }
                }
                int rows = Reach.positions(a, s.h(), s.stride());
                int columns = Reach.positions(b, s.w(), s.stride());
                phases.add(new Phase(a, b, rows, columns, tapRows, tapColumns,
                        new Patches(groups * s.o(), vertical.extent, horizontal.extent, vertical.before, horizontal.before,
                                offsets, Patches.grid(rows, columns, horizontal.extent, 1))));
            }
        }
        return List.copyOf(phases);
    }

    /** How far one dimension of the output gradient must be padded for the backward convolution. */
    private record Reach(int before, int extent) {
        static Reach of(int in, int out, int kernel, ConvShape s) {
            int lowest = 0;
            int highest = out - 1;
            for (int a = 0; a < s.stride(); a++) {
                int positions = positions(a, in, s.stride());
                for (int r : taps(a, kernel, s)) {
                    if (positions > 0) {
                        lowest = Math.min(lowest, shift(a, r, s));
                        highest = Math.max(highest, shift(a, r, s) + positions - 1);
                    }
                }
            }
            return new Reach(-lowest, highest - lowest + 1);
        }

        static int positions(int phase, int in, int stride) {
            return Math.max(0, (in - phase + stride - 1) / stride);
        }

        static int[] taps(int phase, int kernel, ConvShape s) {
            return IntStream.range(0, kernel)
                    .filter(r -> Math.floorMod(phase + s.padding() - r * s.dilation(), s.stride()) == 0)
                    .toArray();
        }

        static int shift(int phase, int tap, ConvShape s) {
            return Math.floorDiv(phase + s.padding() - tap * s.dilation(), s.stride());
        }
    }
}
