package espalier.engine.sparse;

import espalier.engine.kernel.ConvShape;
import espalier.engine.kernel.GemmKernels;
import espalier.engine.kernel.PackedProduct;
import espalier.engine.parallel.Parallel;
import espalier.engine.tensor.Scratch;
import espalier.engine.weight.DenseWeight;
import java.util.Arrays;

/**
 * One image of fewer pixels than a vector has lanes: output channels fill the vectors. It is bound by reading the weights.
 * (512 channels of 2×2, whose pixels filled a quarter of their vectors: 1.2 to 1.6 ms.)
 */
final class SmallPlane extends DenseConv2d {
    private final ConvShape g;
    private final PackedProduct product;
    private final float[] packed;
    private final Planes in;
    private final Planes out;
    private final int rows;

    SmallPlane(GemmKernels gemm, ConvShape g, DenseWeight weight, float[] bias, float low, Planes in, Planes out) {
        super(bias, low);
        this.g = g;
        this.in = in;
        this.out = out;
        product = new PackedProduct(gemm, g.o(), g.taps());
        packed = product.pack(weight.dense().data());
        rows = Math.ceilDiv(g.positions(), GemmKernels.HALF_ROWS) * GemmKernels.HALF_ROWS;
    }

    @Override
    public int scratchSize() {
        return product.rowsSize(rows);
    }

    @Override
    public void run(float[] x, int xAt, float[] y, int yAt, float[] scratch, int scratchAt) {
        Arrays.fill(scratch, scratchAt, scratchAt + scratchSize(), 0f);
        for (int p = 0; p < g.positions(); p++) {
            patch(p / g.ow() * g.stride() - g.padding(), p % g.ow() * g.stride() - g.padding(), x, xAt,
                    scratch, scratchAt + product.row(p));
        }
        Parallel.forRanges(product.panels(), share((long) g.o() * scratchSize(), product.panels()), (from, to) -> {
            float[] sums = Scratch.atLeast(rows * product.width());
            for (int panel = from; panel < to; panel++) {
                Arrays.fill(sums, Scratch.FIRST, Scratch.FIRST + rows * product.width(), 0f);
                product.multiply(rows, scratch, scratchAt, packed, panel, sums, Scratch.FIRST);
                store(sums, panel, y, yAt);
            }
        });
    }

    /** Copies what the outputs of one position read, the pixel (top, left) first; what is outside stays as it is. */
    private void patch(int top, int left, float[] x, int xAt, float[] to, int toAt) {
        for (int ky = 0; ky < g.kh(); ky++) {
            int row = top + ky * g.dilation();
            for (int kx = 0; kx < g.kw(); kx++) {
                int column = left + kx * g.dilation();
                if (row >= 0 && row < g.h() && column >= 0 && column < g.w()) {
                    int from = xAt + in.at(0, row, column);
                    int tap = toAt + (ky * g.kw() + kx) * GemmKernels.ROWS;
                    for (int c = 0; c < g.c(); c++) {
                        to[tap + c * g.kh() * g.kw() * GemmKernels.ROWS] = x[from + c * in.plane()];
                    }
                }
            }
        }
    }

    private void store(float[] sums, int panel, float[] y, int yAt) {
        int first = panel * product.width();
        int columns = product.columns(panel);
        for (int p = 0; p < g.positions(); p++) {
            int to = yAt + out.at(first, p / g.ow(), p % g.ow());
            for (int o = 0; o < Math.min(columns, g.o() - first); o++) {
                y[to + o * out.plane()] = Math.max(low, sums[Scratch.FIRST + p * columns + o] + bias[first + o]);
            }
        }
    }
}
