package espalier.attacks;

import espalier.engine.op.Conv2d;
import espalier.engine.op.Flatten;
import espalier.engine.op.Linear;
import espalier.engine.op.MaxPool2d;
import espalier.engine.op.Relu;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import java.util.SplittableRandom;

/** Small models and images that tests attack. */
final class TestModels {
    private TestModels() {}

    /** {@return uniform in [low, high)} */
    static Tensor uniform(long seed, float low, float high, int... dims) {
        var random = new SplittableRandom(seed);
        Tensor t = Tensor.zeros(Shape.of(dims));
        for (int i = 0; i < t.size(); i++) {
            t.data()[i] = low + (high - low) * random.nextFloat();
        }
        return t;
    }

    /** Images in [0, 1], a tenth of whose pixels are exactly black or white, where the ball and the range meet. */
    static Tensor images(long seed, int... dims) {
        Tensor t = uniform(seed, -0.05f, 1.05f, dims);
        for (int i = 0; i < t.size(); i++) {
            t.data()[i] = Math.max(0, Math.min(1, t.data()[i]));
        }
        return t;
    }

    /** conv 3×3, relu, max-pool 2, linear. */
    static DifferentiableModel convNet(Tensor convWeight, Tensor convBias, Tensor weight, Tensor bias) {
        return x -> {
            Tensor h = new Relu().apply(new Conv2d(1, 1, 1, 1).apply(x, convWeight, convBias));
            h = new Flatten().apply(new MaxPool2d(2, 2, 0, false).apply(h));
            return new Linear().apply(h, weight, bias);
        };
    }

    /** A {@link #convNet} with random weights, for images [N,1,8,8] and ten classes. */
    static DifferentiableModel convNet(long seed) {
        return convNet(uniform(seed, -1, 1, 4, 1, 3, 3), uniform(seed + 1, -1, 1, 4), uniform(seed + 2, -1, 1, 10, 64),
                uniform(seed + 3, -1, 1, 10));
    }

    /** Class 1 where the only pixel is above {@code threshold}, else class 0. */
    static DifferentiableModel threshold(float threshold) {
        Tensor weight = Tensor.of(Shape.of(2, 1), -1, 1);
        Tensor bias = Tensor.of(Shape.of(2), threshold, -threshold);
        return x -> new Linear().apply(x, weight, bias);
    }
}
