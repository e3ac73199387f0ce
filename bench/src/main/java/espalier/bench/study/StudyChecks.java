package espalier.bench.study;

import espalier.attacks.ThreatModel;
import espalier.compress.Reading;
import espalier.compress.prune.PruningStrategy;
import espalier.compress.prune.Schedule.After;
import espalier.datasets.Datasets;
import espalier.engine.UserError;
import espalier.nn.model.Models;
import espalier.nn.train.OptimizerConfig;
import espalier.nn.train.ScheduleConfig;
import espalier.nn.train.TrainingConfig;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What the types of a study's configuration alone do not say. */
final class StudyChecks {
    private StudyChecks() {}

    /** {@return {@code c}, which makes sense} {@code source} names it in errors. */
    static StudyConfig requireSound(String source, StudyConfig c) {
        require(c.name() != null && c.name().matches("[\\w.-]+") && !c.name().startsWith("."), source,
                "name: " + c.name() + " must be a folder's name of letters, digits, '-', '_' and '.'");
        require(c.batchSize() >= 1, source, "batchSize: must be at least 1, got " + c.batchSize());
        requireKnown(source, "dataset", c.dataset(), Datasets.names());
        requireSome(source, "model", c.model());
        c.model().forEach(m -> requireKnown(source, "model", m, Models.names()));
        require(c.model().size() == 1 || c.weights() == null || c.weights().contains("{model}"), source,
                "weights: one file does not fit several models; {model} in its name stands for each");
        requireSome(source, "reading", c.reading());
        c.reading().forEach(r -> requireReading(source, r));
        requireSome(source, "seeds", c.seeds());
        requireList(source, "strategies", c.strategies());
        requireList(source, "compressions", c.compressions());
        requireSome(source, "attacks", c.attacks());
        for (Map.Entry<String, Object> e : Map.<String, Object>of("training", orEmpty(c.training()), "fineTuning",
                orEmpty(c.fineTuning()), "scores", orEmpty(c.scores()), "quantization",
                orEmpty(c.quantization())).entrySet()) {
            require(!e.getValue().equals(""), source, e.getKey() + ": must be a mapping");
        }
        List<String> known = Arrays.stream(PruningStrategy.values()).map(PruningStrategy::toString).toList();
        c.strategies().forEach(s -> {
            requireKnown(source, "strategies", s, known);
            require(PruningStrategy.byName(s).schedule().after() == After.FINE_TUNING
                            || c.weights() == null && c.training().epochs() > 0, source,
                    "strategies: " + s + " starts from untrained weights: there must be training and no weights file");
        });
        for (double compression : c.compressions()) {
            require(compression >= 1, source, "compressions: must be at least 1, got " + compression);
        }
        requireTraining(source, "training", c.training(), c.batchSize());
        requireTraining(source, "fineTuning", c.fineTuning(), c.batchSize());
        require(c.scores().attack() != null, source, "scores.attack: is missing");
        requirePositive(source, "scores.images", c.scores().images());
        requirePositive(source, "testImages", c.testImages());
        requirePositive(source, "attackImages", c.attackImages());
        requirePositive(source, "quantization.calibrationImages", c.quantization().calibrationImages());
        int bits = c.quantization().activationBits();
        require(bits == 7 || bits == 8, source, "quantization.activationBits: must be 7 or 8, got " + bits);
        requireAttack(source, "scores.attack", c.scores().attack());
        c.attacks().forEach(a -> requireAttack(source, "attacks", a));
        if (c.matrix() != null) {
            require(c.matrix().attack() != null, source, "matrix.attack: is missing");
            requireAttack(source, "matrix.attack", c.matrix().attack());
            requirePositive(source, "matrix.images", c.matrix().images());
            if (c.matrix().strategies() != null) {
                c.matrix().strategies().forEach(s -> requireKnown(source, "matrix.strategies", s, known));
            }
        }
        return c;
    }

    private static Object orEmpty(Object o) {
        return o == null ? "" : o;
    }

    private static void requireTraining(String source, String key, Training t, int batchSize) {
        require(t.epochs() >= 0, source, key + ".epochs: must not be negative, got " + t.epochs());
        requirePositive(source, key + ".images", t.images());
        require(t.batchSize() == null || t.batchSize() >= 1, source,
                key + ".batchSize: must be at least 1, or null for the study's, got " + t.batchSize());
        requireKnown(source, key + ".optimizer", t.optimizer(), OptimizerConfig.NAMES);
        requireKnown(source, key + ".schedule", t.schedule(), ScheduleConfig.NAMES);
        try {
            if (t.epochs() > 0) {
                TrainingConfig _ = t.config(batchSize, 0);
            }
        } catch (UserError e) {
            throw new UserError(source + ": " + key + ": " + e.getMessage(), e);
        }
    }

    private static void requireReading(String source, String name) {
        try {
            Reading _ = Reading.byName(name);
        } catch (UserError e) {
            throw new UserError(source + ": reading: " + e.getMessage(), e);
        }
    }

    private static void requireAttack(String source, String key, Attack attack) {
        try {
            ThreatModel _ = attack.threatModel();
        } catch (UserError e) {
            throw new UserError(source + ": " + key + ": " + e.getMessage(), e);
        }
    }

    private static void requirePositive(String source, String key, Integer value) {
        require(value == null || value >= 1, source, key + ": must be at least 1, or null for all, got " + value);
    }

    private static void requireKnown(String source, String key, String value, List<String> known) {
        require(known.contains(value), source, key + ": " + value + " is not one of " + String.join(", ", known));
    }

    private static void requireSome(String source, String key, List<?> list) {
        requireList(source, key, list);
        require(!list.isEmpty(), source, key + ": needs at least one");
    }

    private static void requireList(String source, String key, List<?> list) {
        require(list != null && !list.contains(null), source, key + ": must be a list such as [1, 2]");
    }

    private static void require(boolean condition, String source, String message) {
        if (!condition) {
            throw new UserError(source + ": " + message);
        }
    }
}
