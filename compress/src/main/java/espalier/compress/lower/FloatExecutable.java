package espalier.compress.lower;

import espalier.engine.UserError;
import espalier.engine.kernel.ConvShape;
import espalier.engine.kernel.ElementwiseKernels;
import espalier.engine.kernel.Kernels;
import espalier.engine.op.Add;
import espalier.engine.op.AvgPool2d;
import espalier.engine.op.Concat;
import espalier.engine.op.Conv2d;
import espalier.engine.op.Flatten;
import espalier.engine.op.GlobalAvgPool;
import espalier.engine.op.Linear;
import espalier.engine.op.MaxPool2d;
import espalier.engine.op.OptionAShortcut;
import espalier.engine.op.Relu;
import espalier.engine.op.Relu6;
import espalier.engine.sparse.DenseConv2d;
import espalier.engine.sparse.DenseLinear;
import espalier.engine.sparse.PlaneOps;
import espalier.engine.sparse.Planes;
import espalier.engine.sparse.SparseConv2d;
import espalier.engine.tensor.Shape;
import espalier.engine.weight.CsrWeight;
import espalier.engine.weight.DenseWeight;
import java.util.List;

/** A step in float32 made ready: weights packed, tables filled. Values lie in one array. */
interface FloatExecutable {
    /** Computes the value at {@code y} from those at {@code x}. */
    void run(float[] m, int[] x, int y, int scratchAt);

    /** {@return the floats of scratch that it needs} */
    default int scratchSize() {
        return 0;
    }

    /**
     * {@return {@code step}, ready to run on n images}
     *
     * @param shapes of its inputs, which lie as {@code in}
     */
    static FloatExecutable of(Step step, List<Shape> shapes, List<Planes> in, Planes out, int n, Kernels kernels) {
        Planes p = in.getFirst();
        int size = out.size() * n;
        ElementwiseKernels e = kernels.elementwise();
        return switch (step.op()) {
            case Conv2d _, Linear _ -> clamped(weighted(step, shapes.getFirst(), p, out, n, kernels), step.activation(), e, size);
            case Add _ when step.activation() == Activation.RELU ->
                    (m, x, y, _) -> e.addRelu(m, x[0], m, x[1], m, y, size);
            case Add _ -> clamped((m, x, y, _) -> e.add(m, x[0], m, x[1], m, y, size), step.activation(), e, size);
            case Relu _ -> (m, x, y, _) -> e.relu(m, x[0], m, y, size);
            case Relu6 _ -> (m, x, y, _) -> e.relu6(m, x[0], m, y, size);
            case MaxPool2d o -> (m, x, y, _) ->
                    PlaneOps.maxPool(kernels.pool(), m, x[0], p, o.kernel(), o.stride(), o.padding(), m, y, out, n);
            case AvgPool2d o -> (m, x, y, _) ->
                    PlaneOps.avgPool(kernels.pool(), m, x[0], p, o.kernel(), o.kernel(), o.stride(), m, y, out, n);
            case GlobalAvgPool _ -> (m, x, y, _) ->
                    PlaneOps.avgPool(kernels.pool(), m, x[0], p, p.height(), p.width(), 1, m, y, out, n);
            case OptionAShortcut o ->
                    (m, x, y, _) -> PlaneOps.shortcut(kernels.gemm(), m, x[0], p, o.stride(), o.padChannels(), m, y, out, n);
            case Concat _ -> (m, x, y, _) -> {
                for (int i = 0, channel = 0; i < x.length; channel += in.get(i++).channels()) {
                    PlaneOps.copy(m, x[i], in.get(i), m, y, out, channel, n);
                }
            };
            case Flatten _ -> (m, x, y, _) -> PlaneOps.flatten(m, x[0], p, m, y, n);
            default -> throw new UserError(step.name() + " is not supported in a lowered model");
        };
    }

    /** A layer with its weights and bias, and its relu if it has one. */
    private static FloatExecutable weighted(Step step, Shape shape, Planes in, Planes out, int n, Kernels kernels) {
        ConvShape g = step.geometry(shape);
        int groups = step.op() instanceof Conv2d c ? c.groups() : 1;
        float low = low(step.activation());
        return switch (step.weight()) {
            case CsrWeight w -> {
                var layer = new SparseConv2d(kernels, g, groups, w, step.bias(), low, in, out, n);
                yield of((m, x, y, scratch) -> layer.run(m, x[0], m, y, m, scratch), layer.scratchSize());
            }
            case DenseWeight w when step.op() instanceof Linear -> {
                var layer = new DenseLinear(kernels, w, step.bias(), low, n);
                yield (m, x, y, _) -> layer.run(m, x[0], m, y);
            }
            case DenseWeight w -> {
                var layer = DenseConv2d.of(kernels, g, groups, w, step.bias(), low, in, out, n);
                yield of((m, x, y, scratch) -> layer.run(m, x[0], m, y, m, scratch), layer.scratchSize());
            }
            default -> throw new UserError(step.name() + " in " + Format.of(step.weight()) + " among layers in float32");
        };
    }

    /**
     * {@return {@code layer}, a convolution, ready to add to what lies where its output goes, before {@code activation}; null
     * where that would not be faster, or not be one pass}
     */
    static FloatExecutable residual(Step layer, Activation activation, Shape shape, Planes in, Planes out, int n,
            Kernels kernels) {
        if (!(layer.op() instanceof Conv2d c && layer.weight() instanceof CsrWeight w)) {
            return null;
        }
        var sparse = new SparseConv2d(kernels, layer.geometry(shape), c.groups(), w, layer.bias(), low(activation), in, out, n);
        return sparse.addable() ? (m, x, y, _) -> sparse.add(m, x[0], m, y) : null;
    }

    private static float low(Activation activation) {
        return activation == Activation.NONE ? Float.NEGATIVE_INFINITY : 0;
    }

    private static FloatExecutable of(FloatExecutable run, int scratchSize) {
        return new FloatExecutable() {
            @Override
            public void run(float[] m, int[] x, int y, int scratchAt) {
                run.run(m, x, y, scratchAt);
            }

            @Override
            public int scratchSize() {
                return scratchSize;
            }
        };
    }

    /** {@return {@code layer}, its output taken to at most 6 where that is its activation} */
    private static FloatExecutable clamped(FloatExecutable layer, Activation activation, ElementwiseKernels e, int size) {
        if (activation != Activation.RELU6) {
            return layer;
        }
        return of((m, x, y, scratch) -> {
            layer.run(m, x, y, scratch);
            e.relu6(m, y, m, y, size);
        }, layer.scratchSize());
    }
}
