package espalier.bench.peer;

import espalier.compress.lower.Format;
import espalier.compress.lower.LoweredModel;
import espalier.compress.lower.Lowering;
import espalier.attacks.Pgd;
import espalier.engine.autograd.Call;
import espalier.engine.autograd.Gradients;
import espalier.engine.autograd.Op;
import espalier.engine.autograd.Tape;
import espalier.engine.op.Conv2d;
import espalier.engine.op.CrossEntropy;
import espalier.engine.op.Linear;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;
import espalier.nn.Parameter;
import espalier.nn.model.Model;
import espalier.nn.optim.Sgd;
import java.util.ArrayList;
import java.util.List;

/** ResNet-20 at work. */
abstract class NetworkWorkload implements Workload {
    final NetworkTask task;
    final Model model = NetworkTask.model();
    Tensor pixels;

    private NetworkWorkload(NetworkTask task) {
        this.task = task;
    }

    static NetworkWorkload of(NetworkTask task) {
        return switch (task.kind()) {
            case TRAINING_STEP -> new TrainingStep(task);
            case STEP_CONVOLUTIONS -> new Convolutions(task);
            case INFERENCE -> new Inference(task);
            case ATTACK -> new Attack(task);
        };
    }

    @Override
    public void fresh() {
        pixels = task.pixels();
    }

    /** What the trainer does with a batch; the result is the loss. */
    private static final class TrainingStep extends NetworkWorkload {
        private final Sgd optimizer =
                new Sgd(model.parameters(), NetworkTask.MOMENTUM, NetworkTask.WEIGHT_DECAY, false);
        private final List<Tensor> watched = model.parameters().values().stream().map(Parameter::data).toList();
        private final CrossEntropy loss;
        private final float[] result = new float[1];

        TrainingStep(NetworkTask task) {
            super(task);
            model.setTraining(true);
            loss = new CrossEntropy(task.labels());
        }

        @Override
        public void run() {
            try (Workspace _ = Workspace.open()) {
                Gradients gradients = Tape.record(watched, () -> loss.apply(model.logits(pixels)));
                optimizer.step(gradients::of, NetworkTask.LEARNING_RATE);
                result[0] = gradients.value().item();
            }
        }

        @Override
        public float[] result() {
            return result;
        }
    }

    /** Every convolution and linear layer of a step, forward and backward, on tensors of the same shapes. */
    private static final class Convolutions extends NetworkWorkload {
        private final List<Layer> layers = new ArrayList<>();
        private final float[] result = new float[1];

        private record Layer(Op op, Tensor[] inputs, List<Tensor> watched, Probe.Loss loss) {}

        Convolutions(NetworkTask task) {
            super(task);
        }

        @Override
        public void fresh() {
            super.fresh();
            layers.clear();
            try (Workspace _ = Workspace.open()) {
                for (Call call : Tape.trace(() -> model.logits(pixels))) {
                    if (call.op() instanceof Conv2d || call.op() instanceof Linear) {
                        add(call);
                    }
                }
            }
        }

        private void add(Call call) {
            Tensor[] inputs = new Tensor[call.inputs()];
            for (int i = 0; i < inputs.length; i++) {
                inputs[i] = random(call.input(i));
            }
            List<Tensor> watched = new ArrayList<>(List.of(inputs));
            if (layers.isEmpty()) {
                watched.removeFirst();
            }
            layers.add(new Layer(call.op(), inputs, watched, new Probe.Loss(random(call.output()))));
        }

        private Tensor random(Tensor like) {
            return Tensor.of(like.shape(), Values.uniform(like.size(), -1, 1, 5));
        }

        @Override
        public void run() {
            for (Layer l : layers) {
                try (Workspace _ = Workspace.open()) {
                    Gradients gradients = Tape.record(l.watched, () -> l.loss.apply(l.op.apply(l.inputs)));
                    result[0] = gradients.value().item();
                }
            }
        }

        @Override
        public float[] result() {
            return result;
        }
    }

    /** The lowered network: batch norm folded, relu fused. */
    private static final class Inference extends NetworkWorkload {
        private final LoweredModel lowered = Lowering.lower(model, Format.DENSE);
        private final float[] result = new float[task.batch() * model.classes()];

        Inference(NetworkTask task) {
            super(task);
        }

        @Override
        public void run() {
            try (Workspace _ = Workspace.open()) {
                System.arraycopy(lowered.logits(pixels).data(), 0, result, 0, result.length);
            }
        }

        @Override
        public float[] result() {
            return result;
        }
    }

    /** On the lowered network, as {@code espalier evaluate} does. The result is our model's loss on the adversarial images. */
    private static final class Attack extends NetworkWorkload {
        private final LoweredModel lowered = Lowering.lower(model, Format.DENSE);
        private final Pgd pgd = new Pgd(NetworkTask.threat());
        private final int[] labels;
        private float[] adversarial;

        Attack(NetworkTask task) {
            super(task);
            labels = task.labels();
        }

        @Override
        public void fresh() {
            super.fresh();
            adversarial = new float[pixels.size()];
        }

        @Override
        public void run() {
            try (Workspace _ = Workspace.open()) {
                float[] x = pgd.perturb(lowered::logits, pixels, labels, 1, 0).data();
                System.arraycopy(x, 0, adversarial, 0, x.length);
            }
        }

        @Override
        public float[] result() {
            return task.lossOf(adversarial);
        }
    }
}
