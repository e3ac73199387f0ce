package espalier.bench.study;

import espalier.attacks.ThreatModel;
import espalier.bench.report.Durations;
import espalier.bench.report.Progress;
import espalier.bench.report.Table;
import espalier.compress.Reading;
import espalier.compress.Reading.Switch;
import espalier.compress.prune.Evidence;
import espalier.compress.prune.PruningStrategy;
import espalier.compress.prune.Schedule.After;
import espalier.datasets.Dataset;
import espalier.engine.autograd.Tape;
import espalier.engine.op.CrossEntropy;
import espalier.engine.op.Reduction;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;
import espalier.nn.Parameter;
import espalier.nn.model.Model;
import espalier.nn.model.Models;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What a study consists of, and about how long it would take: passes through its networks, each by what it costs here now.
 *
 * @param jobs in the order in which they would be computed
 * @param matrixSeconds for the transfer matrix
 * @param denseSeconds for training dense networks whose own results fall to other shards
 */
public record Estimate(List<Job> jobs, double matrixSeconds, double denseSeconds) {
    /**
     * A network and what is to be found out about it.
     *
     * @param cells of it in all
     * @param open cells whose results are not known yet
     * @param seconds that the open ones take, training included
     */
    public record Job(String model, long seed, String network, int cells, int open, double seconds) {}

    /** Seconds that an image costs: to classify, to differentiate the loss by it, and by the parameters. */
    private record Costs(double forward, double attack, double training) {
        static Costs measure(Model model, Dataset data, int batchSize) {
            int n = Math.min(batchSize, data.train().size());
            Tensor x = data.train().images(0, n);
            var loss = new CrossEntropy(data.train().labels(0, n), 0, Reduction.MEAN);
            List<Tensor> parameters = model.parameters().values().stream().map(Parameter::data).toList();
            double[] best = {Double.MAX_VALUE, Double.MAX_VALUE, Double.MAX_VALUE};
            // The first round compiles.
            for (int round = 0; round < 3; round++) {
                best[0] = Math.min(best[0], seconds(() -> model.logits(x)));
                best[1] = Math.min(best[1], seconds(() -> Tape.record(List.of(x), () -> loss.apply(model.logits(x)))));
                best[2] = Math.min(best[2], seconds(() -> Tape.record(parameters, () -> loss.apply(model.logits(x)))));
            }
            return new Costs(best[0] / n, best[1] / n, best[2] / n);
        }

        private static double seconds(Runnable pass) {
            long start = System.nanoTime();
            try (Workspace _ = Workspace.open()) {
                pass.run();
            }
            return (System.nanoTime() - start) / 1e9;
        }
    }

    /** Looks at a network for a kind of evidence once per parent. */
    private record Look(Cell.Dense parent, Evidence.Kind kind, Reading reading) {}

    /** @param rows says which rows of the transfer matrix are known, by digest */
    static Estimate of(StudyConfig config, Dataset data, Shard shard, Predicate<Cell> known, Predicate<String> rows,
            Progress progress) {
        Map<String, Costs> costs = new HashMap<>();
        for (String name : config.model()) {
            progress.line("measuring " + name);
            Model model = Models.create(name, data.imageShape(), data.classes(), data.mean(), data.std(), 0);
            costs.put(name, Costs.measure(model, data, config.batchSize()));
        }
        Set<Look> looked = new HashSet<>();
        List<Job> jobs = new ArrayList<>();
        Plan plan = Plan.of(config);
        List<Plan.Job> parts = plan.networks().stream().filter(j -> shard.has(j.network())).toList();
        // Dense networks that fall to other shards: all that comes of them here starts with them.
        double dense = parts.stream().filter(j -> j.cells().stream().anyMatch(known.negate()))
                .map(j -> j.network().parent()).distinct()
                .filter(p -> p.training() != null && parts.stream().noneMatch(j -> j.network().isDense()
                        && j.network().parent().equals(p)))
                .mapToDouble(p -> training(p.training(), config, data, costs.get(p.model()))).sum();
        for (Plan.Job job : parts) {
            Cell.Network network = job.network();
            List<Cell> open = job.cells().stream().filter(known.negate()).toList();
            Costs c = costs.get(network.parent().model());
            double seconds = 0;
            if (!open.isEmpty()) {
                seconds = results(open, config, data, c);
                // A network with a result is trained; its checkpoint is read.
                if (open.size() == job.cells().size()) {
                    seconds += network.isDense()
                            ? network.parent().training() == null ? 0 : training(network.parent().training(), config, data,
                                    c)
                            : pruning(network, config, data, c, looked);
                }
            }
            jobs.add(new Job(network.parent().model(), network.parent().seed(), network.title(), job.cells().size(),
                    open.size(), seconds));
        }
        return new Estimate(jobs, shard.whole() ? matrix(config, data, plan, rows, costs) : 0, dense);
    }

    private static int count(Integer wanted, int all) {
        return wanted == null ? all : Math.min(wanted, all);
    }

    private static double training(Training t, StudyConfig config, Dataset data, Costs c) {
        int images = count(t.images(), data.train().size());
        int batch = t.batchSize(config.batchSize());
        return (double) t.epochs() * (images < batch ? images : images / batch * batch) * c.training;
    }

    private static double pruning(Cell.Network network, StudyConfig config, Dataset data, Costs c, Set<Look> looked) {
        PruningStrategy strategy = PruningStrategy.byName(network.strategy());
        Reading reading = strategy.relevant(network.asRead());
        int steps = strategy.schedule().steps();
        boolean shared = strategy.schedule().after() != After.FIRST_TRAINING;
        boolean seen = shared && !looked.add(new Look(network.parent(), strategy.evidence(), reading));
        int looks = steps - (seen ? 1 : 0);
        int images = count(config.scores().images(), data.train().size());
        int baseline = reading.has(Switch.ONE_BATCH) ? Math.min(images, config.batchSize()) : images;
        ThreatModel threat = config.scores().attack().threatModel();
        double look = switch (strategy.evidence()) {
            case NONE -> 0;
            case ACTIVATION -> baseline * c.forward;
            case GRADIENT, SQUARED_GRADIENT -> baseline * c.training;
            case ADVERSARIAL_GRADIENT -> images * (c.training + threat.steps() * threat.restarts()
                    * (reading.has(Switch.GRADIENT_OF_ITERATES) ? c.training : c.attack));
        };
        double after = strategy.schedule().after() == After.FINE_TUNING
                ? training(network.fineTuning(), config, data, c)
                : steps * training(config.training(), config, data, c);
        return looks * look + after;
    }

    private static double results(List<Cell> open, StudyConfig config, Dataset data, Costs c) {
        boolean int8 = open.stream().anyMatch(Cell::quantized);
        boolean float32 = open.stream().anyMatch(cell -> !cell.quantized());
        double images = (int8 ? config.quantization().calibrationImages() : 0)
                + (double) count(config.testImages(), data.test().size()) * ((int8 ? 1 : 0) + (float32 ? 1 : 0));
        double seconds = images * c.forward;
        Set<List<Object>> crafted = new HashSet<>();
        Set<Reading> looked = new HashSet<>();
        for (Cell cell : open) {
            Reading reading = cell.asRead();
            int attacked = count(config.attackImages(),
                    reading.has(Switch.TRAINING_IMAGES) ? data.train().size() : data.test().size());
            if (crafted.add(List.of(cell.attack(), reading))) {
                seconds += attacked * (crafting(cell.attack(), c) + 2 * c.forward);
            }
            // Whether gradients lead anywhere, and what is right before an attack.
            seconds += looked.add(reading) ? attacked * (c.attack + 2 * c.forward) : 0;
            // Attacked, its own way and by transfer, and moved at random.
            seconds += attacked * (cell.network().isDense() ? 2 : 3) * c.forward;
        }
        return seconds;
    }

    private static double crafting(Attack attack, Costs c) {
        return attack.threatModel().steps() * attack.threatModel().restarts() * c.attack;
    }

    /** {@return seconds for the rows of the matrix that are not known} */
    private static double matrix(StudyConfig config, Dataset data, Plan plan, Predicate<String> known,
            Map<String, Costs> costs) {
        if (config.matrix() == null) {
            return 0;
        }
        int images = count(config.matrix().images(), data.test().size());
        List<Cell.Network> networks = MatrixJob.networks(config, plan);
        double judging = networks.stream().mapToDouble(n -> costs.get(n.parent().model()).forward).sum()
                * (config.quantization().enabled() ? 2 : 1);
        return networks.stream().filter(n -> !known.test(MatrixJob.digest(config, n, networks)))
                .mapToDouble(n -> images * (judging + crafting(config.matrix().attack(), costs.get(n.parent().model())))).sum();
    }

    /** {@return a row for each network, and the sum} */
    @Override
    public String toString() {
        Table table = new Table(3, "model", "seed", "network", "cells", "to do", "time");
        for (Job j : jobs) {
            table.add(j.model, Long.toString(j.seed), j.network, Integer.toString(j.cells), Integer.toString(j.open),
                    j.open == 0 ? "–" : Durations.print(j.seconds));
        }
        int cells = jobs.stream().mapToInt(Job::cells).sum();
        int open = jobs.stream().mapToInt(Job::open).sum();
        double seconds = jobs.stream().mapToDouble(Job::seconds).sum() + matrixSeconds + denseSeconds;
        return table + String.format(Locale.ROOT,
                "%d networks, %d cells, %d to do%s: about %s, by what passes cost here now.%n", jobs.size(), cells, open,
                (denseSeconds > 0 ? ", dense networks of other shards " + Durations.print(denseSeconds) : "")
                        + (matrixSeconds > 0 ? ", transfer matrix " + Durations.print(matrixSeconds) : ""),
                Durations.print(seconds));
    }
}
