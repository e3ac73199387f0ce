package espalier.nn.train;

/**
 * What came of one epoch.
 *
 * @param epoch           its number, from 1
 * @param loss            the mean training loss over its steps
 * @param accuracy        the share of training images that were right when they were used
 * @param learningRate    of its last step
 * @param seconds         it took, without evaluation
 * @param imagesPerSecond in training
 * @param test            on the images given for evaluation; null without any
 */
public record EpochReport(
        int epoch,
        double loss,
        double accuracy,
        double learningRate,
        double seconds,
        double imagesPerSecond,
        Evaluation test) {}
