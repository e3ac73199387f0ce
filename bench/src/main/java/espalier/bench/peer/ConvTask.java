package espalier.bench.peer;

import espalier.engine.UserError;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One convolution over a batch of images, without bias: its output, or one of its gradients. */
public record ConvTask(ConvLayer layer, Direction direction, int batch) implements Task {
    private static final Pattern SHAPE = Pattern.compile("(\\S+) batch (\\d+)(?: \\(.*\\))?");

    /** What is computed. */
    public enum Direction {
        FORWARD("forward"), BACKWARD_DATA("backward-data"), BACKWARD_WEIGHT("backward-weight");

        private final String label;

        Direction(String label) {
            this.label = label;
        }

        /** {@return the direction that prints as {@code label}} */
        public static Direction of(String label) {
            return Arrays.stream(values()).filter(d -> d.label.equals(label.toLowerCase(Locale.ROOT))).findFirst()
                    .orElseThrow(() -> new UserError("conv: direction '" + label + "' is none of " + Arrays.toString(values())));
        }

        @Override
        public String toString() {
            return label;
        }
    }

    /** A layer and the images of a batch. */
    record Named(ConvLayer layer, int batch) {}

    /** {@return the task that {@link #shape} and the direction's name describe} */
    public static ConvTask parse(String shape, String direction) {
        Named named = named(shape, ConvLayer.ALL);
        return new ConvTask(named.layer, Direction.of(direction), named.batch);
    }

    /** {@return what {@code shape} names among {@code layers}} */
    static Named named(String shape, List<ConvLayer> layers) {
        Matcher s = SHAPE.matcher(shape);
        if (s.matches()) {
            for (ConvLayer l : layers) {
                if (l.name().equals(s.group(1))) {
                    return new Named(l, Integer.parseInt(s.group(2)));
                }
            }
        }
        throw new UserError("conv: shape '" + shape + "' is not like 'resnet20/conv1 batch 32'");
    }

    @Override
    public String benchmark() {
        return "conv " + direction;
    }

    @Override
    public String shape() {
        return layer.name() + " batch " + batch + " (" + layer.geometry() + ")";
    }

    @Override
    public double flops() {
        return 2.0 * layer.output(batch).size() * layer.weight().size() / layer.out();
    }

    @Override
    public double items() {
        return flops() / 1e9;
    }

    @Override
    public String unit() {
        return "GFLOP/s";
    }
}
