package espalier.bench.study;

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
    public static final List<String> PRESETS = List.of("quickstart", "mnist", "cifar10", "paper", "paper-small",
            "ablation");

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
     * @param overrides in place of what it says, by key; {@code training.epochs} is a key of a nested mapping
     * @throws UserError when it is neither, or the file is no study: which key, and what is allowed
     */
    public static StudyConfig read(String presetOrFile, Map<String, Object> overrides) {
        if (PRESETS.contains(presetOrFile)) {
            return parse(presetOrFile, preset(presetOrFile), overrides);
        }
        return parse(presetOrFile, text(Path.of(presetOrFile)), overrides);
    }

    /** {@return whether there is such a preset, or it looks like a file's name, there or not} */
    public static boolean exists(String presetOrFile) {
        return PRESETS.contains(presetOrFile) || presetOrFile.matches(".*[./\\\\].*") || Files.exists(Path.of(presetOrFile));
    }

    /** {@return the study that {@code yaml} describes; {@code source} names it in errors} */
    static StudyConfig parse(String source, String yaml, Map<String, Object> overrides) {
        try {
            JsonNode tree = YAML.readTree(yaml);
            if (!(tree instanceof ObjectNode given)) {
                throw new UserError(source + " is not a study: it must be a YAML mapping such as \"dataset: digits\"");
            }
            ObjectNode all = (ObjectNode) YAML.readTree(preset(PRESETS.getFirst()));
            merge(all, given);
            overrides.forEach((key, value) -> {
                String[] names = key.split("\\.");
                JsonNode at = all;
                for (int i = 0; i < names.length - 1; i++) {
                    at = at.path(names[i]);
                }
                if (at instanceof ObjectNode mapping) {
                    mapping.set(names[names.length - 1], YAML.valueToTree(value));
                }
            });
            return StudyChecks.requireSound(source, YAML.treeToValue(all, StudyConfig.class));
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
            String name = r.getPropertyName();
            path.append(name == null ? "[" + r.getIndex() + "]" : (path.isEmpty() ? "" : ".") + name);
        }
        return path.toString();
    }

    private static String firstSentence(String message) {
        String first = message.lines().findFirst().orElse("");
        return first.replaceAll("\\(.*", "").replaceAll("`(?:\\w+\\.)*(\\w+)`", "$1").strip();
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
}
