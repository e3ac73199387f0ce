package espalier.bench.peer;

import espalier.engine.kernel.ConvShape;
import espalier.engine.kernel.Kernels;
import espalier.engine.sparse.DenseConv2d;
import espalier.engine.sparse.DenseLinear;
import espalier.engine.sparse.Planes;
import espalier.engine.sparse.SparseConv2d;
import espalier.engine.tensor.Scratch;
import espalier.engine.tensor.Shape;
import espalier.engine.weight.CsrWeight;
import espalier.engine.weight.DenseWeight;

/** A layer in float32 by the kernels of lowered networks, on planes of several images as they lie there. */
final class LayerWorkload implements Workload {
    /** As in a lowered network. */
    private static final int GROUP = 16;
    /** In floats: what keeps vectors on the boundaries of cache lines. */
    private static final int ALIGNED = 16;
    /** An array as large begins on such a boundary. */
    private static final int LARGE = 1 << 22;

    /** Computes a group of images. */
    private interface Layer {
        void run(float[] m, int xAt, int yAt, int scratchAt);
    }

    private final LayerTask task;
    private final int n;
    private final Planes in;
    private final Planes out;
    private final Layer layer;
    private final int inStep;
    private final int outStep;
    private final int scratchAt;
    private final int length;
    private float[] memory;

    LayerWorkload(LayerTask task) {
        this.task = task;
        ConvLayer l = task.layer();
        n = l.size() == 1 || task.batch() < GROUP ? task.batch() : GROUP;
        in = new Planes(l.in(), l.size(), l.size(), l.padding());
        out = new Planes(l.out(), l.outSize(), l.outSize(), l.padding());
        Kernels kernels = Kernels.active();
        float[] bias = Values.uniform(l.out(), -1, 1, 8);
        int scratch = 0;
        switch (task.form().format()) {
            case CSR -> {
                CsrWeight w = CsrWeight.of(task.weight());
                if (task.how() == LayerTask.How.KERNEL) {
                    var conv = new SparseConv2d(kernels, shape(l), l.groups(), w, bias, 0, in, out, n);
                    layer = (m, x, y, s) -> conv.run(m, x, m, y, m, s);
                    scratch = conv.scratchSize();
                } else {
                    var loops = new SparseLoops(shape(l), w, bias, in, out, n, task.how() == LayerTask.How.ROWS);
                    layer = (m, x, y, _) -> loops.run(m, x, m, y);
                }
            }
            case DENSE -> {
                DenseWeight w = new DenseWeight(task.weight());
                if (l.size() == 1) {
                    var linear = new DenseLinear(kernels, new DenseWeight(w.dense().reshape(Shape.of(l.out(), l.in()))),
                            bias, 0, n);
                    layer = (m, x, y, _) -> linear.run(m, x, m, y);
                } else {
                    DenseConv2d conv = task.how() == LayerTask.How.DIRECT
                            ? DenseConv2d.direct(kernels, shape(l), l.groups(), w, bias, 0, in, out, n)
                            : DenseConv2d.of(kernels, shape(l), l.groups(), w, bias, 0, in, out, n);
                    layer = (m, x, y, s) -> conv.run(m, x, m, y, m, s);
                    scratch = conv.scratchSize();
                }
            }
            default -> throw new IllegalArgumentException("layer: " + task.form() + " is not in float32");
        }
        int slack = SparseConv2d.slack(kernels.sparse());
        inStep = aligned(in.size() * n + slack);
        outStep = aligned(out.size() * n + slack);
        scratchAt = Scratch.FIRST + groups() * (inStep + outStep);
        length = Math.max(LARGE, scratchAt + scratch);
    }

    static ConvShape shape(ConvLayer l) {
        return new ConvShape(l.in() / l.groups(), l.size(), l.size(), l.out() / l.groups(), l.kernel(), l.kernel(),
                l.stride(), l.padding(), 1);
    }

    private static int aligned(int floats) {
        return Math.ceilDiv(floats, ALIGNED) * ALIGNED;
    }

    private int groups() {
        return Math.ceilDiv(task.batch(), n);
    }

    private int xAt(int group) {
        return Scratch.FIRST + group * inStep;
    }

    private int yAt(int group) {
        return Scratch.FIRST + groups() * inStep + group * outStep;
    }

    @Override
    public void fresh() {
        memory = new float[length];
        float[] x = Values.uniform(task.layer().input(groups() * n).size(), -1, 1, 2);
        for (int g = 0, at = 0; g < groups(); g++) {
            for (int c = 0; c < in.channels(); c++) {
                for (int row = 0; row < in.height(); row++, at += in.width() * n) {
                    System.arraycopy(x, at, memory, xAt(g) + in.at(c, row, 0) * n, in.width() * n);
                }
            }
        }
    }

    @Override
    public void run() {
        for (int g = 0; g < groups(); g++) {
            layer.run(memory, xAt(g), yAt(g), scratchAt);
        }
    }

    /** {@return [group, channel, row, column, image of the group]} */
    @Override
    public float[] result() {
        float[] y = new float[task.layer().output(groups() * n).size()];
        for (int g = 0, at = 0; g < groups(); g++) {
            for (int c = 0; c < out.channels(); c++) {
                for (int row = 0; row < out.height(); row++, at += out.width() * n) {
                    System.arraycopy(memory, yAt(g) + out.at(c, row, 0) * n, y, at, out.width() * n);
                }
            }
        }
        return y;
    }
}
