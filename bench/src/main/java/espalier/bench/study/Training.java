package espalier.bench.study;

import com.fasterxml.jackson.annotation.JsonInclude;
import espalier.datasets.Augmentation;
import espalier.nn.train.OptimizerConfig;
import espalier.nn.train.ScheduleConfig;
import espalier.nn.train.TrainingConfig;
import java.util.List;

/**
 * How a network is trained, or fine-tuned, as people write it down.
 *
 * @param epochs passes over the images; 0 for none
 * @param images how many training images, the first ones; null for all
 * @param optimizer {@code sgd}, {@code adam} or {@code adamw}
 * @param learningRate the highest of the schedule
 * @param momentum of {@code sgd}
 * @param nesterov whether {@code sgd} looks ahead
 * @param weightDecay L2; decoupled for {@code adamw}
 * @param schedule {@code constant}, {@code step} (a tenth after half and after three quarters), {@code cosine}
 *     or {@code one-cycle}
 * @param labelSmoothing the share of the target that is spread over all classes
 * @param augment whether images are randomly cropped and flipped
 * @param batchSize null for that of all else; left out then, as in results of before
 */
public record Training(int epochs, Integer images, String optimizer, double learningRate, double momentum, boolean nesterov,
        double weightDecay, String schedule, double labelSmoothing, boolean augment,
        @JsonInclude(JsonInclude.Include.NON_NULL) Integer batchSize) {

    /** {@return this as the trainer wants it; there must be epochs} */
    public TrainingConfig config(int usualBatchSize, long seed) {
        ScheduleConfig course = schedule.equals("step")
                ? ScheduleConfig.step(List.of(epochs / 2, epochs * 3 / 4), 0.1)
                : ScheduleConfig.named(schedule);
        return new TrainingConfig(epochs, batchSize(usualBatchSize),
                new OptimizerConfig(optimizer, learningRate, momentum, nesterov, weightDecay), course, labelSmoothing,
                augment ? Augmentation.CROP_AND_FLIP : Augmentation.NONE, seed);
    }

    int batchSize(int usual) {
        return batchSize == null ? usual : batchSize;
    }

    /** {@return this for the epochs that fall to part {@code step}, from 1, of so many parts of the same length} */
    Training share(int step, int steps) {
        return new Training(epochs * step / steps - epochs * (step - 1) / steps, images, optimizer, learningRate, momentum,
                nesterov, weightDecay, schedule, labelSmoothing, augment, batchSize);
    }
}
