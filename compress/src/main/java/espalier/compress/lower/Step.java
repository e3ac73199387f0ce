package espalier.compress.lower;

import espalier.engine.UserError;
import espalier.engine.autograd.Op;
import espalier.engine.kernel.ConvShape;
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
import espalier.engine.tensor.Shape;
import espalier.engine.weight.Weight;
import it.unimi.dsi.fastutil.ints.IntList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One op of a lowered model, in the order of execution: value 0 is the input, step i makes value i + 1.
 *
 * @param inputs numbers of the values that it reads
 * @param shape of the value that it makes, without the batch dimension
 * @param activation applied in the same pass
 * @param weight null but for Conv2d and Linear
 * @param bias [O]; null where there is no weight, and in 8 bits
 * @param integers null in float32
 */
public record Step(Op op, IntList inputs, Shape shape, Activation activation, Weight weight, float[] bias, Integers integers) {
    /** What can be executed, by name. Reshape becomes a Flatten of another shape: both only rename. */
    static final Map<String, Class<? extends Op>> OPS = Stream.of(Conv2d.class, Linear.class, Add.class, MaxPool2d.class,
                    AvgPool2d.class, GlobalAvgPool.class, Concat.class, OptionAShortcut.class, Relu.class, Relu6.class,
                    Flatten.class)
            .collect(Collectors.toUnmodifiableMap(Class::getSimpleName, c -> c));

    /** More than an image's activations ever are: what a file says is held against it. */
    static final int MAX_VALUES = 1 << 26;
    /** More than padding and dilation ever are: sums of them stay within 32 bits. */
    private static final int MAX_REACH = 1 << 12;

    /** {@return this step with its weight in another format} */
    Step with(Weight weight) {
        return new Step(op, inputs, shape, activation, weight, bias, integers);
    }

    /** {@return the op's name} */
    public String name() {
        return op.getClass().getSimpleName();
    }

    /** {@return the geometry of one group of this convolution, or of this linear layer taken as one of 1×1 pixels} */
    ConvShape geometry(Shape in) {
        return switch (op) {
            case Conv2d c -> new ConvShape(in.dim(0) / c.groups(), in.dim(1), in.dim(2), weight.shape().dim(0) / c.groups(),
                    weight.shape().dim(2), weight.shape().dim(3), c.stride(), c.padding(), c.dilation());
            default -> new ConvShape(in.dim(0), 1, 1, weight.shape().dim(0), 1, 1, 1, 0, 1);
        };
    }

    /**
     * Checks that this step can follow from inputs of these shapes.
     *
     * @throws UserError naming the op and both sides when it cannot
     */
    void check(List<Shape> in) {
        if (in.isEmpty() || in.size() > 1 && !(op instanceof Add || op instanceof Concat)) {
            throw new UserError(op + " lowered: " + in.size() + " inputs");
        }
        Shape x = in.getFirst();
        boolean image = x.rank() == 3 && x.size() > 0;
        if (weight != null && Format.of(weight).quantized() != (integers != null)) {
            throw new UserError(op + " lowered: a weight in " + Format.of(weight) + " among others");
        }
        boolean fits = switch (op) {
            case Conv2d c -> image && weight.shape().rank() == 4 && x.dim(0) == weight.shape().dim(1) * c.groups()
                    && weight.shape().dim(0) % c.groups() == 0 && c.padding() <= MAX_REACH && c.dilation() <= MAX_REACH
                    && makes(weight.shape().dim(0), geometry(x).oh(), geometry(x).ow());
            case Linear _ -> x.rank() == 1 && weight.shape().rank() == 2 && x.dim(0) == weight.shape().dim(1)
                    && shape.equals(Shape.of(weight.shape().dim(0)));
            case Add _ -> in.size() == 2 && x.equals(shape) && in.get(1).equals(shape);
            case MaxPool2d p -> image && makes(x.dim(0), extent(p, x.dim(1)), extent(p, x.dim(2)));
            case AvgPool2d p -> image && makes(x.dim(0), Math.floorDiv(x.dim(1) - p.kernel(), p.stride()) + 1,
                    Math.floorDiv(x.dim(2) - p.kernel(), p.stride()) + 1);
            case GlobalAvgPool _ -> image && shape.equals(Shape.of(x.dim(0)));
            case OptionAShortcut s -> image && s.padChannels() <= MAX_REACH && makes(x.dim(0) + 2 * s.padChannels(),
                    Math.ceilDiv(x.dim(1), s.stride()), Math.ceilDiv(x.dim(2), s.stride()));
            case Concat _ -> shape.rank() >= 1 && in.stream().allMatch(this::sameButChannels)
                    && in.stream().mapToInt(s -> s.dim(0)).sum() == shape.dim(0);
            case Flatten _ -> x.size() == shape.size();
            default -> x.equals(shape);
        };
        if (integers != null && integers.toFloat() && !(op instanceof Linear)) {
            throw new UserError(op + " lowered: only sums of a Linear become floats");
        }
        if (!fits || shape.size() > MAX_VALUES) {
            throw new UserError(op + " lowered: inputs " + in + (weight == null ? "" : ", weight " + weight.shape())
                    + " do not make " + shape);
        }
    }

    private boolean makes(int channels, int height, int width) {
        return height > 0 && width > 0 && shape.equals(Shape.of(channels, height, width));
    }

    private boolean sameButChannels(Shape s) {
        return s.rank() == shape.rank() && s.size() / Math.max(1, s.dim(0)) == shape.size() / Math.max(1, shape.dim(0));
    }

    private static int extent(MaxPool2d p, int size) {
        int free = size + 2 * p.padding() - p.kernel();
        if (free < 0 || !p.ceilMode()) {
            return Math.floorDiv(free, p.stride()) + 1;
        }
        int up = Math.ceilDiv(free, p.stride()) + 1;
        return (up - 1) * p.stride() >= size + p.padding() ? up - 1 : up;
    }
}
