package espalier.bench.cli;

import espalier.bench.report.Json;
import espalier.bench.study.Estimate;
import espalier.bench.study.Masking;
import espalier.bench.study.Result;
import espalier.bench.study.Shard;
import espalier.bench.study.Study;
import espalier.bench.study.StudyConfig;
import espalier.bench.study.StudyFile;
import espalier.bench.study.StudyTable;
import espalier.compress.prune.PruningStrategy;
import espalier.datasets.DataRoot;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The main job. */
@Command(
        name = "study",
        description = {
            "Trains a network, prunes it in every way, fine-tunes and quantizes what comes of it, attacks it all.",
            "Killed at any point, the same command goes on and recomputes no finished cell."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  espalier study                                  quickstart: embedded digits, about a minute",
            "  espalier study mnist --data ~/data",
            "  espalier study cifar10 --weights resnet20.safetensors --strategies global-gap,random",
            "  espalier study runs/quickstart/study.yaml       go on, or again with changes",
            "  espalier study paper --dry-run                  days of work: see first",
            "  espalier study paper --shard 3/8 --weights 'dense/{model}-{seed}.safetensors' --out runs/paper-3",
            "  espalier study mine.yaml --out runs/second --seed 2"
        })
final class StudyCommand implements Runnable {
    private static final int SIGNS = 5;

    @Spec CommandSpec spec;
    @Mixin NetworkOptions network;

    @Parameters(arity = "0..1", paramLabel = "PRESET|FILE", defaultValue = "quickstart",
            description = "quickstart, mnist, cifar10, paper, paper-small, ablation, or a YAML file; what it leaves out is "
                    + "as in quickstart (default: ${DEFAULT-VALUE}).")
    String study;

    @Option(names = "--strategies", paramLabel = "A,B", split = ",", converter = Names.Strategy.class,
            completionCandidates = Names.Strategy.class, description = "Among ${COMPLETION-CANDIDATES}.")
    List<PruningStrategy> strategies;

    @Option(names = "--compressions", paramLabel = "X,Y", split = ",", description = "Original / remaining parameters.")
    List<Double> compressions;

    @Option(names = "--reading", paramLabel = "A,B", split = ",",
            description = "How the paper is read: corrected, paper, or choices of its code such as training-mode+quantile.")
    List<String> reading;

    @Option(names = "--epochs", paramLabel = "N", description = "Of training the dense network.")
    Integer epochs;

    @Option(names = "--fine-tune-epochs", paramLabel = "N", description = "After pruning.")
    Integer fineTuneEpochs;

    @Option(names = "--samples", paramLabel = "N", description = "Test images that are attacked, the first ones.")
    Integer samples;

    @Option(names = "--shard", paramLabel = "I/N", converter = Names.ShardConverter.class,
            description = "Only part I of N, for an array of jobs; merge joins them. Each part trains the dense networks it "
                    + "needs: train them once, and give --weights.")
    Shard shard = Shard.WHOLE;

    @Option(names = "--dry-run", description = "List what there is to do, and about how long it takes.")
    boolean dryRun;

    @Override
    public void run() {
        if (!StudyFile.exists(study)) {
            throw Options.usage("no preset " + study + " (there are " + String.join(", ", StudyFile.PRESETS)
                    + ") and no file of that name");
        }
        StudyConfig config = StudyFile.read(study, overrides());
        Path folder = network.out != null ? network.out : Path.of("runs", config.name());
        Study job = new Study(config, DataRoot.resolve(network.data), Output.progress(spec), shard);
        if (dryRun) {
            Estimate estimate = job.estimate(folder);
            Output.of(spec).emit(Json.tree(estimate), text -> text.print(estimate));
            return;
        }
        List<Result> results = job.run(folder);
        Output.of(spec).emit(Json.tree(results), text -> {
            text.println();
            if (results.isEmpty()) {
                text.println("no network falls to this shard");
            } else {
                text.print(StudyTable.of(config, results));
            }
            List<String> signs = Masking.signs(results);
            signs.stream().limit(SIGNS).forEach(sign -> text.println("gradient masking? " + sign));
            if (signs.size() > SIGNS) {
                text.printf("and %d signs more: see espalier report %s%n", signs.size() - SIGNS, folder);
            }
            text.printf("files: %s (study.yaml, results.jsonl, results.csv, checkpoints/)%n", folder);
        });
    }

    /** {@return what the options say, by the keys of a study's YAML} */
    private Map<String, Object> overrides() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("dataset", network.dataset);
        all.put("model", network.model);
        all.put("weights", network.weights == null ? null : network.weights.toString());
        all.put("seeds", network.seed == null ? null : List.of(network.seed));
        all.put("batchSize", network.batchSize == null ? null : network.batchSize());
        all.put("reading", reading);
        all.put("strategies", strategies == null ? null : strategies.stream().map(PruningStrategy::toString).toList());
        all.put("compressions", compressions);
        all.put("training.epochs", epochs);
        all.put("fineTuning.epochs", fineTuneEpochs);
        all.put("attackImages", samples);
        all.values().removeIf(Objects::isNull);
        return all;
    }
}
