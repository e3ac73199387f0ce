package espalier.nn.checkpoint;

import espalier.engine.UserError;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Writes files that are either whole or not there: a temporary file in the same folder, forced to disk, then moved over. */
public final class AtomicFile {
    private AtomicFile() {}

    /** Writes the content of a file. */
    public interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * Replaces {@code file} by {@code content}; its folder is made if it is missing. A kill at any moment leaves the old
     * file or the new one; what a killed write leaves behind, {@code NAME.tmp}, is overwritten by the next.
     *
     * @throws UserError when the file cannot be written: no permission, no space
     */
    public static void write(Path file, Content content) {
        write(file, content, target -> target.resolveSibling(target.getFileName() + ".tmp"));
    }

    /**
     * {@link #write} for a file that several programs may write at the same time: each has a temporary file of its own, and
     * the last one wins. A killed write leaves it behind.
     *
     * @throws UserError when the file cannot be written: no permission, no space
     */
    public static void writeShared(Path file, Content content) {
        write(file, content, target -> Files.createTempFile(target.getParent(), target.getFileName() + ".", ".tmp"));
    }

    private interface Temporary {
        Path of(Path target) throws IOException;
    }

    private static void write(Path file, Content content, Temporary name) {
        Path target = file.toAbsolutePath();
        try {
            Files.createDirectories(target.getParent());
            Path temporary = name.of(target);
            try {
                try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.CREATE,
                                StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
                        OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16)) {
                    content.writeTo(out);
                    out.flush();
                    channel.force(true);
                }
                Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException | RuntimeException e) {
                Files.deleteIfExists(temporary);
                throw e;
            }
            forceFolder(target.getParent());
        } catch (IOException e) {
            throw new UserError(file + " cannot be written: " + reason(e), e);
        }
    }

    /** {@return what went wrong, in words: many of Java's messages are only the path again} */
    public static String reason(IOException e) {
        return switch (e) {
            case AccessDeniedException _ -> "permission denied";
            case NoSuchFileException n -> n.getFile() + " does not exist";
            case FileAlreadyExistsException f -> f.getFile() + " is in the way";
            case FileSystemException f when f.getReason() != null -> f.getReason();
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
    }

    private static void forceFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException _) {
            // Windows does not open folders; there the move itself is as durable as it gets.
        }
    }
}
