package espalier.bench.study;

import espalier.attacks.ThreatModel;
import espalier.compress.Reading;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Function;

/**
 * The results of one network under one attack, over its seeds.
 *
 * @param title of the network
 * @param clean share of test images classified rightly
 * @param top5 share with the label among the five likeliest classes
 * @param robust robust accuracy: of <em>all</em> attacked images, those classified rightly
 * @param transfer the same by images made on the dense parent
 * @param success success rate: of the images <em>first classified correctly</em>, those that the attack fools
 * @param transferSuccess the same by images made on the dense parent
 * @param bothFooled of all images made on the dense parent, those that fool both it and this network
 * @param bothRight of all attacked images, those that both are right about before the attack
 * @param noise accuracy on images moved at random as far as the attack may
 * @param useless share of images where no gradient leads anywhere
 */
public record Summary(String model, String strategy, double compression, boolean quantized, Attack attack, String title,
        ThreatModel threatModel, List<Long> seeds, int testImages, int attackImages, Interval clean, Interval top5,
        Interval robust, Interval transfer, Interval success, Interval transferSuccess, double bothRight, double bothFooled,
        Interval noise, double useless) {

    private record Key(String model, String strategy, double compression, String reading, String resultReading,
            boolean quantized, Attack attack) {
        static Key of(Result r) {
            Cell c = r.cell();
            return new Key(r.model(), r.strategy(), r.compression(), c.network().reading(), c.reading(), c.quantized(),
                    c.attack());
        }
    }

    /** {@return a summary for each network and attack, in the order of the results} */
    public static List<Summary> of(List<Result> results) {
        SequencedMap<Key, List<Result>> groups = new LinkedHashMap<>();
        results.forEach(r -> groups.computeIfAbsent(Key.of(r), _ -> new ArrayList<>()).add(r));
        return groups.values().stream().map(Summary::ofSeeds).toList();
    }

    private static Summary ofSeeds(List<Result> seeds) {
        Result first = seeds.getFirst();
        Cell cell = first.cell();
        Reading reading = cell.asRead();
        int batch = cell.network().parent().batchSize();
        double cleanFactor = reading.accuracy(1, first.testImages(), batch);
        double attackedFactor = reading.accuracy(1, first.attackImages(), batch);
        return new Summary(first.model(), first.strategy(), first.compression(), first.quantized(), cell.attack(),
                cell.network().title(), first.threatModel(), seeds.stream().map(Result::seed).toList(), first.testImages(),
                first.attackImages(),
                share(seeds, Result::cleanAccuracy, Outcomes::clean, first.testImages()).times(cleanFactor),
                share(seeds, Result::top5Accuracy, Outcomes::top5, first.testImages()).times(cleanFactor),
                share(seeds, Result::adversarialAccuracy, Outcomes::adversarial, first.attackImages()).times(attackedFactor),
                share(seeds, Result::transferAccuracy, Outcomes::transfer, first.attackImages()).times(attackedFactor),
                successes(seeds, Outcomes::adversarial), successes(seeds, Outcomes::transfer),
                mean(seeds, Result::bothRight), mean(seeds, Result::foolsBoth),
                share(seeds, Result::noiseAccuracy, Outcomes::noise, first.attackImages()).times(attackedFactor),
                mean(seeds, Result::uselessGradients));
    }

    /** {@return the share of images that {@code right} picks; of old results, which do not tell images apart, the mean alone} */
    private static Interval share(List<Result> seeds, Function<Result, Double> figure, Function<Outcomes, Images> right,
            int images) {
        return seeds.stream().anyMatch(r -> r.outcomes() == null) ? Interval.ofMean(mean(seeds, figure))
                : Interval.of(seeds.stream().map(Result::outcomes).map(right).toList(), null, images);
    }

    private static Interval successes(List<Result> seeds, Function<Outcomes, Images> right) {
        if (seeds.stream().anyMatch(r -> r.outcomes() == null)) {
            return Interval.ofMean(Double.NaN);
        }
        List<Outcomes> outcomes = seeds.stream().map(Result::outcomes).toList();
        return Interval.of(outcomes.stream().map(o -> o.attackedClean().without(right.apply(o))).toList(),
                outcomes.stream().map(Outcomes::attackedClean).toList(), seeds.getFirst().attackImages());
    }

    private static double mean(List<Result> seeds, Function<Result, Double> figure) {
        return seeds.stream().map(figure).mapToDouble(v -> v == null ? Double.NaN : v).average().orElse(Double.NaN);
    }
}
