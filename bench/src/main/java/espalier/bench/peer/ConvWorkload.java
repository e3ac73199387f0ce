package espalier.bench.peer;

import espalier.engine.autograd.Tape;
import espalier.engine.op.Conv2d;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;
import java.util.List;

/** A convolution by the op itself, packing of weights and all, in the storage of a workspace as in training. */
abstract class ConvWorkload implements Workload {
    private final ConvTask task;
    final Conv2d op;
    Tensor x;
    Tensor weight;
    Tensor gradient;
    float[] result;

    private ConvWorkload(ConvTask task) {
        this.task = task;
        ConvLayer l = task.layer();
        op = new Conv2d(l.stride(), l.padding(), 1, l.groups());
        result = new float[switch (task.direction()) {
            case FORWARD -> l.output(task.batch()).size();
            case BACKWARD_DATA -> l.input(task.batch()).size();
            case BACKWARD_WEIGHT -> l.weight().size();
        }];
    }

    static ConvWorkload of(ConvTask task) {
        return switch (task.direction()) {
            case FORWARD -> new Forward(task);
            case BACKWARD_DATA, BACKWARD_WEIGHT -> new Backward(task);
        };
    }

    @Override
    public void fresh() {
        ConvLayer l = task.layer();
        x = Tensor.of(l.input(task.batch()), Values.uniform(l.input(task.batch()).size(), -1, 1, 1));
        weight = Tensor.of(l.weight(), Values.uniform(l.weight().size(), -1, 1, 2));
        gradient = Tensor.of(l.output(task.batch()), Values.uniform(l.output(task.batch()).size(), -1, 1, 3));
    }

    /** Does the work and copies the outcome out of the workspace. */
    @Override
    public float[] result() {
        try (Workspace _ = Workspace.open()) {
            Tensor y = compute();
            System.arraycopy(y.data(), 0, result, 0, result.length);
        }
        return result;
    }

    @Override
    public void run() {
        try (Workspace _ = Workspace.open()) {
            compute();
        }
    }

    abstract Tensor compute();

    private static final class Forward extends ConvWorkload {
        Forward(ConvTask task) {
            super(task);
        }

        @Override
        Tensor compute() {
            return op.apply(x, weight);
        }
    }

    private static final class Backward extends ConvWorkload {
        private final boolean data;
        private final Tensor output;
        private Tensor watched;

        Backward(ConvTask task) {
            super(task);
            data = task.direction() == ConvTask.Direction.BACKWARD_DATA;
            output = Tensor.zeros(task.layer().output(task.batch()));
        }

        @Override
        public void fresh() {
            super.fresh();
            watched = data ? x : weight;
        }

        @Override
        Tensor compute() {
            return Tape.record(List.of(watched),
                    () -> new Probe.Loss(gradient).apply(new Probe.Backward(op, output).apply(x, weight))).of(watched);
        }
    }
}
