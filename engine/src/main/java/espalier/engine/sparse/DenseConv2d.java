package espalier.engine.sparse;

import espalier.engine.kernel.ConvShape;
import espalier.engine.kernel.Convolution;
import espalier.engine.kernel.ForwardBand;
import espalier.engine.kernel.GemmKernels;
import espalier.engine.kernel.Kernels;
import espalier.engine.kernel.TapProduct;
import espalier.engine.kernel.WinogradProduct;
import espalier.engine.parallel.Parallel;
import espalier.engine.tensor.Scratch;
import espalier.engine.weight.DenseWeight;
import java.util.List;
import java.util.stream.IntStream;

/**
 * {@code y = max(low, W ⋆ x + bias)} with a dense W, its weights packed once, on the {@link Planes} of a number of images.
 *
 * <p>Where the images fill vectors, these are read in place, whatever the stride and the size of the image: the border is the
 * padding. Convolutions of 3×3 without stride are Winograd's there. One image is convolved by {@link Convolution}, without its
 * border, but for {@link SmallPlane}.
 */
public abstract sealed class DenseConv2d
        permits DenseConv2d.Winograd, SmallPlane, DenseConv2d.OneImage, DenseConv2d.Images {
    /** Products: some ten microseconds. */
    private static final long WORTH_SHARING = 1 << 19;

    final float[] bias;
    final float low;

    DenseConv2d(float[] bias, float low) {
        this.bias = bias;
        this.low = low;
    }

    /**
     * The arguments are those of {@link SparseConv2d}.
     *
     * @param n 1, or a multiple of the vectors' lanes
     */
    public static DenseConv2d of(Kernels kernels, ConvShape g, int groups, DenseWeight weight, float[] bias, float low,
            Planes in, Planes out, int n) {
        return fills(kernels, g, in, n) && WinogradProduct.suits(g, groups)
                ? new Winograd(kernels.gemm(), g, weight, bias, low, in, out, n)
                : of(kernels, g, groups, weight, bias, low, in, out, n, false);
    }

    /** Images fill vectors, and their border is the padding. */
    private static boolean fills(Kernels kernels, ConvShape g, Planes in, int n) {
        return n % kernels.gemm().lanes() == 0 && in.border() >= g.padding();
    }

    /**
     * The same, but each output a sum of as many products as there are weights, never by Winograd: what sparse weights save
     * products of.
     */
    public static DenseConv2d direct(Kernels kernels, ConvShape g, int groups, DenseWeight weight, float[] bias, float low,
            Planes in, Planes out, int n) {
        return of(kernels, g, groups, weight, bias, low, in, out, n, true);
    }

    private static DenseConv2d of(Kernels kernels, ConvShape g, int groups, DenseWeight weight, float[] bias, float low,
            Planes in, Planes out, int n, boolean direct) {
        if (fills(kernels, g, in, n)) {
            return new Images(kernels.gemm(), g, groups, weight, bias, low, in, out, n);
        }
        if (n != 1) {
            throw new IllegalArgumentException("dense convolution of " + n + " images, padding " + g.padding() + " from " + in);
        }
        return groups == 1 && g.positions() <= kernels.gemm().lanes()
                ? new SmallPlane(kernels.gemm(), g, weight, bias, low, in, out)
                : new OneImage(kernels.gemm(), direct ? Convolution.direct(kernels.gemm(), g, groups)
                        : Convolution.of(kernels.gemm(), g, groups), weight, bias, low, in, out);
    }

    /** {@return the floats of scratch that {@link #run} needs} */
    public abstract int scratchSize();

    /** Computes all images. */
    public abstract void run(float[] x, int xAt, float[] y, int yAt, float[] scratch, int scratchAt);

    static final class Winograd extends DenseConv2d {
        private final WinogradProduct product;
        private final float[] packed;
        private final Planes in;
        private final Planes out;
        private final int n;
        private final int origin;

        Winograd(GemmKernels gemm, ConvShape g, DenseWeight weight, float[] bias, float low, Planes in, Planes out, int n) {
            super(bias, low);
            this.in = in;
            this.out = out;
            this.n = n;
            origin = (in.border() - g.padding()) * (in.pitch() + 1) * n;
            int lanes = gemm.lanes();
            int row = g.ow() / 2 * n / lanes;
            product = new WinogradProduct(gemm, g.c(), g.o(), starts(g, row, lanes, in.pitch()), starts(g, row, lanes, out.pitch()));
            packed = new float[product.packedSize()];
            product.pack(weight.dense().data(), packed);
        }

        /** Of the vectors of each two by two pixels. */
        private int[] starts(ConvShape g, int row, int lanes, int pitch) {
            return IntStream.range(0, g.oh() / 2 * row).map(v -> {
                int element = v % row * lanes;
                return (v / row * 2 * pitch + element / n * 2) * n + element % n;
            }).toArray();
        }

        @Override
        public int scratchSize() {
            return product.scratchSize();
        }

        @Override
        public void run(float[] x, int xAt, float[] y, int yAt, float[] scratch, int scratchAt) {
            int row = in.pitch() * n;
            product.multiply(0, bias.length, x, xAt + origin, in.plane() * n, row, 2 * row, n, packed, bias, low,
                    Float.POSITIVE_INFINITY, y, yAt + out.at(0, 0, 0) * n, out.plane() * n, out.pitch() * n, n, scratch, scratchAt);
        }
    }

    /** {@return how many of {@code units} a thread takes: one image's channels are divided, which changes no bit} */
    static int share(long products, int units) {
        return products < WORTH_SHARING ? units : Math.ceilDiv(units, Parallel.threads());
    }

    static final class OneImage extends DenseConv2d {
        private final GemmKernels gemm;
        private final Convolution convolution;
        private final float[] packed;
        private final Planes in;
        private final Planes out;

        OneImage(GemmKernels gemm, Convolution convolution, DenseWeight weight, float[] bias, float low, Planes in, Planes out) {
            super(bias, low);
            this.gemm = gemm;
            this.in = in;
            this.out = out;
            this.convolution = convolution;
            packed = new float[convolution.packedForwardSize()];
            convolution.packForward(weight.dense().data(), packed);
        }

        @Override
        public int scratchSize() {
            return copied(in) + copied(out);
        }

        private static int copied(Planes p) {
            return p.border() == 0 ? 0 : p.channels() * p.height() * p.width();
        }

        @Override
        public void run(float[] x, int xAt, float[] y, int yAt, float[] scratch, int scratchAt) {
            float[] source = in.border() == 0 ? x : scratch;
            int from = in.border() == 0 ? xAt : scratchAt;
            float[] target = out.border() == 0 ? y : scratch;
            int to = out.border() == 0 ? yAt : scratchAt + copied(in);
            for (int c = 0; c < in.channels() && in.border() > 0; c++) {
                gemm.copyRows(in.height(), in.width(), x, xAt + in.at(c, 0, 0), in.pitch(), 1,
                        scratch, from + c * in.height() * in.width(), in.width());
            }
            convolve(source, from, target, to);
            for (int c = 0; c < out.channels() && out.border() > 0; c++) {
                gemm.copyRows(out.height(), out.width(), scratch, to + c * out.height() * out.width(), out.width(), 1,
                        y, yAt + out.at(c, 0, 0), out.pitch());
            }
        }

        private void convolve(float[] x, int xAt, float[] y, int yAt) {
            ConvShape g = convolution.shape();
            long products = (long) bias.length * g.taps() * g.positions();
            List<ForwardBand> bands = convolution.bands(products < WORTH_SHARING ? 1 : Parallel.threads());
            Parallel.forEach(bands.size(), i -> bands.get(i).forward(packed, bias, low, Float.POSITIVE_INFINITY, 1, x, xAt,
                    0, g.o(), y, yAt, Scratch.atLeast(bands.get(i).scratch()), Scratch.FIRST));
        }
    }

    static final class Images extends DenseConv2d {
        private final TapProduct product;
        private final float[] packed;
        private final int groups;
        private final int rows;
        private final int sourceStep;
        private final int targetStep;

        Images(GemmKernels gemm, ConvShape g, int groups, DenseWeight weight, float[] bias, float low, Planes in, Planes out,
                int n) {
            super(bias, low);
            this.groups = groups;
            rows = g.o();
            sourceStep = g.c() * in.plane() * n;
            targetStep = out.plane() * n;
            int[] taps = IntStream.range(0, g.taps()).map(k -> {
                int position = k % (g.kh() * g.kw());
                int y = position / g.kw() * g.dilation() - g.padding() + in.border();
                int x = position % g.kw() * g.dilation() - g.padding() + in.border();
                return (k / (g.kh() * g.kw()) * in.plane() + y * in.pitch() + x) * n;
            }).toArray();
            int lanes = gemm.lanes();
            int row = g.ow() * n / lanes;
            int[] positions = IntStream.range(0, g.oh() * row).map(v -> {
                int element = v % row * lanes;
                return (v / row * in.pitch() + element / n) * g.stride() * n + element % n;
            }).toArray();
            int[] targets = IntStream.range(0, g.oh() * row)
                    .map(v -> out.at(0, v / row, 0) * n + v % row * lanes).toArray();
            product = new TapProduct(gemm, rows, taps, positions, targets);
            packed = new float[groups * product.packedSize()];
            for (int i = 0; i < groups; i++) {
                product.pack(rows, weight.dense().data(), i * rows * g.taps(), packed, i * product.packedSize());
            }
        }

        @Override
        public int scratchSize() {
            return product.scratchSize();
        }

        @Override
        public void run(float[] x, int xAt, float[] y, int yAt, float[] scratch, int scratchAt) {
            for (int i = 0; i < groups; i++) {
                product.multiply(x, xAt + i * sourceStep, 0, rows, packed, i * product.packedSize(), bias, i * rows,
                        low, Float.POSITIVE_INFINITY, y, yAt + i * rows * targetStep, targetStep, scratch, scratchAt);
            }
        }
    }
}
