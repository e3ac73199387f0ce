package espalier.nn.checkpoint;

import espalier.engine.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Files of named tensors: {@code u64 n | header: n bytes of JSON | data}, little-endian.
 *
 * <p>The header gives each tensor's type, shape and place in the data; the tensors cover the data without gap or overlap.
 * What a header says is held against the length of the file before anything is allocated. Files are laid out as the
 * format's own library does it, so that one of its files, read and written, comes out byte for byte. Source:
 * <a href="https://github.com/huggingface/safetensors">huggingface/safetensors</a>.
 */
public final class Safetensors {
    /** As the format's own library: no header of a real file comes near. */
    private static final long MAX_HEADER = 100_000_000;

    private static final Comparator<Map.Entry<String, StoredTensor>> LAYOUT =
            Comparator.<Map.Entry<String, StoredTensor>, DType>comparing(e -> e.getValue().dtype()).reversed()
                    .thenComparing(e -> e.getKey().getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

    private Safetensors() {}

    /**
     * {@return the tensors of {@code file}, in the order of their data, and its metadata}
     *
     * @throws UserError when there is no such file, or it is truncated, foreign, or contradicts itself
     */
    public static StateDict read(Path file) {
        if (Files.isDirectory(file)) {
            throw new UserError(file + " is a folder, not a safetensors file");
        }
        try (FileChannel channel = FileChannel.open(file)) {
            return read(file, channel);
        } catch (NoSuchFileException e) {
            throw new UserError(file + " does not exist", e);
        } catch (IOException e) {
            throw new UserError(file + " cannot be read: " + AtomicFile.reason(e), e);
        }
    }

    private static StateDict read(Path file, FileChannel channel) throws IOException {
        long length = channel.size();
        if (length < 8) {
            throw new UserError(file + " is not a safetensors file: it has " + length + " bytes, the shortest has 10");
        }
        byte[] first = bytes(channel, file, 0, 8);
        long header = ByteBuffer.wrap(first).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (header < 2 || header > MAX_HEADER) {
            throw new UserError(file + " is not a safetensors file: its header would have "
                    + Long.toUnsignedString(header) + " bytes" + hint(first));
        }
        if (header > length - 8) {
            throw new UserError(file + " is truncated: a header of " + header + " bytes is announced, "
                    + (length - 8) + " follow");
        }
        long data = length - 8 - header;
        var described = SafetensorsHeader.parse(file, bytes(channel, file, 8, (int) header), data);
        StateDict result = new StateDict();
        for (SafetensorsHeader.Entry e : described.entries()) {
            byte[] content = bytes(channel, file, 8 + header + e.begin(), (int) (e.end() - e.begin()));
            result.tensors().put(e.name(), new StoredTensor(e.dtype(), e.shape(), content));
        }
        result.metadata().putAll(described.metadata());
        return result;
    }

    /** What {@code torch.save} writes is a zip file, or was a pickle in old versions. */
    private static String hint(byte[] first) {
        boolean pickle = first[0] == 'P' && first[1] == 'K' || (first[0] & 0xFF) == 0x80 && first[1] <= 5;
        return pickle ? "; if it is a file of torch.save, convert it in Python with safetensors.torch.save_file" : "";
    }

    private static byte[] bytes(FileChannel channel, Path file, long position, int n) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(n);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new UserError(file + " became shorter while it was read");
            }
        }
        return buffer.array();
    }

    /**
     * Writes {@code state} to {@code file}, atomically. The order of the tensors is the format's (type, then name), that of
     * the metadata is kept.
     *
     * @throws UserError when the file cannot be written
     */
    public static void write(Path file, StateDict state) {
        List<Map.Entry<String, StoredTensor>> tensors = new ArrayList<>(state.tensors().entrySet());
        tensors.sort(LAYOUT);
        byte[] header = SafetensorsHeader.text(tensors, state.metadata()).getBytes(StandardCharsets.UTF_8);
        byte[] padded = Arrays.copyOf(header, (header.length + 7) / 8 * 8);
        Arrays.fill(padded, header.length, padded.length, (byte) ' ');
        AtomicFile.write(file, out -> {
            out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(padded.length).array());
            out.write(padded);
            for (var e : tensors) {
                out.write(e.getValue().bytes());
            }
        });
    }
}
