package espalier.bench.report;

import espalier.engine.UserError;
import espalier.nn.checkpoint.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The one JSON mapper, and whole-file writing that leaves nothing half-written. */
public final class Json {
    /** Maps records to JSON and back, in the order of their components. */
    public static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .build();

    private Json() {}

    /** {@return a record, list or map as a tree} */
    public static JsonNode tree(Object value) {
        return MAPPER.valueToTree(value);
    }

    /** {@return the tree on several lines} */
    public static String pretty(JsonNode tree) {
        return MAPPER.writer().with(SerializationFeature.INDENT_OUTPUT).writeValueAsString(tree);
    }

    /** Writes the tree to a file, whole or not at all. */
    public static void write(Path file, JsonNode tree) {
        writeText(file, pretty(tree) + "\n");
    }

    /**
     * Writes a text file, UTF-8, whole or not at all; into a device or a pipe such as /dev/stdout as it is.
     *
     * @throws UserError when the file cannot be written; what was there before is then still there
     */
    public static void writeText(Path file, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file)) {
            try {
                Files.write(file, bytes);
            } catch (IOException e) {
                throw new UserError(file + " cannot be written: " + AtomicFile.reason(e), e);
            }
        } else {
            AtomicFile.write(file, out -> out.write(bytes));
        }
    }
}
