package espalier.bench.study;

import espalier.compress.prune.PruningStrategy;
import espalier.engine.UserError;
import espalier.nn.checkpoint.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The cells of a study, in the order in which they are computed.
 *
 * @param networks each with its cells: float32 then int8, attack by attack
 */
record Plan(List<Job> networks) {
    /** A network and what is to be found out about it. */
    record Job(Cell.Network network, List<Cell> cells) {}

    /** @throws UserError when the weights cannot be read */
    static Plan of(StudyConfig c) {
        String weights = c.weights() == null ? null : digestOf(Path.of(c.weights()));
        List<Job> jobs = new ArrayList<>();
        for (long seed : c.seeds()) {
            Cell.Dense parent = new Cell.Dense(c.dataset(), c.model(), seed, c.batchSize(), weights,
                    weights == null ? c.training() : null);
            jobs.add(job(c, new Cell.Network(parent, Cell.DENSE, 1, null, null)));
            for (String strategy : c.strategies()) {
                for (double compression : c.compressions()) {
                    jobs.add(job(c, new Cell.Network(parent, strategy, compression, scores(c, strategy), c.fineTuning())));
                }
            }
        }
        return new Plan(jobs);
    }

    /** {@return the cells of all networks} */
    List<Cell> cells() {
        return networks.stream().flatMap(n -> n.cells().stream()).toList();
    }

    private static Job job(StudyConfig c, Cell.Network network) {
        List<Cell> cells = new ArrayList<>();
        for (int pass = 0; pass < (c.quantization().enabled() ? 2 : 1); pass++) {
            for (Attack attack : c.attacks()) {
                cells.add(new Cell(network, pass == 0 ? null : c.quantization(), attack, c.testImages(), c.attackImages()));
            }
        }
        return new Job(network, cells);
    }

    /** {@return what the strategy's scores depend on and nothing else: a change elsewhere leaves its cells valid} */
    private static Scores scores(StudyConfig c, String strategy) {
        return switch (PruningStrategy.byName(strategy).evidence()) {
            case NONE -> null;
            case ADVERSARIAL_GRADIENT -> c.scores();
            case GRADIENT, SQUARED_GRADIENT, ACTIVATION -> new Scores(c.scores().images(), null);
        };
    }

    private static String digestOf(Path weights) {
        try {
            return Cell.sha256(Files.readAllBytes(weights));
        } catch (IOException e) {
            throw new UserError("weights " + weights + " cannot be read: " + AtomicFile.reason(e), e);
        }
    }
}
