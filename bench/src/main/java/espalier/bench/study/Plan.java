package espalier.bench.study;

import espalier.compress.Reading;
import espalier.compress.prune.PruningStrategy;
import espalier.engine.UserError;
import espalier.nn.checkpoint.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedMap;
import java.util.SequencedSet;

/**
 * The cells of a study, in the order in which they are computed.
 *
 * @param networks each with its cells: float32 then int8, in each the readings, in each the attacks
 */
record Plan(List<Job> networks) {
    /** A network and what is to be found out about it. */
    record Job(Cell.Network network, List<Cell> cells) {}

    /** Tells the digest of the file that a dense network is loaded from. */
    interface Weights {
        String digest(String model, long seed);
    }

    /** @throws UserError when the weights cannot be read */
    static Plan of(StudyConfig c) {
        return of(c, (model, seed) -> digestOf(weights(c, model, seed)));
    }

    /** @param digests of the weights, which need not be there any more */
    static Plan of(StudyConfig c, Weights digests) {
        List<Reading> readings = c.reading().stream().map(Reading::byName).toList();
        SequencedMap<Cell.Network, SequencedSet<Reading>> networks = new LinkedHashMap<>();
        for (String model : c.model()) {
            for (long seed : c.seeds()) {
                String weights = c.weights() == null ? null : digests.digest(model, seed);
                Cell.Dense parent = new Cell.Dense(c.dataset(), model, seed, c.batchSize(), weights,
                        weights == null ? c.training() : null);
                add(networks, new Cell.Network(parent, Cell.DENSE, 1, null, null, null), readings);
                for (String strategy : c.strategies()) {
                    for (double compression : c.compressions()) {
                        for (Reading reading : readings) {
                            // Without choices that make no difference, so that what is the same is computed once.
                            PruningStrategy by = PruningStrategy.byName(strategy);
                            String relevant = Cell.recorded(by.relevant(reading), by.relevant(Reading.PAPER));
                            add(networks, new Cell.Network(parent, strategy, compression, scores(c, strategy),
                                    c.fineTuning(), relevant), List.of(reading));
                        }
                    }
                }
            }
        }
        List<Job> jobs = new ArrayList<>();
        networks.forEach((network, of) -> jobs.add(job(c, network, of)));
        return new Plan(jobs);
    }

    private static void add(SequencedMap<Cell.Network, SequencedSet<Reading>> networks, Cell.Network network,
            List<Reading> readings) {
        SequencedSet<Reading> all = networks.computeIfAbsent(network, _ -> new LinkedHashSet<>());
        readings.forEach(r -> all.add(r.ofResult()));
    }

    /** {@return the cells of all networks} */
    List<Cell> cells() {
        return networks.stream().flatMap(n -> n.cells().stream()).toList();
    }

    private static Job job(StudyConfig c, Cell.Network network, SequencedSet<Reading> readings) {
        List<Cell> cells = new ArrayList<>();
        for (int pass = 0; pass < (c.quantization().enabled() ? 2 : 1); pass++) {
            for (Reading reading : readings) {
                for (Attack attack : c.attacks()) {
                    cells.add(new Cell(network, pass == 0 ? null : c.quantization(), attack, c.testImages(),
                            c.attackImages(), Cell.recorded(reading, Reading.PAPER.ofResult())));
                }
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

    /** {@return the file that a dense network is loaded from} */
    static Path weights(StudyConfig c, String model, long seed) {
        return Path.of(c.weights().replace("{model}", model).replace("{seed}", Long.toString(seed)));
    }

    private static String digestOf(Path weights) {
        try {
            return Cell.sha256(Files.readAllBytes(weights));
        } catch (IOException e) {
            throw new UserError("weights " + weights + " cannot be read: " + AtomicFile.reason(e), e);
        }
    }
}
