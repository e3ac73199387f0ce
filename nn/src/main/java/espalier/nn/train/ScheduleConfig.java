package espalier.nn.train;

import espalier.nn.optim.Constant;
import espalier.nn.optim.CosineLr;
import espalier.nn.optim.OneCycleLr;
import espalier.nn.optim.Schedule;
import espalier.nn.optim.StepLr;
import java.util.List;

/**
 * Which way the learning rate goes in the course of a training.
 *
 * @param name         one of {@link #NAMES}
 * @param milestones   of {@code step}: epochs at which the rate is multiplied by {@code gamma}
 * @param gamma        of {@code step}
 * @param warmupEpochs how long the rate rises linearly to what the schedule says; 0 for not at all
 * @param pctStart     of {@code one-cycle}: the share of the steps on the way up
 */
public record ScheduleConfig(String name, List<Integer> milestones, double gamma, int warmupEpochs, double pctStart) {
    /** The schedules by name. */
    public static final List<String> NAMES = List.of("constant", "step", "cosine", "one-cycle");

    public ScheduleConfig {
        TrainingConfig.require(NAMES.contains(name),
                "schedule " + name + " is unknown; known are " + String.join(", ", NAMES));
        TrainingConfig.require(warmupEpochs >= 0, "warm-up must be at least 0 epochs, got " + warmupEpochs);
        TrainingConfig.require(gamma > 0, "gamma must be above 0, got " + gamma);
        TrainingConfig.require(pctStart >= 0 && pctStart <= 1, "pctStart must be in [0, 1], got " + pctStart);
        milestones = milestones == null ? List.of() : List.copyOf(milestones);
    }

    /** {@return the schedule of that name with its defaults: milestones none, gamma 0.1, no warm-up, pctStart 0.3} */
    public static ScheduleConfig named(String name) {
        return new ScheduleConfig(name, List.of(), 0.1, 0, 0.3);
    }

    /** {@return the rate multiplied by {@code gamma} at each of these epochs} */
    public static ScheduleConfig step(List<Integer> milestones, double gamma) {
        return new ScheduleConfig("step", milestones, gamma, 0, 0.3);
    }

    /** {@return the schedule, counted in steps} {@code step} changes between epochs, the others from step to step. */
    public Schedule create(double learningRate, int epochs, int stepsPerEpoch) {
        long total = (long) epochs * stepsPerEpoch;
        Schedule schedule = switch (name) {
            case "constant" -> new Constant(learningRate);
            case "step" -> new StepLr(learningRate, milestones, gamma).perEpoch(stepsPerEpoch);
            case "cosine" -> new CosineLr(learningRate, total, 0);
            case "one-cycle" -> new OneCycleLr(learningRate, total, pctStart);
            default -> throw new IllegalStateException(name);
        };
        return warmupEpochs == 0 ? schedule : schedule.withWarmup((long) warmupEpochs * stepsPerEpoch);
    }
}
