package espalier.bench.study;

import com.fasterxml.jackson.annotation.JsonInclude;
import espalier.attacks.Robustness;
import espalier.attacks.ThreatModel;
import espalier.bench.report.Environment;
import espalier.compress.Sizes;
import espalier.nn.train.Evaluation;
import java.util.BitSet;
import java.util.List;
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
 * @param successRate of the images that this network was right about, the share that the attack made it wrong about
 * @param transferSuccessRate the same by images made on {@code transferSource}
 * @param bothRight share of the attacked images that source and network are right about before the attack
 * @param foolsBoth share of those made on the source that fool both of them
 * @param noiseAccuracy on the attacked images moved at random as far as the attack may
 * @param uselessGradients share of the attacked images where no gradient leads anywhere
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
 * @param outcomes image by image; left out where there is no cell
 * @param timings of the executable network; left out where it was not timed
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
        @JsonInclude(JsonInclude.Include.NON_NULL) Double successRate,
        @JsonInclude(JsonInclude.Include.NON_NULL) Double transferSuccessRate,
        @JsonInclude(JsonInclude.Include.NON_NULL) Double bothRight,
        Double foolsBoth,
        @JsonInclude(JsonInclude.Include.NON_NULL) Double noiseAccuracy,
        @JsonInclude(JsonInclude.Include.NON_NULL) Double uselessGradients,
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
        @JsonInclude(JsonInclude.Include.NON_NULL) Cell cell,
        @JsonInclude(JsonInclude.Include.NON_NULL) Outcomes outcomes,
        @JsonInclude(JsonInclude.Include.NON_NULL) List<Timing> timings) {
    /** What a line is, for errors. */
    static final String WHAT = "a result of a study";

    /** {@return the digest; null where this is no whole result of a study's cell} */
    String key() {
        return cell == null || model == null || strategy == null || threatModel == null || environment == null ? null : digest;
    }

    /**
     * How a network fares under attack.
     *
     * @param own led by its own gradients, or its float parent's; null without an attack
     * @param transfer under images made on {@code transferSource}; null without one
     * @param noise under a random perturbation; null outside a study
     * @param useless where no gradient leads anywhere; null outside a study
     */
    public record Attacked(Robustness own, Robustness transfer, String transferSource, Robustness noise, BitSet useless) {
        /** Not at all. */
        public static final Attacked NOT = new Attacked(null, null, null, null, null);
    }

    /**
     * {@return the result that these figures are}
     *
     * @param cell null outside a study
     */
    public static Result of(String dataset, String model, String strategy, double compression, boolean quantized, long seed,
            Evaluation clean, Attacked attacked, Sizes sizes, double seconds, Environment environment, Cell cell) {
        return of(dataset, model, strategy, compression, quantized, seed, clean, attacked, sizes, seconds, environment, cell,
                null);
    }

    /** {@return the result that these figures are, timings among them} */
    static Result of(String dataset, String model, String strategy, double compression, boolean quantized, long seed,
            Evaluation clean, Attacked attacked, Sizes sizes, double seconds, Environment environment, Cell cell,
            List<Timing> timings) {
        UnaryOperator<Double> counted = right -> right;
        UnaryOperator<Double> countedAttacked = right -> right;
        Robustness own = attacked.own;
        Robustness transfer = attacked.transfer;
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
                own == null ? null : own.successRate(), transfer == null ? null : transfer.successRate(),
                transfer == null ? null : transfer.bothRight(), transfer == null ? null : transfer.foolsBoth(),
                attacked.noise == null ? null : countedAttacked.apply(attacked.noise.adversarialAccuracy()),
                attacked.useless == null ? null : (double) attacked.useless.cardinality() / own.images(),
                own == null ? null : countedAttacked.apply(own.cleanAccuracy()), own == null ? null : own.images(),
                sizes.parameters(), sizes.nonzeroParameters(), sizes.macs(), sizes.nonzeroMacs(),
                own == null ? null : own.threatModel(), attacked.transferSource, Math.round(seconds * 1000) / 1000.0,
                environment, cell, cell == null ? null : outcomes(clean, attacked), timings);
    }

    /** {@return this without what differs each time it is found out} */
    Result outcome() {
        return new Result(digest, dataset, model, strategy, compression, pruningReading, resultReading, quantized, seed,
                cleanAccuracy, top5Accuracy, testImages, adversarialAccuracy, transferAccuracy, successRate,
                transferSuccessRate, bothRight, foolsBoth, noiseAccuracy, uselessGradients, attackedCleanAccuracy,
                attackImages, parameters, nonzeroParameters, macs, nonzeroMacs, threatModel, transferSource, 0, null, cell,
                outcomes, null);
    }

    private static Outcomes outcomes(Evaluation clean, Attacked a) {
        return new Outcomes(new Images(clean.right()), new Images(clean.right5()), new Images(a.own.rightClean()),
                new Images(a.own.rightAdversarial()), new Images(a.transfer.rightAdversarial()),
                new Images(a.noise.rightAdversarial()), new Images(a.useless));
    }
}
