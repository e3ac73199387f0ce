package espalier.engine.kernel;

import static espalier.engine.kernel.GemmKernels.ROWS;

import java.util.stream.IntStream;

/**
 * A 3×3 convolution without stride by Winograd's F(2×2, 3×3): {@code Y = Aᵀ[(G·W·Gᵀ) ⊙ (Bᵀ·D·B)]A}, 16 multiplications where
 * 36 are due, over values whose vectors hold one pixel of as many images, or of as many 2×2 outputs.
 *
 * <p>The sum over channels becomes 16 matrix products. Rounding grows by a small factor, as every input enters sums of up to
 * four: within {@code (c + 14)·2⁻²⁴} of the same expression with all signs made positive.
 *
 * <p>Source: Lavin and Gray, <em>Fast Algorithms for Convolutional Neural Networks</em>, arXiv 1509.09308. An instance is
 * immutable and may be used by several threads.
 */
public final class WinogradProduct {
    private static final int ELEMENTS = 16;
    /** Below so many channels the transforms cost more than the multiplications that they save. */
    private static final int FEWEST_CHANNELS = 16;

    private final GemmKernels gemm;
    private final int c;
    private final int m;
    private final int paddedRows;
    private final int[] sources;
    private final int[] targets;
    /** Of the rows of a panel of so many vectors. */
    private final int[][] taps;

    /** {@return whether this is a convolution that it computes, and faster than as it stands} */
    public static boolean suits(ConvShape g, int groups) {
        return g.kh() == 3 && g.kw() == 3 && g.stride() == 1 && g.dilation() == 1 && groups == 1
                && g.oh() % 2 == 0 && g.ow() % 2 == 0 && Math.min(g.c(), g.o()) >= FEWEST_CHANNELS;
    }

    /**
     * @param c channels of the input
     * @param m channels of the output
     * @param sources of the vectors of each 2×2 outputs: where the first of their 4×4 inputs lies
     * @param targets where the first of the outputs goes
     */
    public WinogradProduct(GemmKernels gemm, int c, int m, int[] sources, int[] targets) {
        this.gemm = gemm;
        this.c = c;
        this.m = m;
        this.sources = sources;
        this.targets = targets;
        paddedRows = Gemm.roundUp(m, ROWS);
        taps = IntStream.rangeClosed(0, gemm.maxVectors())
                .mapToObj(v -> IntStream.range(0, c).map(k -> k * v * gemm.lanes()).toArray()).toArray(int[][]::new);
    }

    /** {@return floats that {@link #pack} writes} */
    public int packedSize() {
        return ELEMENTS * paddedRows * c;
    }

    /** Packs {@code G·W·Gᵀ} of W {@code [m,c,3,3]}. */
    public void pack(float[] w, float[] packed) {
        float[] element = new float[m * c];
        for (int i = 0; i < 4; i++) {
            for (int j = 0; j < 4; j++) {
                for (int k = 0; k < m * c; k++) {
                    double sum = 0;
                    for (int r = 0; r < 3; r++) {
                        for (int s = 0; s < 3; s++) {
                            sum += g(i, r) * g(j, s) * w[k * 9 + r * 3 + s];
                        }
                    }
                    element[k] = (float) sum;
                }
                Gemm.packRows(gemm, m, c, 1, element, 0, c, 1, packed, (4 * i + j) * paddedRows * c);
            }
        }
    }

    /** {@return element (i, r) of G} */
    private static double g(int i, int r) {
        return switch (i) {
            case 0 -> r == 0 ? 1 : 0;
            case 1 -> 0.5;
            case 2 -> r == 1 ? -0.5 : 0.5;
            default -> r == 2 ? 1 : 0;
        };
    }

    /** {@return the floats of scratch that {@link #multiply} needs} */
    public int scratchSize() {
        int width = gemm.maxVectors() * gemm.lanes();
        return ELEMENTS * ((c + paddedRows) * width + 2 * gap());
    }

    /** {@return floats between the elements' matrices: of 4 KiB each, all 16 would share the eight lines of one set of L1} */
    private int gap() {
        return 2 * gemm.lanes();
    }

    /**
     * Computes the output channels from {@code first} to {@code end}.
     *
     * @param first a multiple of {@link GemmKernels#ROWS}
     * @param xPlane elements between channels of x, {@code xRow} between its rows 0 and 1, {@code xTwoRows} between its rows 0 and
     *     2, {@code xColumn} between its columns
     * @param bias of the m outputs
     * @param y of channel {@code first} from {@code yOffset} on
     * @param lowest bound of the clamp, −∞ for none; {@code highest} likewise
     */
    public void multiply(int first, int end, float[] x, int xOffset, int xPlane, int xRow, int xTwoRows, int xColumn,
            float[] packed, float[] bias, float lowest, float highest, float[] y, int yOffset, int yPlane, int yRow, int yColumn,
            float[] scratch, int scratchOffset) {
        int rows = Gemm.roundUp(end - first, ROWS);
        for (int t = 0, vectors; t < sources.length; t += vectors) {
            vectors = gemm.next(sources.length - t);
            int width = vectors * gemm.lanes();
            int vStep = c * width + gap();
            int sumsStep = rows * width + gap();
            int sumsAt = scratchOffset + ELEMENTS * vStep;
            gemm.winograd().input(c, vectors, x, xOffset, xPlane, sources, t, xRow, xTwoRows, xColumn,
                    scratch, scratchOffset, vStep);
            for (int e = 0; e < ELEMENTS; e++) {
                int at = scratchOffset + e * vStep;
                for (int i = 0; i < rows; i += ROWS) {
                    gemm.taps(ROWS, vectors, c, packed, (e * paddedRows + first + i) * c, scratch, taps[vectors], 0,
                            at, at + gemm.lanes(), at + 2 * gemm.lanes(), scratch, sumsAt + e * sumsStep + i * width, width);
                }
            }
            gemm.winograd().output(end - first, vectors, scratch, sumsAt, sumsStep, bias, first, lowest, highest,
                    y, yOffset, yPlane, targets, t, yRow, yColumn);
        }
    }
}
