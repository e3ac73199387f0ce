package espalier.bench.study;

import com.fasterxml.jackson.annotation.JsonInclude;
import espalier.attacks.Robustness;
import espalier.attacks.ThreatModel;
import espalier.bench.report.Environment;
import espalier.compress.Sizes;
import espalier.nn.train.Evaluation;
import java.util.function.UnaryOperator;

/**
 * What was found out about one network under one attack: a line of {@code results.jsonl}. Accuracies are fractions; what was
 * not asked for is null.
 *
 * @param digest of the cell; left out where there is none
 * @param strategy of pruning, {@value Cell#DENSE} for a dense network
 * @param compression that was asked for: original / remaining parameters
 * @param pruningReading how the paper was read in pruning; left out where it is corrected
 * @param resultReading how it was read in these figures; left out where it is corrected
 * @param cleanAccuracy top-1 on the test images
 * @param top5Accuracy on the same
 * @param testImages how many they are
 * @param adversarialAccuracy on images attacked with the gradients that the threat model names
 * @param transferAccuracy on images made on {@code transferSource}
 * @param foolsBoth share of those that fool both their source and this network
 * @param attackedCleanAccuracy on the attacked images before the attack
 * @param attackImages how many are attacked
 * @param parameters of the network before pruning
 * @param macs multiplications of a weight and an activation for an image
 * @param nonzeroMacs those with weights that are left
 * @param threatModel without which the robust figures mean nothing
 * @param transferSource the network that the transferred images were made on
 * @param seconds from the end of the cell before to the end of this one
 * @param environment where it was measured
 * @param cell the whole record; left out where there is none
 */
public record Result(
        @JsonInclude(JsonInclude.Include.NON_NULL) String digest,
        String dataset,
        String model,
        String strategy,
        double compression,
        @JsonInclude(JsonInclude.Include.NON_NULL) String pruningReading,
        @JsonInclude(JsonInclude.Include.NON_NULL) String resultReading,
        boolean quantized,
        long seed,
        double cleanAccuracy,
        double top5Accuracy,
        int testImages,
        Double adversarialAccuracy,
        Double transferAccuracy,
        Double foolsBoth,
        Double attackedCleanAccuracy,
        Integer attackImages,
        long parameters,
        long nonzeroParameters,
        long macs,
        long nonzeroMacs,
        ThreatModel threatModel,
        String transferSource,
        double seconds,
        Environment environment,
        @JsonInclude(JsonInclude.Include.NON_NULL) Cell cell) {

    /**
     * {@return the result that these figures are}
     *
     * @param own under the attack led by the network's own gradients, or its float parent's; null without an attack
     * @param transfer under images made on {@code transferSource}; null without one
     * @param cell null outside a study
     */
    public static Result of(String dataset, String model, String strategy, double compression, boolean quantized, long seed,
            Evaluation clean, Robustness own, Robustness transfer, String transferSource, Sizes sizes, double seconds,
            Environment environment, Cell cell) {
        UnaryOperator<Double> counted = right -> right;
        UnaryOperator<Double> countedAttacked = right -> right;
        if (cell != null) {
            int batch = cell.network().parent().batchSize();
            counted = right -> cell.asRead().accuracy(right, clean.images(), batch);
            countedAttacked = right -> cell.asRead().accuracy(right, own.images(), batch);
        }
        return new Result(cell == null ? null : cell.digest(), dataset, model, strategy, compression,
                cell == null ? null : cell.network().reading(), cell == null ? null : cell.reading(), quantized, seed,
                counted.apply(clean.top1()), counted.apply(clean.top5()), clean.images(),
                own == null ? null : countedAttacked.apply(own.adversarialAccuracy()),
                transfer == null ? null : countedAttacked.apply(transfer.adversarialAccuracy()),
                transfer == null ? null : transfer.foolsBoth(),
                own == null ? null : countedAttacked.apply(own.cleanAccuracy()), own == null ? null : own.images(),
                sizes.parameters(), sizes.nonzeroParameters(), sizes.macs(), sizes.nonzeroMacs(),
                own == null ? null : own.threatModel(), transferSource, Math.round(seconds * 1000) / 1000.0, environment,
                        cell);
    }
}
