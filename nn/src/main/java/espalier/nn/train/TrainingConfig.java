package espalier.nn.train;

import espalier.datasets.Augmentation;
import espalier.engine.UserError;

/**
 * Everything that decides what a training does, but for the model and the data. Together with them it decides every bit of
 * the outcome.
 *
 * @param epochs         passes over the training images, at least 1
 * @param batchSize      images a step, at least 1
 * @param optimizer      which optimizer
 * @param schedule       the course of the learning rate
 * @param labelSmoothing in [0, 1)
 * @param augmentation   what is done to each image
 * @param seed           of order, augmentation and dropout
 */
public record TrainingConfig(
        int epochs,
        int batchSize,
        OptimizerConfig optimizer,
        ScheduleConfig schedule,
        double labelSmoothing,
        Augmentation augmentation,
        long seed) {
    public TrainingConfig {
        require(epochs >= 1, "epochs must be at least 1, got " + epochs);
        require(batchSize >= 1, "batch size must be at least 1, got " + batchSize);
        require(labelSmoothing >= 0 && labelSmoothing < 1, "label smoothing must be in [0, 1), got " + labelSmoothing);
    }

    /** {@return so many epochs at batch 128 on a cosine schedule, without label smoothing and augmentation} */
    public static TrainingConfig of(int epochs, OptimizerConfig optimizer, long seed) {
        return new TrainingConfig(epochs, 128, optimizer, ScheduleConfig.named("cosine"), 0, Augmentation.NONE, seed);
    }

    /** {@return the same with another batch size} */
    public TrainingConfig withBatchSize(int batchSize) {
        return new TrainingConfig(epochs, batchSize, optimizer, schedule, labelSmoothing, augmentation, seed);
    }

    /** {@return the same with another schedule} */
    public TrainingConfig withSchedule(ScheduleConfig schedule) {
        return new TrainingConfig(epochs, batchSize, optimizer, schedule, labelSmoothing, augmentation, seed);
    }

    /** {@return the same with label smoothing} */
    public TrainingConfig withLabelSmoothing(double labelSmoothing) {
        return new TrainingConfig(epochs, batchSize, optimizer, schedule, labelSmoothing, augmentation, seed);
    }

    /** {@return the same with augmentation} */
    public TrainingConfig withAugmentation(Augmentation augmentation) {
        return new TrainingConfig(epochs, batchSize, optimizer, schedule, labelSmoothing, augmentation, seed);
    }

    static void require(boolean holds, String message) {
        if (!holds) {
            throw new UserError(message);
        }
    }
}
