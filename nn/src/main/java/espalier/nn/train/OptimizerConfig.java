package espalier.nn.train;

import espalier.nn.Parameter;
import espalier.nn.optim.Adam;
import espalier.nn.optim.AdamW;
import espalier.nn.optim.Optimizer;
import espalier.nn.optim.Sgd;
import java.util.List;
import java.util.SequencedMap;

/**
 * Which optimizer, and its numbers.
 *
 * @param name         one of {@link #NAMES}
 * @param learningRate the highest rate of the schedule, above 0
 * @param momentum     of {@code sgd}, in [0, 1); others have their own
 * @param nesterov     whether {@code sgd} looks ahead
 * @param weightDecay  at least 0
 */
public record OptimizerConfig(String name, double learningRate, double momentum, boolean nesterov, double weightDecay) {
    /** The optimizers by name. */
    public static final List<String> NAMES = List.of("sgd", "adam", "adamw");

    public OptimizerConfig {
        TrainingConfig.require(NAMES.contains(name),
                "optimizer " + name + " is unknown; known are " + String.join(", ", NAMES));
        TrainingConfig.require(learningRate > 0 && Double.isFinite(learningRate),
                "learning rate must be above 0, got " + learningRate);
        TrainingConfig.require(momentum >= 0 && momentum < 1, "momentum must be in [0, 1), got " + momentum);
        TrainingConfig.require(weightDecay >= 0 && Double.isFinite(weightDecay),
                "weight decay must be at least 0, got " + weightDecay);
    }

    /** {@return SGD with Nesterov momentum 0.9} */
    public static OptimizerConfig sgd(double learningRate, double weightDecay) {
        return new OptimizerConfig("sgd", learningRate, 0.9, true, weightDecay);
    }

    /** {@return Adam without weight decay} */
    public static OptimizerConfig adam(double learningRate) {
        return new OptimizerConfig("adam", learningRate, 0, false, 0);
    }

    /** {@return AdamW} */
    public static OptimizerConfig adamw(double learningRate, double weightDecay) {
        return new OptimizerConfig("adamw", learningRate, 0, false, weightDecay);
    }

    /** {@return a new optimizer of this kind for {@code parameters}} */
    public Optimizer create(SequencedMap<String, Parameter> parameters) {
        return switch (name) {
            case "sgd" -> new Sgd(parameters, momentum, weightDecay, nesterov);
            case "adam" -> new Adam(parameters, weightDecay);
            case "adamw" -> new AdamW(parameters, weightDecay);
            default -> throw new IllegalStateException(name);
        };
    }
}
