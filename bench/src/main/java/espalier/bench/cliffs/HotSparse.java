package espalier.bench.cliffs;

import espalier.bench.peer.ConvLayer;
import espalier.bench.peer.Values;
import espalier.engine.kernel.Kernels;
import espalier.engine.sparse.Planes;
import espalier.engine.sparse.SparseConv2d;
import espalier.engine.tensor.Scratch;
import espalier.engine.tensor.Tensor;
import espalier.engine.weight.CsrInt8Weight;
import espalier.engine.weight.CsrWeight;
import espalier.engine.weight.Int8Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Convolutions with weights of which nine in ten are zero, on a whole group of images and on one. */
final class HotSparse {
    private static final int GROUP = 16;
    private static final int NINE_IN_TEN = 10;

    private HotSparse() {}

    static List<HotKernel> all() {
        List<HotKernel> kernels = new ArrayList<>();
        for (ConvLayer layer : ConvLayer.ALL) {
            if (layer.name().equals("vgg16_bn/features.27")) {
                kernels.add(new HotKernel("csr conv " + layer.name() + " of one", Set.of("sparse.vector"),
                        () -> layer(layer, 1, false)));
            }
            if (layer.name().startsWith("resnet20/layer") || layer.name().equals("mobilenet_v2/features.3.conv.1.0")) {
                for (int n : new int[] {GROUP, 1}) {
                    kernels.add(new HotKernel("csr conv " + layer.name() + (n == 1 ? " of one" : ""), Set.of("sparse.rows"),
                            () -> layer(layer, n, false)));
                }
                if (layer.stride() == 1) {
                    kernels.add(new HotKernel("csr conv " + layer.name() + " added", Set.of("sparse.addRows"),
                            () -> layer(layer, GROUP, true)));
                }
                kernels.add(new HotKernel("csr-int8 conv " + layer.name(), Set.of("int8.sparseProducts"), () -> int8(layer)));
            }
        }
        return kernels;
    }

    private static Tensor weight(ConvLayer l) {
        float[] w = Values.uniform(l.weight().size(), -1, 1, 1);
        for (int i = 0; i < w.length; i++) {
            w[i] = i % NINE_IN_TEN == 0 ? w[i] : 0;
        }
        return Tensor.of(l.weight(), w);
    }

    private static Runnable int8(ConvLayer l) {
        return HotProducts.int8(l, CsrInt8Weight.of(Int8Weight.of(weight(l))), false);
    }

    private static Runnable layer(ConvLayer l, int n, boolean add) {
        Planes in = new Planes(l.in(), l.size(), l.size(), l.padding());
        Planes out = new Planes(l.out(), l.outSize(), l.outSize(), l.padding());
        SparseConv2d conv = new SparseConv2d(Kernels.active(), HotProducts.shape(l), l.groups(),
                CsrWeight.of(weight(l)), new float[l.out()], 0, in, out, n);
        int slack = SparseConv2d.slack(Kernels.active().sparse());
        int yAt = aligned(Scratch.FIRST + in.size() * n + slack);
        int scratchAt = aligned(yAt + out.size() * n + slack);
        float[] memory = Values.uniform(Math.max(1 << 22, scratchAt + conv.scratchSize()), -1, 1, 2);
        return add ? () -> conv.add(memory, Scratch.FIRST, memory, yAt)
                : () -> conv.run(memory, Scratch.FIRST, memory, yAt, memory, scratchAt);
    }

    /** {@return {@code at}, or the next element that begins a cache line of an array that is large} */
    private static int aligned(int at) {
        return Scratch.FIRST + Math.ceilDiv(at - Scratch.FIRST, GROUP) * GROUP;
    }
}
