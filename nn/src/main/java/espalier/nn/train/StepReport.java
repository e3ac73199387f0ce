package espalier.nn.train;

/**
 * Where a training stands within an epoch.
 *
 * @param epoch           from 1
 * @param epochs          in all
 * @param step            done in this epoch, from 1
 * @param steps           in an epoch
 * @param loss            the mean of this epoch so far
 * @param accuracy        of this epoch so far
 * @param learningRate    of this step
 * @param imagesPerSecond of this epoch so far
 */
public record StepReport(int epoch, int epochs, int step, int steps, double loss, double accuracy, double learningRate,
        double imagesPerSecond) {}
