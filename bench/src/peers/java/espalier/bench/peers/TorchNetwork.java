package espalier.bench.peers;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.GradientCollector;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import espalier.attacks.ThreatModel;
import espalier.bench.peer.NetworkTask;
import espalier.engine.tensor.Tensor;
import espalier.nn.checkpoint.StateDict;
import espalier.nn.model.Model;
import java.util.LinkedHashMap;
import java.util.Map;

/** ResNet-20 in PyTorch's operations, with our weights. */
abstract class TorchNetwork extends PyTorch.OnArrays {
    private static final int BLOCKS = 3;
    private static final float EPS = 1e-5f;
    private static final float MOMENTUM = 0.1f;

    final NetworkTask task;
    final Map<String, NDArray> parameters = new LinkedHashMap<>();
    NDArray pixels;
    NDArray labels;
    private final Map<String, NDArray> statistics = new LinkedHashMap<>();
    private NDArray mean;
    private NDArray std;

    private TorchNetwork(NetworkTask task) {
        this.task = task;
    }

    static TorchNetwork of(NetworkTask task) {
        return switch (task.kind()) {
            case TRAINING_STEP -> new TrainingStep(task);
            case INFERENCE -> new Inference(task);
            case ATTACK -> new Attack(task);
            case STEP_CONVOLUTIONS -> throw new IllegalArgumentException("pytorch: " + task);
        };
    }

    static Shape shape(espalier.engine.tensor.Shape shape) {
        long[] dims = new long[shape.rank()];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = shape.dim(i);
        }
        return new Shape(dims);
    }

    @Override
    void allocate() {
        Model model = NetworkTask.model();
        StateDict state = model.stateDict();
        parameters.clear();
        statistics.clear();
        model.parameters().keySet().forEach(name -> parameters.put(name, create(state.tensor(name))));
        state.tensors().keySet().stream().filter(name -> name.endsWith(".running_mean") || name.endsWith(".running_var"))
                .forEach(name -> statistics.put(name, create(state.tensor(name))));
        mean = manager.create(model.normalize().mean(), new Shape(1, 3, 1, 1));
        std = manager.create(model.normalize().std(), new Shape(1, 3, 1, 1));
        pixels = create(task.pixels());
        labels = manager.create(task.labels(), new Shape(task.batch()));
    }

    private NDArray create(Tensor t) {
        return manager.create(t.data(), shape(t.shape()));
    }

    /** {@return the logits, within the scope of {@code images}} */
    final NDArray logits(NDArray images, boolean training) {
        NDArray x = images.sub(mean).div(std);
        NDArray y = norm(convolution(x, "conv1", 1), "bn1", training).getNDArrayInternal().relu();
        for (int stage = 1; stage <= 3; stage++) {
            for (int block = 0; block < BLOCKS; block++) {
                int stride = stage > 1 && block == 0 ? 2 : 1;
                String name = "layer" + stage + "." + block + ".";
                NDArray z = norm(convolution(y, name + "conv1", stride), name + "bn1", training).getNDArrayInternal().relu();
                z = norm(convolution(z, name + "conv2", 1), name + "bn2", training);
                y = z.add(stride == 1 ? y : shortcut(y)).getNDArrayInternal().relu();
            }
        }
        return Linear.linear(Pool.globalAvgPool2d(y), parameters.get("linear.weight"), parameters.get("linear.bias"))
                .singletonOrThrow();
    }

    private NDArray convolution(NDArray x, String name, int stride) {
        return Conv2d.conv2d(x, parameters.get(name + ".weight"), null, new Shape(stride, stride), new Shape(1, 1),
                new Shape(1, 1), 1).singletonOrThrow();
    }

    private NDArray norm(NDArray x, String name, boolean training) {
        return BatchNorm.batchNorm(x, statistics.get(name + ".running_mean"), statistics.get(name + ".running_var"),
                parameters.get(name + ".weight"), parameters.get(name + ".bias"), 1, MOMENTUM, EPS, training)
                .singletonOrThrow();
    }

    private static NDArray shortcut(NDArray y) {
        NDArray half = y.get(":, :, ::2, ::2");
        Shape s = half.getShape();
        NDArray zeros = y.getManager().zeros(new Shape(s.get(0), s.get(1) / 2, s.get(2), s.get(3)));
        return NDArrays.concat(new NDList(zeros, half, zeros), 1);
    }

    final NDArray loss(NDArray logits) {
        return Loss.softmaxCrossEntropyLoss().evaluate(new NDList(labels), new NDList(logits));
    }

    static GradientCollector collector() {
        return Engine.getEngine("PyTorch").newGradientCollector();
    }

    private static final class TrainingStep extends TorchNetwork {
        private Optimizer optimizer;

        TrainingStep(NetworkTask task) {
            super(task);
        }

        @Override
        void allocate() {
            super.allocate();
            parameters.values().forEach(p -> p.setRequiresGradient(true));
            optimizer = Optimizer.sgd().setLearningRateTracker(Tracker.fixed((float) NetworkTask.LEARNING_RATE))
                    .optMomentum((float) NetworkTask.MOMENTUM).optWeightDecays((float) NetworkTask.WEIGHT_DECAY).build();
        }

        @Override
        NDArray compute(NDManager scope) {
            pixels.tempAttach(scope);
            NDArray loss;
            try (GradientCollector collector = collector()) {
                loss = loss(logits(pixels, true));
                collector.backward(loss);
            }
            parameters.forEach((name, p) -> {
                NDArray gradient = p.getGradient();
                gradient.attach(scope);
                optimizer.update(name, p, gradient);
            });
            return loss.stopGradient();
        }
    }

    private static final class Inference extends TorchNetwork {
        Inference(NetworkTask task) {
            super(task);
        }

        @Override
        NDArray compute(NDManager scope) {
            pixels.tempAttach(scope);
            return logits(pixels, false);
        }
    }

    private static final class Attack extends TorchNetwork {
        Attack(NetworkTask task) {
            super(task);
        }

        @Override
        NDArray compute(NDManager scope) {
            ThreatModel threat = NetworkTask.threat();
            pixels.tempAttach(scope);
            NDArray least = pixels.sub(threat.epsilon());
            NDArray most = pixels.add(threat.epsilon());
            NDArray x = pixels.duplicate();
            for (int step = 0; step < threat.steps(); step++) {
                x.setRequiresGradient(true);
                try (GradientCollector collector = collector()) {
                    collector.backward(loss(logits(x, false)));
                }
                NDArray moved = x.stopGradient().add(x.getGradient().sign().mul(threat.stepSize()));
                x = moved.maximum(least).minimum(most).clip(0, 1);
            }
            return x;
        }

        @Override
        public float[] result() {
            return task.lossOf(super.result());
        }
    }
}
