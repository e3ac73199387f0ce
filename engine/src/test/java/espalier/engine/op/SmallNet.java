package espalier.engine.op;

import espalier.engine.autograd.Gradients;
import espalier.engine.autograd.Op;
import espalier.engine.autograd.Tape;
import espalier.engine.kernel.Kernels;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A small net that has every op in it, with tensors large enough for several blocks of parallel work; always starts the
 * same.
 */
final class SmallNet {
    private static final int BATCH = 12;
    private final SplittableRandom random = new SplittableRandom(11);
    private final Tensor x = tensor(1, BATCH, 3, 32, 32);
    private final Tensor mask = tensor(1, BATCH, 16, 32, 32);
    private final Tensor conv1 = tensor(.3f, 16, 3, 3, 3);
    private final Tensor conv2 = tensor(.1f, 32, 16, 3, 3);
    private final Tensor bias2 = tensor(.1f, 32);
    private final Tensor weight = tensor(1, 16);
    private final Tensor bias = tensor(.1f, 16);
    private final Tensor linear1 = tensor(.02f, 600, 64);
    private final Tensor linear2 = tensor(.02f, 10, 600);
    private final Tensor mean = Tensor.zeros(Shape.of(16));
    private final Tensor variance = Tensor.full(Shape.of(16), 1f);
    private final Op norm = new BatchNorm(mean, variance, true, .1f, 1e-5f, true);
    final List<Tensor> watched = List.of(x, conv1, conv2, bias2, weight, bias, linear1, linear2);
    private final int[] targets = random.ints(BATCH, 0, 10).toArray();

    private Tensor tensor(float scale, int... dims) {
        Tensor t = Tensor.zeros(Shape.of(dims));
        for (int i = 0; i < t.size(); i++) {
            t.data()[i] = (float) random.nextDouble(-scale, scale);
        }
        return t;
    }

    Tensor loss() {
        Tensor h = new Normalize(new float[] {.1f, .2f, .3f}, new float[] {.5f, .6f, .7f}).apply(x);
        h = norm.apply(new Conv2d(1, 1, 1, 1).apply(h, conv1), weight, bias);
        h = new Add(true).apply(new Mul().apply(h, mask), new Relu6().apply(h));
        h = new Dropout(.1f, 5).apply(new MaxPool2d(3, 1, 1, false).apply(h));
        Tensor shortcut = new OptionAShortcut(2, 8).apply(h);
        h = new Add().apply(new Conv2d(2, 1, 1, 1).apply(h, conv2, bias2), shortcut);
        h = new Concat().apply(new AvgPool2d(2, 2).apply(h), new MaxPool2d(2).apply(h));
        Tensor features = new Reshape(Shape.of(BATCH, 64)).apply(new Flatten().apply(new GlobalAvgPool().apply(h)));
        h = new Relu().apply(new Linear().apply(features, linear1));
        return new CrossEntropy(targets, .1f, Reduction.MEAN).apply(new LogSoftmax().apply(new Linear().apply(h, linear2)));
    }

    /** One step of training; returns the loss, the gradients, and the running statistics. */
    float[][] step() {
        var results = new ArrayList<float[]>();
        try (Workspace w = Workspace.open()) {
            Gradients g = Tape.record(watched, this::loss);
            results.add(g.value().data().clone());
            watched.forEach(t -> results.add(g.of(t).data().clone()));
            for (Tensor t : watched) {
                Kernels.active().update().sgdStep(t.data(), g.of(t).data(), null, 0, t.size(), .05f, 0f, 1e-3f, false);
            }
        }
        results.add(mean.data().clone());
        results.add(variance.data().clone());
        return results.toArray(float[][]::new);
    }
}
