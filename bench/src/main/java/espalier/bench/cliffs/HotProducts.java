package espalier.bench.cliffs;

import espalier.bench.peer.ConvLayer;
import espalier.bench.peer.GemmTask;
import espalier.bench.peer.Values;
import espalier.engine.kernel.ConvShape;
import espalier.engine.kernel.Convolution;
import espalier.engine.kernel.Gemm;
import espalier.engine.kernel.GemmKernels;
import espalier.engine.kernel.Int8Kernels;
import espalier.engine.kernel.Kernels;
import espalier.engine.kernel.WeightSlices;
import espalier.engine.quant.Int8Conv2d;
import espalier.engine.quant.Int8Scratch;
import espalier.engine.quant.QuantParams;
import espalier.engine.sparse.DenseConv2d;
import espalier.engine.sparse.Planes;
import espalier.engine.tensor.Scratch;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.engine.weight.DenseWeight;
import espalier.engine.weight.Int8Weight;
import espalier.engine.weight.Weight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Matrix products and convolutions, in float and in integers. */
final class HotProducts {
    private static final List<String> GEMM = List.of("64x64x64", "256x256x256", "512x512x512", "509x511x513", "128x10x64 nt",
            "256x256x256 nt", "256x256x256 tn", "256x256x256 tt", "256x1x256", "256x17x256", "256x40x256", "3x512x512");
    private static final Set<String> FLOAT = Set.of("gemm.tile", "gemm.copyRows", "gemm.transpose");
    private static final Set<String> GATHERED = Set.of("gemm.taps", "gemm.tapsRow", "gemm.nineTaps", "gemm.nineLanes", "gemm.nineDots",
            "gemm.addRows", "gemm.finishRows", "gemm.gatherPanel", "gemm.accumulateOuter", "gemm.dots", "gemm.interleaveRows",
            "winograd.input", "winograd.output", "winograd.gradient", "winograd.toLanes", "winograd.fromLanes", "winograd.product",
            "winograd.accumulate", "winograd.weightGradient");
    private static final Set<String> INTEGER =
            Set.of("int8.pairs", "int8.products", "int8.requantize", "int8.accumulators", "int8.widen");
    /** 1×1, and depthwise by whole vectors and by less. */
    private static final Set<String> MOBILENET = Set.of("mobilenet_v2/features.3.conv.0.0", "mobilenet_v2/features.3.conv.1.0",
            "mobilenet_v2/features.8.conv.1.0", "mobilenet_v2/features.15.conv.1.0");
    /** What says how one image is divided among threads. */
    private static final long SHARED_BYTES = 64;
    private static final int INT8_IMAGES = 8;
    private static final int INT8_VALUES = 16 * 32 * 32 * INT8_IMAGES;

    private HotProducts() {}

    static List<HotKernel> all() {
        List<HotKernel> kernels = new ArrayList<>();
        GEMM.forEach(shape -> kernels.add(new HotKernel("gemm " + shape, FLOAT, () -> gemm(GemmTask.parse(shape)))));
        for (ConvLayer layer : ConvLayer.ALL) {
            boolean resnet = layer.name().startsWith("resnet20/");
            if (resnet || MOBILENET.contains(layer.name())) {
                kernels.add(new HotKernel("conv forward " + layer.name(), GATHERED, () -> forward(layer)));
                kernels.add(new HotKernel("conv backward-data " + layer.name(), GATHERED, () -> backwardData(layer)));
                kernels.add(new HotKernel("conv backward-weight " + layer.name(), GATHERED, () -> backwardWeight(layer)));
                kernels.add(new HotKernel("int8 conv " + layer.name(), INTEGER, () -> int8(layer, false)));
            }
        }
        Set<String> winograd = Set.of("winograd.input", "winograd.output");
        kernels.add(planes("winograd", "resnet20/layer3.0.conv2", winograd, Kernels.active().lanes()));
        kernels.add(planes("winograd of one", "resnet20/layer2.0.conv2", Set.of("winograd.product"), 1));
        kernels.add(planes("small plane", "vgg16_bn/features.34", Set.of("gemm.tile"), 1));
        ConvLayer linear = new ConvLayer("linear", 64, 1, 10, 1, 1, 0, 1);
        kernels.add(new HotKernel("int8 linear 64>10", INTEGER, () -> int8(linear, true)));
        kernels.add(new HotKernel("int8.add", Set.of("int8.add"), HotProducts::int8Add));
        return kernels;
    }

    private static Runnable gemm(GemmTask t) {
        GemmKernels g = Kernels.active().gemm();
        float[] a = t.a();
        float[] b = t.b();
        float[] c = new float[t.m() * t.n()];
        float[] scratch = Scratch.atLeast(Gemm.scratchSize(g, t.m(), t.n(), t.k()));
        return () -> Gemm.multiply(g, t.m(), t.n(), t.k(), 1, a, 0, t.transA() ? 1 : t.k(), t.transA() ? t.m() : 1,
                b, 0, t.transB() ? 1 : t.n(), t.transB() ? t.k() : 1, 0, c, 0, t.n(), scratch, Scratch.FIRST);
    }

    private static Convolution convolution(ConvLayer l) {
        return Convolution.of(Kernels.active().gemm(), shape(l), l.groups());
    }

    static ConvShape shape(ConvLayer l) {
        return new ConvShape(l.in() / l.groups(), l.size(), l.size(), l.out() / l.groups(), l.kernel(), l.kernel(),
                l.stride(), l.padding(), 1);
    }

    private static float[] random(Shape shape) {
        return Values.uniform(shape.size(), -1, 1, 1);
    }

    private static Runnable forward(ConvLayer l) {
        Convolution conv = convolution(l);
        float[] packed = new float[conv.packedForwardSize()];
        float[] weight = random(l.weight());
        float[] bias = random(Shape.of(l.out()));
        float[] x = random(l.input(1));
        float[] y = random(l.output(1));
        float[] scratch = Scratch.atLeast(conv.forwardScratch());
        return () -> {
            conv.packForward(weight, packed);
            conv.forward(packed, bias, 0, 6, 1, x, 0, 0, conv.shape().o(), y, 0, scratch, Scratch.FIRST);
        };
    }

    private static HotKernel planes(String what, String layer, Set<String> covers, int n) {
        ConvLayer l = ConvLayer.ALL.stream().filter(any -> any.name().equals(layer)).findFirst().orElseThrow();
        return new HotKernel(what + " " + layer, covers, n == 1 ? SHARED_BYTES : 0, () -> planes(l, n));
    }

    private static Runnable planes(ConvLayer l, int n) {
        Planes in = new Planes(l.in(), l.size(), l.size(), 1);
        Planes out = new Planes(l.out(), shape(l).oh(), shape(l).ow(), 1);
        float[] bias = random(Shape.of(l.out()));
        DenseWeight weight = new DenseWeight(Tensor.of(l.weight(), random(l.weight())));
        DenseConv2d conv = DenseConv2d.of(Kernels.active(), shape(l), l.groups(), weight, bias, 0, in, out, n);
        float[] x = random(Shape.of(in.size() * n));
        float[] y = new float[out.size() * n];
        float[] scratch = Scratch.atLeast(conv.scratchSize());
        return () -> conv.run(x, 0, y, 0, scratch, Scratch.FIRST);
    }

    private static Runnable backwardData(ConvLayer l) {
        Convolution conv = convolution(l);
        float[] packed = new float[conv.packedBackwardSize()];
        float[] weight = random(l.weight());
        float[] gy = random(l.output(1));
        float[] gx = random(l.input(1));
        float[] scratch = Scratch.atLeast(conv.backwardScratch());
        return () -> {
            conv.packBackward(weight, packed);
            conv.backwardInput(packed, 1, gy, 0, gx, 0, scratch, Scratch.FIRST);
        };
    }

    private static Runnable backwardWeight(ConvLayer l) {
        Convolution conv = convolution(l);
        float[] x = random(l.input(1));
        float[] gy = random(l.output(1));
        WeightSlices weights = conv.weights();
        float[] sum = new float[weights.sumSize()];
        float[] gw = random(l.weight());
        float[] scratch = Scratch.atLeast(weights.scratch());
        return () -> {
            for (int slice = 0; slice < weights.count(); slice++) {
                Arrays.fill(sum, 0f);
                weights.accumulate(slice, 1, x, 0, gy, 0, sum, scratch, Scratch.FIRST);
                weights.finish(slice, sum, 0, weights.outputs(), gw);
            }
        };
    }

    private static Runnable int8(ConvLayer l, boolean toFloat) {
        return int8(l, Int8Weight.of(Tensor.of(l.weight(), random(l.weight()))), toFloat);
    }

    static Runnable int8(ConvLayer l, Weight weight, boolean toFloat) {
        QuantParams activations = new QuantParams(0.02f, 0, 0, 127);
        Int8Conv2d conv = new Int8Conv2d(Kernels.active(), shape(l), l.groups(), weight, new int[l.out()], activations,
                activations, 0, 127);
        byte[] x = bytes(l.input(INT8_IMAGES).size());
        byte[] y = new byte[l.output(INT8_IMAGES).size()];
        float[] floats = new float[y.length];
        Int8Scratch scratch = new Int8Scratch();
        return toFloat
                ? () -> conv.runToFloat(x, INT8_IMAGES, floats, 0, scratch)
                : () -> conv.run(x, INT8_IMAGES, y, scratch);
    }

    private static Runnable int8Add() {
        Int8Kernels k = Kernels.active().int8();
        byte[] a = bytes(INT8_VALUES);
        byte[] b = bytes(INT8_VALUES);
        byte[] y = new byte[INT8_VALUES];
        return () -> k.add(a, 0, 3, 0.7f, b, 0, 5, 0.4f, y, 0, 4, 0, 127, INT8_VALUES);
    }

    /** {@return n numbers in 0..127} */
    private static byte[] bytes(int n) {
        byte[] values = new byte[n];
        float[] random = Values.uniform(n, 0, 128, 1);
        for (int i = 0; i < n; i++) {
            values[i] = (byte) random[i];
        }
        return values;
    }
}
