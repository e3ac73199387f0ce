package espalier.bench.study;

import espalier.attacks.AdversarialSet;
import espalier.attacks.DifferentiableModel;
import espalier.attacks.Robustness;
import espalier.attacks.ThreatModel;
import espalier.bench.report.Durations;
import espalier.bench.report.Environment;
import espalier.bench.report.Progress;
import espalier.compress.Reading;
import espalier.compress.Sizes;
import espalier.compress.prune.Evidence;
import espalier.compress.prune.Pruner;
import espalier.compress.prune.PruningStrategy;
import espalier.compress.lower.LoweredModel;
import espalier.compress.lower.Quantizer;
import espalier.datasets.Dataset;
import espalier.datasets.Datasets;
import espalier.datasets.Split;
import espalier.engine.tensor.Tensor;
import espalier.nn.model.Model;
import espalier.nn.model.Models;
import espalier.nn.train.Evaluation;
import espalier.nn.train.Evaluator;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Runs a study: every cell whose result is not in the run's folder yet, in the order of the plan.
 *
 * <p>A kill at any moment loses no finished cell, and no more of a training than the epoch it was in.
 */
public final class Study {
    private static final String DENSE_PARENT = "dense parent";

    private final StudyConfig config;
    private final Path dataRoot;
    private final Progress progress;
    private final Shard shard;
    private final Environment environment = Environment.current();
    private int done;
    private int total;
    private long lastCell;
    private int computedPruned;
    private double secondsPruned;

    /**
     * @param dataRoot where data sets lie
     * @param shard the part of it that is done; without the transfer matrix, unless it is the whole
     */
    public Study(StudyConfig config, Path dataRoot, Progress progress, Shard shard) {
        this.shard = shard;
        this.config = config;
        this.dataRoot = dataRoot;
        this.progress = progress;
    }

    /**
     * {@return a result for each cell of the shard, those of earlier runs included}
     *
     * @param path of the run's folder
     * @throws espalier.engine.UserError when the folder or a data file is not usable, or a compression cannot be reached
     */
    public List<Result> run(Path path) {
        Plan plan = Plan.of(config);
        Dataset data = Datasets.load(config.dataset(), dataRoot);
        requireReachable(data);
        try (RunFolder folder = RunFolder.open(path)) {
            boolean changed = folder.writeConfig(config);
            List<Cell> cells = plan.networks().stream().filter(j -> shard.has(j.network()))
                    .flatMap(j -> j.cells().stream()).toList();
            total = cells.size();
            done = (int) cells.stream().filter(c -> folder.result(c).isPresent()).count();
            progress.line(config.name() + ": " + total + " cells, " + done + " of them known, in " + path);
            if (changed) {
                progress.line("the configuration is not the one of before: cells that changed are computed anew, "
                        + (folder.size() - done) + " results of others are kept");
            }
            lastCell = System.nanoTime();
            Networks networks = null;
            for (Plan.Job job : plan.networks()) {
                if (job.network().isDense()) {
                    networks = new Networks(config, data, folder, progress, job.network());
                }
                if (!shard.has(job.network())) {
                    continue;
                }
                List<Cell> open = job.cells().stream().filter(c -> folder.result(c).isEmpty()).toList();
                if (!open.isEmpty()) {
                    compute(networks, job.network(), open, data, folder);
                }
            }
            if (config.matrix() != null && shard.whole()) {
                new MatrixJob(config, data, folder, progress).run(plan);
            }
            return cells.stream().map(c -> folder.result(c).orElseThrow()).toList();
        }
    }

    /**
     * {@return what {@link #run} would do, and about how long it would take}
     *
     * @param path of the run's folder, which need not be there
     */
    public Estimate estimate(Path path) {
        Dataset data = Datasets.load(config.dataset(), dataRoot);
        requireReachable(data);
        if (!Files.exists(path.resolve(RunFolder.RESULTS))) {
            return Estimate.of(config, data, shard, _ -> false, _ -> false, progress);
        }
        try (RunFolder folder = RunFolder.open(path)) {
            return Estimate.of(config, data, shard, cell -> folder.result(cell).isPresent(), folder.matrix()::containsKey,
                    progress);
        }
    }

    /** Before hours of training, rather than after: all weights can be loaded, and all compressions reached. */
    private void requireReachable(Dataset data) {
        for (String name : config.model()) {
            Model model = Models.create(name, data.imageShape(), data.classes(), data.mean(), data.std(), 0);
            if (config.weights() != null) {
                config.seeds().forEach(seed -> model.load(Plan.weights(config, name, seed)));
            }
            for (double compression : config.compressions()) {
                Pruner.prune(model, PruningStrategy.RANDOM, compression, Evidence.NONE, 0);
            }
        }
    }

    private void compute(Networks networks, Cell.Network network, List<Cell> open, Dataset data, RunFolder folder) {
        Model model = networks.get(network);
        Sizes sizes = Sizes.of(model);
        Split test = Networks.head(data.test(), config.testImages());
        Map<Trial, AdversarialSet> own = new LinkedHashMap<>();
        for (Cell cell : open) {
            own.computeIfAbsent(Trial.of(cell), t -> network.isDense()
                    ? networks.attackedDense(t.attack, t.reading)
                    : networks.attacked(model, t.attack, t.reading, network.title()));
        }
        Map<Reading, BitSet> useless = new HashMap<>();
        for (boolean int8 : new boolean[] {false, true}) {
            List<Cell> of = open.stream().filter(c -> c.quantized() == int8).toList();
            if (of.isEmpty()) {
                continue;
            }
            LoweredModel quantized = int8 ? quantize(model, of.getFirst().quantization(), network, data, folder) : null;
            UnaryOperator<Tensor> logits = int8 ? quantized::logits : model::logits;
            List<Timing> timings = !config.timings() ? null : timings(networks, model, quantized, of.getFirst(), data, test);
            Evaluation clean = Evaluator.evaluate(logits, test, config.batchSize());
            Map<Reading, BitSet> right = new HashMap<>();
            for (Cell cell : of) {
                Trial trial = Trial.of(cell);
                Arena arena = networks.arena(trial.reading);
                DifferentiableModel target = int8 ? arena.of(quantized) : arena.of(model);
                AdversarialSet made = own.get(trial);
                BitSet before = right.computeIfAbsent(trial.reading, _ -> made.rightClean(target));
                Robustness whiteBox = int8 ? made.judge(target, before, ThreatModel.FLOAT_PARENT) : made.judgeSource();
                Robustness transfer = network.isDense() ? whiteBox : networks.attackedDense(trial.attack, trial.reading)
                        .judge(target, before, ThreatModel.transferFrom(DENSE_PARENT));
                Robustness noise = networks.noise(trial.attack, trial.reading).judge(target, before, ThreatModel.NONE);
                finish(folder, result(cell, clean, new Result.Attacked(whiteBox, transfer, DENSE_PARENT, noise,
                        useless.computeIfAbsent(trial.reading, r -> networks.useless(model, r))), sizes, timings));
            }
        }
    }

    private List<Timing> timings(Networks networks, Model model, LoweredModel quantized, Cell of, Dataset data, Split test) {
        Stopwatch stopwatch = networks.stopwatch(test);
        boolean pruned = !of.network().isDense();
        return quantized == null ? stopwatch.ofFloat(model, pruned)
                : stopwatch.ofQuantized(quantized, model, pruned, data.train().head(of.quantization().calibrationImages()),
                        of.quantization().activationBits());
    }

    private static LoweredModel quantize(Model model, Quantization how, Cell.Network network, Dataset data,
            RunFolder folder) {
        LoweredModel quantized = Quantizer.quantize(model, data.train().head(how.calibrationImages()),
                how.activationBits());
        quantized.save(folder.quantizedFile(network));
        return quantized;
    }

    private record Trial(Attack attack, Reading reading) {
        static Trial of(Cell cell) {
            return new Trial(cell.attack(), cell.asRead());
        }
    }

    private Result result(Cell cell, Evaluation clean, Result.Attacked attacked, Sizes sizes, List<Timing> timings) {
        long now = System.nanoTime();
        double seconds = (now - lastCell) / 1e9;
        lastCell = now;
        Cell.Network network = cell.network();
        return Result.of(network.parent().dataset(), network.parent().model(), network.strategy(), network.compression(),
                cell.quantized(), network.parent().seed(), clean, attacked, sizes, seconds, environment, cell,
                timings);
    }

    private void finish(RunFolder folder, Result r) {
        folder.append(r);
        done++;
        if (!r.cell().network().isDense()) {
            computedPruned++;
            secondsPruned += r.seconds();
        }
        // Pruned networks cost much the same; the dense one, trained for longer, says nothing about them.
        String left = computedPruned > 1 && done < total
                ? ", about " + Durations.print(secondsPruned / computedPruned * (total - done)) + " left" : "";
        progress.line(String.format(Locale.ROOT, "[%d/%d] %s%s: clean %.1f %%, %s %.1f %%, transfer %.1f %%%s", done, total,
                r.cell().network().title(), r.quantized() ? " int8" : "", 100 * r.cleanAccuracy(),
                StudyTable.shortName(r.threatModel()), 100 * r.adversarialAccuracy(), 100 * r.transferAccuracy(), left));
    }
}
