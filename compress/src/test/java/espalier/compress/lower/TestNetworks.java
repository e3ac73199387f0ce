package espalier.compress.lower;

import espalier.engine.op.Add;
import espalier.engine.op.AvgPool2d;
import espalier.engine.op.BatchNorm;
import espalier.engine.op.Concat;
import espalier.engine.op.Conv2d;
import espalier.engine.op.Flatten;
import espalier.engine.op.GlobalAvgPool;
import espalier.engine.op.Linear;
import espalier.engine.op.MaxPool2d;
import espalier.engine.op.Mul;
import espalier.engine.op.Normalize;
import espalier.engine.op.OptionAShortcut;
import espalier.engine.op.Relu;
import espalier.engine.op.Relu6;
import espalier.engine.op.Reshape;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/** Networks written as functions, for what no model has all of. */
final class TestNetworks {
    static final Shape IMAGE = Shape.of(3, 11, 13);

    private TestNetworks() {}

    static Tensor random(long seed, double low, double high, int... dims) {
        Tensor t = Tensor.zeros(Shape.of(dims));
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < t.size(); i++) {
            t.data()[i] = (float) random.nextDouble(low, high);
        }
        return t;
    }

    private static BatchNorm norm(int channels, boolean relu) {
        return new BatchNorm(random(channels, -0.5, 0.5, channels), random(channels + 1, 0.2, 3, channels), false,
                0.1f, 1e-5f, relu);
    }

    /** {@return a network of every op that is supported in 8 bits, the weight of one behind a mask; [N,3,11,13] → [N,5]} */
    static UnaryOperator<Tensor> everything() {
        Tensor w1 = random(1, -0.3, 0.3, 8, 3, 3, 3);
        Tensor mask = Tensor.full(w1.shape(), 1f);
        for (int i = 0; i < mask.size(); i += 3) {
            mask.data()[i] = 0;
        }
        Tensor w2 = random(2, -0.3, 0.3, 8, 4, 3, 3);
        Tensor b2 = random(3, -1, 1, 8);
        Tensor w3 = random(4, -0.6, 0.6, 8, 1, 5, 3);
        Tensor w4 = random(5, -0.3, 0.3, 6, 16, 1, 1);
        Tensor w5 = random(6, -0.3, 0.3, 9, 6 * 2 * 2);
        Tensor b5 = random(7, -1, 1, 9);
        Tensor w6 = random(8, -0.5, 0.5, 9, 10);
        Tensor w7 = random(9, -0.5, 0.5, 5, 18);
        Tensor b7 = random(10, -0.5, 0.5, 5);
        Tensor scale = random(11, 0.5, 2, 8);
        Tensor shift = random(12, -1, 1, 8);
        Tensor scale5 = random(13, 0.5, 2, 9);
        Tensor shift5 = random(14, -1, 1, 9);
        return x -> {
            Tensor n = new Normalize(new float[] {.5f, .4f, .3f}, new float[] {.2f, .25f, .3f}).apply(x);
            Tensor a = norm(8, true).apply(new Conv2d(1, 1, 1, 1).apply(n, new Mul().apply(w1, mask)), scale, shift);
            Tensor b = norm(8, false).apply(new Conv2d(1, 2, 2, 2).apply(a, w2, b2), scale, shift);
            Tensor c = new Add(true).apply(a, b);
            Tensor d = new Relu6().apply(new Conv2d(3, 2, 1, 8).apply(c, w3));
            Tensor e = new MaxPool2d(3, 3, 1, true).apply(c);
            e = new AvgPool2d(2, 1).apply(new MaxPool2d(2, 1, 1, false).apply(e));
            d = new Relu6().apply(new MaxPool2d(1, 1, 0, false).apply(d));
            Tensor f = new Concat().apply(new Relu().apply(new AvgPool2d(2, 2).apply(e)), new AvgPool2d(2, 2).apply(d));
            Tensor g = new Conv2d(1, 0, 1, 1).apply(f, w4);
            Tensor h = norm(9, false).apply(new Linear().apply(new Flatten().apply(g), w5, b5), scale5, shift5);
            Tensor i = new GlobalAvgPool().apply(new OptionAShortcut(2, 2).apply(g));
            i = new Relu6().apply(new Linear().apply(new Reshape(Shape.of(x.shape().dim(0), 10)).apply(i), w6));
            return new Linear().apply(new Concat().apply(new Relu().apply(h), i), w7, b7);
        };
    }
}
