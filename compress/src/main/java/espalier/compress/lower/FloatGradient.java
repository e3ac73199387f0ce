package espalier.compress.lower;

import espalier.engine.UserError;
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
import espalier.engine.sparse.PlaneGradients;
import espalier.engine.sparse.Planes;
import espalier.engine.sparse.SparseGradient;
import espalier.engine.tensor.Shape;
import java.util.List;

/** The way back through a step in float32: adds to the gradients by its inputs. Values and gradients lie in one array. */
interface FloatGradient {
    /**
     * Adds to the gradients at {@code gx} what the one at {@code gy} brings, which already passed the step's activation.
     *
     * @param x where the inputs are, {@code y} the output
     */
    void run(float[] m, int[] x, int y, int[] gx, int gy, int scratchAt);

    /** {@return the floats of scratch that it needs} */
    default int scratchSize() {
        return 0;
    }

    /**
     * {@return the way back through {@code step} on n images}
     *
     * @param shapes of its inputs, which lie as {@code in}
     */
    static FloatGradient of(Step step, List<Shape> shapes, List<Planes> in, Planes out, int n, Kernels kernels) {
        Planes p = in.getFirst();
        int size = p.size() * n;
        ElementwiseKernels e = kernels.elementwise();
        return switch (step.op()) {
            case Conv2d c -> weighted(step, shapes.getFirst(), c.groups(), p, out, n, kernels);
            case Linear _ -> weighted(step, shapes.getFirst(), 1, p, out, n, kernels);
            case Add _, Relu _, Relu6 _ -> (m, _, _, gx, gy, _) -> {
                for (int to : gx) {
                    e.add(m, to, m, gy, m, to, size);
                }
            };
            case MaxPool2d o -> (m, x, y, gx, gy, _) -> PlaneGradients.maxPool(m, x[0], p, o.kernel(), o.stride(), o.padding(),
                    m, y, out, m, gy, m, gx[0], n);
            case AvgPool2d o -> (m, _, _, gx, gy, _) -> PlaneGradients.avgPool(p, o.kernel(), o.kernel(), o.stride(), out, m, gy,
                    m, gx[0], n);
            case GlobalAvgPool _ -> (m, _, _, gx, gy, _) -> PlaneGradients.avgPool(p, p.height(), p.width(), 1, out, m, gy,
                    m, gx[0], n);
            case OptionAShortcut o -> (m, _, _, gx, gy, _) -> PlaneGradients.shortcut(p, o.stride(), o.padChannels(), out, m, gy,
                    m, gx[0], n);
            case Concat _ -> (m, _, _, gx, gy, _) -> {
                for (int i = 0, channel = 0; i < gx.length; channel += in.get(i++).channels()) {
                    PlaneGradients.slice(in.get(i), channel, out, m, gy, m, gx[i], n);
                }
            };
            case Flatten _ -> (m, _, _, gx, gy, _) -> PlaneGradients.flatten(p, m, gy, m, gx[0], n);
            default -> throw new UserError(step.name() + " has no gradient in a lowered model");
        };
    }

    private static FloatGradient weighted(Step step, Shape shape, int groups, Planes in, Planes out, int n, Kernels kernels) {
        var turned = new SparseGradient(kernels.sparse(), step.geometry(shape), groups, step.weight(), in, out, n);
        int own = in.size() * n;
        return new FloatGradient() {
            @Override
            public void run(float[] m, int[] x, int y, int[] gx, int gy, int scratchAt) {
                // The border of scratch is whatever it was: only what lies inside is added.
                turned.run(m, gy, m, scratchAt, m, scratchAt + own);
                PlaneGradients.slice(in, 0, in, m, scratchAt, m, gx[0], n);
            }

            @Override
            public int scratchSize() {
                return own + turned.scratchSize();
            }
        };
    }
}
