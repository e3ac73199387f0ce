package espalier.bench.report;

import espalier.engine.UserError;
import espalier.nn.checkpoint.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.function.Function;
import tools.jackson.core.JacksonException;

/**
 * A file of a record a line, each known by a key. What is added is on disk before anything else is done; a line torn by a
 * kill is dropped.
 */
public final class JsonLines<T> implements AutoCloseable {
    private final Path file;
    private final Function<T, String> key;
    private final FileChannel lines;
    private final SequencedMap<String, T> records;

    private JsonLines(Path file, Function<T, String> key, FileChannel lines, SequencedMap<String, T> records) {
        this.file = file;
        this.key = key;
        this.lines = lines;
        this.records = records;
    }

    /**
     * {@return the file, made if it is not there, to be read and added to}
     *
     * @param what a line is, for errors
     * @param key of a record; null where it is none of ours
     * @throws UserError when a line is something else
     * @throws IOException when it cannot be opened
     */
    public static <T> JsonLines<T> open(Path file, Class<T> type, String what, Function<T, String> key) throws IOException {
        FileChannel lines = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        try {
            byte[] bytes = Files.readAllBytes(file);
            int whole = whole(bytes);
            SequencedMap<String, T> records = parse(file, bytes, whole, type, what, key);
            lines.truncate(whole);
            lines.position(whole);
            return new JsonLines<>(file, key, lines, records);
        } catch (IOException | RuntimeException e) {
            lines.close();
            throw e;
        }
    }

    /**
     * {@return the records of a file, by key; a last line without an end is left out, and the file as it is}
     *
     * @throws UserError when it cannot be read, or a line is something else
     */
    public static <T> SequencedMap<String, T> read(Path file, Class<T> type, String what, Function<T, String> key) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            return parse(file, bytes, whole(bytes), type, what, key);
        } catch (IOException e) {
            throw new UserError(file + " cannot be read: " + AtomicFile.reason(e), e);
        }
    }

    /** {@return the length without what comes after the last newline: a kill came while it was written} */
    private static int whole(byte[] bytes) {
        int whole = bytes.length;
        while (whole > 0 && bytes[whole - 1] != '\n') {
            whole--;
        }
        return whole;
    }

    private static <T> SequencedMap<String, T> parse(Path file, byte[] bytes, int whole, Class<T> type, String what,
            Function<T, String> key) {
        SequencedMap<String, T> records = new LinkedHashMap<>();
        int number = 0;
        for (String line : new String(bytes, 0, whole, StandardCharsets.UTF_8).lines().toList()) {
            number++;
            T read = null;
            try {
                read = Json.MAPPER.readValue(line, type);
            } catch (JacksonException _) {
                // Said below.
            }
            if (read == null || key.apply(read) == null) {
                throw new UserError(file + " line " + number + " is not " + what + "; remove it");
            }
            records.put(key.apply(read), read);
        }
        return records;
    }

    /** {@return the records by key, in the order of their lines} */
    public SequencedMap<String, T> records() {
        return records;
    }

    /** Adds a record, for good. */
    public void append(T added) {
        ByteBuffer line = ByteBuffer.wrap((Json.MAPPER.writeValueAsString(added) + "\n").getBytes(StandardCharsets.UTF_8));
        try {
            long start = lines.position();
            try {
                while (line.hasRemaining()) {
                    lines.write(line);
                }
                lines.force(true);
            } catch (IOException e) {
                lines.truncate(start);
                throw e;
            }
        } catch (IOException e) {
            throw new UserError(file + " cannot be written: " + AtomicFile.reason(e), e);
        }
        records.put(key.apply(added), added);
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
