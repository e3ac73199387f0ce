package espalier.bench.study;

import espalier.attacks.ThreatModel;
import espalier.engine.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;

/** Studies as YAML: presets that come with the program, and files of users. */
public final class StudyFile {
    /** The presets by name. What a file leaves out is as in the first. */
    public static final List<String> PRESETS = List.of("quickstart", "mnist", "cifar10");

    private static final long LARGEST = 1 << 20;
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .disable(YAMLWriteFeature.WRITE_DOC_START_MARKER)
            .enable(YAMLWriteFeature.MINIMIZE_QUOTES)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .build();

    private StudyFile() {}

    /**
     * {@return the preset of that name, or the study in that file}
     *
     * @throws UserError when it is neither, or the file is no study: which key, and what is allowed
     */
    public static StudyConfig read(String presetOrFile) {
        if (PRESETS.contains(presetOrFile)) {
            return parse(presetOrFile, preset(presetOrFile));
        }
        Path file = Path.of(presetOrFile);
        if (!Files.exists(file) && !presetOrFile.matches(".*[./\\\\].*")) {
            throw new UserError("no preset " + presetOrFile + " (there are " + String.join(", ", PRESETS)
                    + ") and no file of that name");
        }
        return parse(presetOrFile, text(file));
    }

    /** {@return the study that {@code yaml} describes; {@code source} names it in errors} */
    static StudyConfig parse(String source, String yaml) {
        try {
            JsonNode tree = YAML.readTree(yaml);
            if (!(tree instanceof ObjectNode given)) {
                throw new UserError(source + " is not a study: it must be a YAML mapping such as \"dataset: digits\"");
            }
            ObjectNode all = (ObjectNode) YAML.readTree(preset(PRESETS.getFirst()));
            merge(all, given);
            return Checks.requireSound(source, YAML.treeToValue(all, StudyConfig.class));
        } catch (JacksonException e) {
            throw new UserError(source + ": " + explain(e), e);
        }
    }

    /** {@return the study as YAML, all defaults filled in} */
    public static String write(StudyConfig config) {
        return YAML.writeValueAsString(config);
    }

    private static void merge(ObjectNode into, ObjectNode from) {
        for (Map.Entry<String, JsonNode> e : from.properties()) {
            if (into.get(e.getKey()) instanceof ObjectNode nested && e.getValue() instanceof ObjectNode given) {
                merge(nested, given);
            } else {
                into.set(e.getKey(), e.getValue());
            }
        }
    }

    private static String explain(JacksonException e) {
        String where = e instanceof DatabindException d ? path(d) : "";
        return switch (e) {
            case UnrecognizedPropertyException u -> "unknown key " + where + "; allowed here are "
                    + u.getKnownPropertyIds().stream().map(Object::toString).collect(Collectors.joining(", "));
            case DatabindException _ when e.getCause() instanceof UserError u -> where + ": " + u.getMessage();
            case InvalidFormatException f when f.getTargetType().isEnum() -> where + ": " + f.getValue() + " must be one of "
                    + List.of(f.getTargetType().getEnumConstants());
            case DatabindException d -> where + ": " + firstSentence(d.getOriginalMessage());
            case StreamReadException s -> "not YAML at line " + s.getLocation().getLineNr() + ": "
                    + firstSentence(s.getOriginalMessage());
            default -> firstSentence(e.getOriginalMessage());
        };
    }

    private static String path(DatabindException e) {
        StringBuilder path = new StringBuilder();
        for (JacksonException.Reference r : e.getPath()) {
            path.append(r.getPropertyName() != null ? (path.isEmpty() ? "" : ".") + r.getPropertyName() : "[" + r.getIndex() + "]");
        }
        return path.toString();
    }

    private static String firstSentence(String message) {
        return message.lines().findFirst().orElse("").replaceAll("\\(.*", "").replaceAll("`(?:\\w+\\.)*(\\w+)`", "$1").strip();
    }

    private static String preset(String name) {
        try (InputStream in = StudyFile.class.getResourceAsStream(name + ".yaml")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(Path file) {
        try {
            if (Files.isDirectory(file)) {
                throw new UserError(file + " is a folder, not a study's YAML file");
            }
            if (Files.size(file) > LARGEST) {
                throw new UserError(file + " is not a study: " + Files.size(file) + " bytes are too many for one");
            }
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new UserError(file + ": no such file; presets are " + String.join(", ", PRESETS), e);
        } catch (MalformedInputException e) {
            throw new UserError(file + " is not a study: it is not text in UTF-8", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What types alone do not say. */
    private static final class Checks {
        static StudyConfig requireSound(String source, StudyConfig c) {
            require(c.name() != null && c.name().matches("[\\w.-]+") && !c.name().startsWith("."), source,
                    "name: " + c.name() + " must be a folder's name of letters, digits, '-', '_' and '.'");
            require(c.batchSize() >= 1, source, "batchSize: must be at least 1, got " + c.batchSize());
            requireSome(source, "seeds", c.seeds());
            requireList(source, "strategies", c.strategies());
            requireList(source, "compressions", c.compressions());
            requireSome(source, "attacks", c.attacks());
            for (Map.Entry<String, Object> e : Map.<String, Object>of("training", orEmpty(c.training()), "fineTuning",
                    orEmpty(c.fineTuning()), "scores", orEmpty(c.scores()), "quantization", orEmpty(c.quantization())).entrySet()) {
                require(!e.getValue().equals(""), source, e.getKey() + ": must be a mapping");
            }
            for (double compression : c.compressions()) {
                require(compression >= 1, source, "compressions: must be at least 1, got " + compression);
            }
            require(c.training().epochs() >= 0, source, "training.epochs: must not be negative, got " + c.training().epochs());
            require(c.fineTuning().epochs() >= 0, source, "fineTuning.epochs: must not be negative, got " + c.fineTuning().epochs());
            require(c.scores().attack() != null, source, "scores.attack: is missing");
            requirePositive(source, "training.images", c.training().images());
            requirePositive(source, "fineTuning.images", c.fineTuning().images());
            requirePositive(source, "scores.images", c.scores().images());
            requirePositive(source, "testImages", c.testImages());
            requirePositive(source, "attackImages", c.attackImages());
            requirePositive(source, "quantization.calibrationImages", c.quantization().calibrationImages());
            requireAttack(source, "scores.attack", c.scores().attack());
            c.attacks().forEach(a -> requireAttack(source, "attacks", a));
            return c;
        }

        private static Object orEmpty(Object o) {
            return o == null ? "" : o;
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
}
