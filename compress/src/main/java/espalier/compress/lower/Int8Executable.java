package espalier.compress.lower;

import espalier.engine.kernel.Int8Kernels;
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
import espalier.engine.quant.Int8Conv2d;
import espalier.engine.quant.Int8Ops;
import espalier.engine.quant.Int8Scratch;
import espalier.engine.quant.QuantParams;
import espalier.engine.tensor.Shape;
import java.util.List;

/** A step in 8 bits made ready: weights packed, tables filled. */
interface Int8Executable {
    /** Computes {@code y} from {@code x}, all [values of an image, n], for a group of n images. */
    void run(byte[][] x, int n, byte[] y, Int8Scratch scratch);

    /**
     * {@return {@code step}, ready to run}
     *
     * @param in shapes of its inputs
     * @param params how they are quantized
     */
    static Int8Executable of(Step step, List<Shape> in, List<QuantParams> params, Kernels kernels) {
        Shape s = in.getFirst();
        Shape out = step.shape();
        QuantParams from = params.getFirst();
        QuantParams to = step.integers().output();
        int low = step.integers().low();
        int high = step.integers().high();
        return switch (step.op()) {
            case Conv2d _, Linear _ -> {
                Int8Conv2d layer = layer(step, s, from, kernels);
                yield (x, n, y, scratch) -> layer.run(x[0], n, y, scratch);
            }
            case Add _ -> add(step, params, kernels.int8());
            case MaxPool2d p -> (x, n, y, _) -> Int8Ops.maxPool(x[0], s.dim(0), s.dim(1), s.dim(2), p.kernel(), p.stride(),
                    p.padding(), y, out.dim(1), out.dim(2), n);
            case AvgPool2d p -> (x, n, y, scratch) -> Int8Ops.avgPool(x[0], s.dim(0), s.dim(1), s.dim(2), p.kernel(),
                    p.kernel(), p.stride(), from, to, low, high, y, out.dim(1), out.dim(2), n, scratch);
            case GlobalAvgPool _ -> (x, n, y, scratch) -> Int8Ops.avgPool(x[0], s.dim(0), s.dim(1), s.dim(2), s.dim(1),
                    s.dim(2), 1, from, to, low, high, y, 1, 1, n, scratch);
            case OptionAShortcut o -> (x, n, y, _) -> Int8Ops.shortcut(x[0], s.dim(0), s.dim(1), s.dim(2), o.stride(),
                    o.padChannels(), from.zeroPoint(), y, n);
            case Concat _ -> concat(step, in, params);
            case Flatten _ -> (x, n, y, _) -> System.arraycopy(x[0], 0, y, 0, s.size() * n);
            default -> {
                byte[] table = Int8Ops.table(from, to, low, high);
                yield (x, n, y, _) -> Int8Ops.lookUp(x[0], table, y, 0, s.size() * n);
            }
        };
    }

    /** {@return a step that has weights, ready to run} */
    static Int8Conv2d layer(Step step, Shape in, QuantParams from, Kernels kernels) {
        int groups = step.op() instanceof Conv2d c ? c.groups() : 1;
        Integers i = step.integers();
        return new Int8Conv2d(kernels, step.geometry(in), groups, step.weight(), i.bias(), from, i.output(), i.low(), i.high());
    }

    private static Int8Executable add(Step step, List<QuantParams> params, Int8Kernels kernels) {
        QuantParams a = params.get(0);
        QuantParams b = params.get(1);
        Integers i = step.integers();
        QuantParams to = i.output();
        float aMultiplier = (float) ((double) a.scale() / to.scale());
        float bMultiplier = (float) ((double) b.scale() / to.scale());
        return (x, n, y, _) -> kernels.add(x[0], 0, a.zeroPoint(), aMultiplier, x[1], 0, b.zeroPoint(), bMultiplier, y, 0,
                to.zeroPoint(), i.low(), i.high(), step.shape().size() * n);
    }

    private static Int8Executable concat(Step step, List<Shape> in, List<QuantParams> params) {
        Integers to = step.integers();
        byte[][] tables = params.stream()
                .map(p -> Int8Ops.table(p, to.output(), to.low(), to.high()))
                .toArray(byte[][]::new);
        return (x, n, y, _) -> {
            int at = 0;
            for (int i = 0; i < tables.length; i++) {
                int size = in.get(i).size() * n;
                Int8Ops.lookUp(x[i], tables[i], y, at, size);
                at += size;
            }
        };
    }
}
