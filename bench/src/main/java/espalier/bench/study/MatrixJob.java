package espalier.bench.study;

import espalier.attacks.AdversarialSet;
import espalier.attacks.DifferentiableModel;
import espalier.attacks.Robustness;
import espalier.attacks.ThreatModel;
import espalier.bench.report.Environment;
import espalier.bench.report.JsonLines;
import espalier.bench.report.Progress;
import espalier.compress.Reading;
import espalier.datasets.Dataset;
import espalier.nn.model.Model;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** Fills in the transfer matrix of a study whose networks are finished; a row that is known is not computed again. */
final class MatrixJob {
    private final StudyConfig config;
    private final Dataset data;
    private final RunFolder folder;
    private final Progress progress;
    private final Map<MatrixRow.Variant, BitSet> rightClean = new HashMap<>();

    MatrixJob(StudyConfig config, Dataset data, RunFolder folder, Progress progress) {
        this.config = config;
        this.data = data;
        this.folder = folder;
        this.progress = progress;
    }

    /** {@return the networks that have a part in the matrix of a study} */
    static List<Cell.Network> networks(StudyConfig config, Plan plan) {
        return plan.networks().stream().map(Plan.Job::network)
                .filter(n -> config.matrix().has(n, config.reading().getFirst())).toList();
    }

    /** {@return the rows, in the order of the plan, as far as they are known} */
    static List<MatrixRow> known(StudyConfig config, Plan plan, Map<String, MatrixRow> rows) {
        List<Cell.Network> networks = networks(config, plan);
        return networks.stream().map(n -> rows.get(digest(config, n, networks))).filter(r -> r != null).toList();
    }

    static String digest(StudyConfig config, Cell.Network source, List<Cell.Network> networks) {
        return MatrixRow.digest(source, config.matrix(), networks,
                config.quantization().enabled() ? config.quantization() : null);
    }

    void run(Plan plan) {
        List<Cell.Network> networks = networks(config, plan);
        try (JsonLines<MatrixRow> rows = folder.openMatrix()) {
            List<Cell.Network> open = networks.stream()
                    .filter(n -> !rows.records().containsKey(digest(config, n, networks))).toList();
            if (open.isEmpty()) {
                return;
            }
            SequencedMap<MatrixRow.Variant, DifferentiableModel> targets = load(networks);
            Arena arena = new Arena(Reading.CORRECTED, data, config.matrix().images(), 0);
            try (Progress.Phase phase = progress.phase("transfer matrix", open.size())) {
                for (int i = 0; i < open.size(); i++) {
                    rows.append(row(open.get(i), networks, targets, arena));
                    phase.at(i + 1, open.get(i).title());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private SequencedMap<MatrixRow.Variant, DifferentiableModel> load(List<Cell.Network> networks) {
        SequencedMap<MatrixRow.Variant, DifferentiableModel> targets = new LinkedHashMap<>();
        networks.forEach(n -> targets.put(MatrixRow.Variant.of(n, false), folder.model(n, data)::logits));
        if (config.quantization().enabled()) {
            networks.forEach(n -> targets.put(MatrixRow.Variant.of(n, true), folder.quantized(n)::logits));
        }
        return targets;
    }

    private MatrixRow row(Cell.Network source, List<Cell.Network> networks,
            SequencedMap<MatrixRow.Variant, DifferentiableModel> targets, Arena arena) {
        long start = System.nanoTime();
        Model model = folder.model(source, data);
        AdversarialSet images = arena.attack(model, config.matrix().attack(), config.batchSize(), source.parent().seed(),
                _ -> {});
        MatrixRow.Variant from = MatrixRow.Variant.of(source, false);
        List<MatrixRow.Target> judged = new ArrayList<>();
        targets.forEach((variant, logits) -> {
            // The same clean images in every row.
            Robustness r = images.judge(logits, rightClean.computeIfAbsent(variant, _ -> images.rightClean(logits)),
                    ThreatModel.SELF);
            judged.add(new MatrixRow.Target(variant, new Images(r.rightClean()), new Images(r.rightAdversarial())));
        });
        return new MatrixRow(digest(config, source, networks), from, config.matrix().attack().threatModel()
                .withGradientSource("the row's network"), images.size(), judged,
                Math.round((System.nanoTime() - start) / 1e6) / 1e3, Environment.current());
    }
}
