package espalier.bench.peer;

import espalier.attacks.Norm;
import espalier.attacks.ThreatModel;
import espalier.compress.Sizes;
import espalier.engine.UserError;
import espalier.engine.op.CrossEntropy;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;
import espalier.nn.model.Model;
import espalier.nn.model.Models;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A whole network, ResNet-20 with random weights, on a batch of random images of 3×32×32. */
public record NetworkTask(Kind kind, int batch) implements Task {
    /** Of stochastic gradient descent; small, so that hours of steps on random labels do not diverge. */
    public static final double LEARNING_RATE = 1e-3;
    /** Of stochastic gradient descent, without Nesterov's variant. */
    public static final double MOMENTUM = 0.9;
    /** Of stochastic gradient descent. */
    public static final double WEIGHT_DECAY = 5e-4;
    /** Of the attack in one run. */
    public static final int ATTACK_STEPS = 5;

    private static final Pattern SHAPE = Pattern.compile("resnet20 batch (\\d+)");
    private static final int CLASSES = 10;
    private static final long MACS = Sizes.of(model()).macs();
    /** Of the first convolution, whose input needs no gradient in training. */
    private static final long FIRST_MACS = 16L * 3 * 9 * 32 * 32;

    /** What is done with the network. */
    public enum Kind {
        /** Forward, backward, and a step of SGD. */
        TRAINING_STEP("training step"),
        /** The convolutions and linear layers of a training step alone: what is missing is everything else. */
        STEP_CONVOLUTIONS("step convolutions"),
        /** Logits, batch norm folded. */
        INFERENCE("inference"),
        /** PGD in the maximum norm: forward, and backward to the pixels. */
        ATTACK("pgd attack");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        @Override
        public String toString() {
            return label;
        }
    }

    /** {@return the task that {@link #shape} describes} */
    public static NetworkTask parse(Kind kind, String shape) {
        Matcher s = SHAPE.matcher(shape);
        if (!s.matches()) {
            throw new UserError(kind + ": shape '" + shape + "' is not like 'resnet20 batch 128'");
        }
        return new NetworkTask(kind, Integer.parseInt(s.group(1)));
    }

    /** {@return the network, the same each time, in evaluation mode} */
    public static Model model() {
        return Models.create("resnet20", Shape.of(3, 32, 32), CLASSES, new float[] {0.491f, 0.482f, 0.447f},
                new float[] {0.247f, 0.243f, 0.262f}, 1);
    }

    /** {@return new images in [0, 1)} */
    public Tensor pixels() {
        Shape shape = Shape.of(batch, 3, 32, 32);
        return Tensor.of(shape, Values.uniform(shape.size(), 0, 1, 3));
    }

    /** {@return the images' classes} */
    public int[] labels() {
        return Values.labels(batch, CLASSES, 4);
    }

    /** {@return what the attack may do} */
    public static ThreatModel threat() {
        return ThreatModel.pgd(Norm.LINF, 8 / 255.0, 2 / 255.0, ATTACK_STEPS);
    }

    /** {@return our network's loss on images of this batch} */
    public float[] lossOf(float[] images) {
        try (Workspace _ = Workspace.open()) {
            Tensor logits = model().logits(Tensor.of(Shape.of(batch, 3, 32, 32), images));
            return new float[] {new CrossEntropy(labels()).apply(logits).item()};
        }
    }

    @Override
    public String benchmark() {
        return kind.toString();
    }

    @Override
    public String shape() {
        return "resnet20 batch " + batch;
    }

    @Override
    public double flops() {
        return 2.0 * batch * switch (kind) {
            case TRAINING_STEP, STEP_CONVOLUTIONS -> 3 * MACS - FIRST_MACS;
            case INFERENCE -> MACS;
            case ATTACK -> 2 * MACS * ATTACK_STEPS;
        };
    }

    @Override
    public double items() {
        return kind == Kind.ATTACK ? batch * ATTACK_STEPS : batch;
    }

    @Override
    public String unit() {
        return kind == Kind.ATTACK ? "images·steps/s" : "images/s";
    }

    /** An attack moves by the sign of gradients, which rounding decides where they are near 0. */
    @Override
    public double tolerance() {
        return kind == Kind.ATTACK ? 0.05 : Task.super.tolerance();
    }
}
