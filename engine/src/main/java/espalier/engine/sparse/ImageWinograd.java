package espalier.engine.sparse;

import espalier.engine.kernel.ConvShape;
import espalier.engine.kernel.GemmKernels;
import espalier.engine.kernel.WinogradProduct;
import espalier.engine.parallel.Parallel;
import espalier.engine.tensor.Scratch;
import espalier.engine.weight.DenseWeight;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * One image's 3×3 convolution by Winograd, a vector of 2×2 outputs at a time.
 *
 * <p>The padded image is copied by the place that its pixels have among the 4×4 that such outputs read: [channels, columns 0 to
 * 3, rows even and odd, row / 2, outputs side by side]. What neighbouring outputs read at one place are neighbours there.
 */
final class ImageWinograd extends DenseConv2d {
    private static final int PLACES = 8;
    private static final int LINE = 16;
    /**
     * On one thread 64 channels of 32×32 take 350 µs in place of 530, 64 of 16×16 99 of 130 (Emerald Rapids), 256 of 8×8 500 of 700
     * (Zen 4). 32 of 16×16 take 40 in place of 34, where a core adds two products of 512 bits a cycle, 36 of 43 where it adds one,
     * and lose on two threads, who copy twice, everywhere.
     */
    private static final int FEWEST_CHANNELS = 32;
    private static final int LEAST_WORK = 4096;

    private final GemmKernels gemm;
    private final ConvShape g;
    private final WinogradProduct product;
    private final float[] packed;
    private final Planes in;
    private final Planes out;
    /** The 2×2 outputs side by side, and one above the other. */
    private final int across;
    private final int down;
    /** Floats of a place in a channel. */
    private final int place;

    ImageWinograd(GemmKernels gemm, ConvShape g, DenseWeight weight, float[] bias, float low, Planes in, Planes out) {
        super(bias, low);
        this.gemm = gemm;
        this.g = g;
        this.in = in;
        this.out = out;
        across = g.ow() / 2;
        down = g.oh() / 2;
        place = (down + 1) * across;
        int[] starts = IntStream.range(0, down * across / gemm.lanes()).map(v -> v * gemm.lanes()).toArray();
        product = new WinogradProduct(gemm, g.c(), g.o(), starts, starts);
        packed = new float[product.packedSize()];
        product.pack(weight.dense().data(), packed);
    }

    /** {@return whether copies and transforms cost less than the products that they save} */
    static boolean suits(GemmKernels gemm, ConvShape g, int groups) {
        int outputs = g.positions() / 4;
        int channels = Math.min(g.c(), g.o());
        return WinogradProduct.suits(g, groups) && outputs % gemm.lanes() == 0 && channels >= FEWEST_CHANNELS
                && channels * outputs >= LEAST_WORK;
    }

    @Override
    public int scratchSize() {
        return 0;
    }

    @Override
    public void run(float[] x, int xAt, float[] y, int yAt, float[] scratch, int scratchAt) {
        // Each thread copies the image for itself.
        int share = share((long) g.o() * g.taps() * g.positions(), Math.ceilDiv(g.o(), GemmKernels.ROWS)) * GemmKernels.ROWS;
        Parallel.forRanges(g.o(), share, (from, to) -> channels(x, xAt, from, to, y, yAt));
    }

    private void channels(float[] x, int xAt, int from, int to, float[] y, int yAt) {
        int one = down * across;
        int copied = aligned(g.c() * PLACES * place + 2 * gemm.lanes());
        int sums = aligned((to - from) * 4 * one + gemm.lanes());
        float[] m = Scratch.atLeast(copied + sums + product.scratchSize());
        int sumsAt = Scratch.FIRST + copied;
        copy(x, xAt, m);
        product.multiply(from, to, m, Scratch.FIRST, PLACES * place, place, across, 2 * place, packed, bias, low,
                Float.POSITIVE_INFINITY, m, sumsAt, 4 * one, 2 * one, one, m, sumsAt + sums);
        for (int o = from; o < to; o++) {
            for (int row = 0; row < 2; row++) {
                int at = sumsAt + (4 * (o - from) + 2 * row) * one;
                gemm.interleaveRows(down, across, m, at, at + one, across, y, yAt + out.at(o, row, 0), 2 * out.pitch());
            }
        }
    }

    private static int aligned(int size) {
        return Math.ceilDiv(size, LINE) * LINE;
    }

    private void copy(float[] x, int xAt, float[] to) {
        int at = Scratch.FIRST;
        for (int c = 0; c < g.c(); c++) {
            for (int column = 0; column < 4; column++) {
                for (int row = 0; row < 2; row++, at += place) {
                    copy(x, xAt, c, row - g.padding(), column - g.padding(), to, at);
                }
            }
        }
    }

    /** The pixels in row {@code top} and every second below, column {@code left} and every second to the right. */
    private void copy(float[] x, int xAt, int c, int top, int left, float[] to, int at) {
        int firstRow = first(top);
        int endRow = end(top, g.h(), down + 1);
        int first = first(left);
        int end = end(left, g.w(), across);
        int from = xAt + in.at(c, top + 2 * firstRow, left + 2 * first);
        int pitch = 2 * in.pitch();
        // At least a vector, each row over what was too much of the one before, unless that were beyond x.
        int vector = Math.max(end - first, gemm.lanes());
        int length = from + (endRow - firstRow - 1) * pitch + 2 * vector <= x.length ? vector : end - first;
        gemm.copyRows(endRow - firstRow, length, x, from, pitch, 2, to, at + firstRow * across + first, across);
        clearColumns(to, at, 0, first);
        clearColumns(to, at, end, across);
        Arrays.fill(to, at, at + firstRow * across, 0f);
        Arrays.fill(to, at + endRow * across, at + place, 0f);
    }

    private void clearColumns(float[] x, int at, int first, int end) {
        for (int column = first; column < end; column++) {
            for (int i = 0; i <= down; i++) {
                x[at + i * across + column] = 0f;
            }
        }
    }

    /** {@return the first i with {@code from + 2·i ≥ 0}} */
    private static int first(int from) {
        return Math.ceilDiv(Math.max(0, -from), 2);
    }

    /** {@return how many of {@code from, from + 2, …} are below {@code size}, at most {@code most}} */
    private static int end(int from, int size, int most) {
        return Math.min(most, Math.ceilDiv(size - from, 2));
    }
}
