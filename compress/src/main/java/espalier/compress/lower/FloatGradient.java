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
import espalier.engine.sparse.ConvGradient;
import espalier.engine.sparse.PlaneGradients;
import espalier.engine.sparse.Planes;

import espalier.engine.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * The way back through a step in float32: adds to the gradients by its inputs, or writes those that nothing was added to yet.
 * Values and gradients lie in one array.
 */
interface FloatGradient {
    /**
     * Adds to the gradients at {@code gx} what the one at {@code gy} brings, which already passed the step's activation. Borders
     * stay as they are.
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
     * @param fresh which inputs' gradients hold nothing yet, and are overwritten: passes over memory are a third of an attack
     */
    static FloatGradient of(Step step, List<Shape> shapes, List<Planes> in, Planes out, int n, boolean[] fresh,
            Kernels kernels) {
        Planes p = in.getFirst();
        int size = p.size() * n;
        ElementwiseKernels e = kernels.elementwise();
        return switch (step.op()) {
            case Conv2d c -> weighted(step, shapes.getFirst(), c.groups(), p, out, n, fresh[0], kernels);
            case Linear _ -> weighted(step, shapes.getFirst(), 1, p, out, n, fresh[0], kernels);
            case Add _, Relu _, Relu6 _ -> (m, _, _, gx, gy, _) -> {
                for (int k = 0; k < gx.length; k++) {
                    if (fresh[k]) {
                        System.arraycopy(m, gy, m, gx[k], size);
                    } else {
                        e.add(m, gx[k], m, gy, m, gx[k], size);
                    }
                }
            };
            default -> {
                FloatGradient adding = adding(step, in, out, n, e);
                yield (m, x, y, gx, gy, scratchAt) -> {
                    for (int k = 0; k < gx.length; k++) {
                        if (fresh[k]) {
                            Arrays.fill(m, gx[k], gx[k] + in.get(k).size() * n, 0f);
                        }
                    }
                    adding.run(m, x, y, gx, gy, scratchAt);
                };
            }
        };
    }

    /** {@return the way back through a step without weights, which adds only} */
    private static FloatGradient adding(Step step, List<Planes> in, Planes out, int n, ElementwiseKernels e) {
        Planes p = in.getFirst();
        return switch (step.op()) {
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
                    PlaneGradients.slice(e, in.get(i), channel, out, m, gy, m, gx[i], n);
                }
            };
            case Flatten _ -> (m, _, _, gx, gy, _) -> PlaneGradients.flatten(p, m, gy, m, gx[0], n);
            default -> throw new UserError(step.name() + " has no gradient in a lowered model");
        };
    }

    private static FloatGradient weighted(Step step, Shape shape, int groups, Planes in, Planes out, int n, boolean fresh,
            Kernels kernels) {
        var turned = new ConvGradient(kernels, step.geometry(shape), groups, step.weight(), in, out, n);
        int own = fresh ? 0 : in.size() * n;
        return new FloatGradient() {
            @Override
            public void run(float[] m, int[] x, int y, int[] gx, int gy, int scratchAt) {
                if (fresh) {
                    turned.run(m, gy, m, gx[0], m, scratchAt);
                    return;
                }
                // The border of scratch is whatever it was: only what lies inside is added.
                turned.run(m, gy, m, scratchAt, m, scratchAt + own);
                PlaneGradients.slice(kernels.elementwise(), in, 0, in, m, scratchAt, m, gx[0], n);
            }

            @Override
            public int scratchSize() {
                return own + turned.scratchSize();
            }
        };
    }
}
