package espalier.bench.report;

import espalier.engine.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
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
        writeAtomically(file, pretty(tree) + "\n");
    }

    /**
     * Writes a text file, UTF-8, by way of a temporary one in the same folder, which is made if need be.
     *
     * @throws UserError when the file cannot be written; what was there before is then still there
     */
    public static void writeAtomically(Path file, String text) {
        Path folder = file.toAbsolutePath().getParent();
        Path temporary = folder.resolve("." + file.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
        try {
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                // A device or a pipe, such as /dev/stdout: a move would put a file in its place.
                Files.writeString(file, text);
                return;
            }
            Files.createDirectories(folder);
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            deleteQuietly(temporary);
            throw cannotWrite(file, e);
        }
    }

    /** {@return the error of a file that could not be written, with the system's reason in it} */
    public static UserError cannotWrite(Path file, IOException e) {
        String reason = switch (e) {
            case AccessDeniedException _ -> "permission denied";
            case NoSuchFileException _ -> "the folder cannot be made";
            case FileAlreadyExistsException f -> f.getFile() + " is a file, not a folder";
            case FileSystemException f when f.getReason() != null -> f.getReason();
            default -> String.valueOf(e.getMessage());
        };
        return new UserError("cannot write " + file + ": " + reason, e);
    }

    private static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // The first failure is the one to report.
        }
    }
}
