package espalier.compress;

import espalier.compress.lower.Integers;
import espalier.compress.lower.LoweredModel;
import espalier.compress.lower.Step;
import espalier.engine.autograd.Call;
import espalier.engine.autograd.Tape;
import espalier.engine.op.Conv2d;
import espalier.engine.op.Linear;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;
import espalier.nn.model.Model;
import java.util.stream.IntStream;

/**
 * How large a model is, and how much work one image is.
 *
 * @param parameters all trained numbers, biases and batch norm's included
 * @param nonzeroParameters those that are not 0
 * @param macs multiplications of a weight with an activation, in convolutions and linear layers, padding counted as if it were
 *     image
 * @param nonzeroMacs those whose weight is not 0
 */
public record Sizes(long parameters, long nonzeroParameters, long macs, long nonzeroMacs) {
    /** {@return the sizes of {@code model}, whose ops are counted while one black image passes through} */
    public static Sizes of(Model model) {
        try (Workspace _ = Workspace.open()) {
            long parameters = 0;
            long nonzeroParameters = 0;
            for (var p : model.parameters().values()) {
                parameters += p.data().size();
                nonzeroParameters += nonzeros(p.value());
            }
            Shape s = model.imageShape();
            Tensor image = Workspace.zeros(Shape.of(1, s.dim(0), s.dim(1), s.dim(2)));
            long macs = 0;
            long nonzeroMacs = 0;
            for (Call call : Tape.trace(() -> model.logits(image))) {
                long uses = usesOfEachWeight(call);
                if (uses > 0) {
                    macs += uses * call.input(1).size();
                    nonzeroMacs += uses * nonzeros(call.input(1));
                }
            }
            return new Sizes(parameters, nonzeroParameters, macs, nonzeroMacs);
        }
    }

    /** {@return the sizes of {@code model}; batch norm, folded into its layers, is not counted any more} */
    public static Sizes of(LoweredModel model) {
        long parameters = 0;
        long nonzeroParameters = 0;
        long macs = 0;
        long nonzeroMacs = 0;
        for (Step step : model.steps()) {
            if (step.weight() == null) {
                continue;
            }
            long numbers = step.weight().shape().size();
            long nonzeros = step.weight().nonzeros();
            long uses = step.op() instanceof Conv2d ? (long) step.shape().dim(1) * step.shape().dim(2) : 1;
            Integers integers = step.integers();
            parameters += numbers + step.weight().shape().dim(0);
            nonzeroParameters += nonzeros + (integers == null
                    ? nonzeros(Tensor.of(Shape.of(step.bias().length), step.bias()))
                    : IntStream.of(integers.bias()).filter(b -> b != 0).count());
            macs += uses * numbers;
            nonzeroMacs += uses * nonzeros;
        }
        return new Sizes(parameters, nonzeroParameters, macs, nonzeroMacs);
    }

    /** {@return at how many output positions each weight is multiplied; 0 for an op without weights} */
    private static long usesOfEachWeight(Call call) {
        Shape y = call.output().shape();
        return switch (call.op()) {
            case Conv2d _ -> (long) y.dim(0) * y.dim(2) * y.dim(3);
            case Linear _ -> y.dim(0);
            default -> 0;
        };
    }

    private static long nonzeros(Tensor t) {
        long count = 0;
        for (float v : t.data()) {
            count += v != 0 ? 1 : 0;
        }
        return count;
    }
}
