package espalier.datasets;

import espalier.engine.UserError;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipException;

/** What readers of data files share: they say which file is wrong and what was expected of it. */
final class DataFile {
    private DataFile() {}

    /** {@return the error for a file that is not there} */
    static UserError missing(String dataset, Path file) {
        return new UserError(file + " not found: run \"datasets download " + dataset
                + "\", or point --data (or ESPALIER_DATA) at the folder that holds " + file.getParent().getFileName() + "/");
    }

    /** {@return the error for a file that does not hold what it should} */
    static UserError bad(Path file, String what) {
        return new UserError(file + ": " + what);
    }

    /** {@return the error for a file that could not be read} */
    static UserError unreadable(Path file, IOException e) {
        String reason = switch (e) {
            case EOFException _ -> "ends too early (truncated?)";
            case ZipException z -> "is damaged (" + z.getMessage() + ")";
            case AccessDeniedException _ -> "may not be read (permissions)";
            default -> "cannot be read (" + e.getMessage() + ")";
        };
        return new UserError(file + ": " + reason, e);
    }

    /**
     * Checks that a file is there and as long as it should be.
     *
     * @throws UserError when it is missing, or shorter or longer
     */
    static void expectLength(String dataset, Path file, long expected) {
        if (!Files.isRegularFile(file)) {
            throw missing(dataset, file);
        }
        try {
            long actual = Files.size(file);
            if (actual != expected) {
                throw bad(file, "has " + actual + " bytes, expected " + expected
                        + (actual < expected ? " (truncated?)" : " (another data set?)"));
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** Reads exactly {@code length} bytes. */
    static void readFully(InputStream in, byte[] target, int offset, int length) throws IOException {
        if (in.readNBytes(target, offset, length) < length) {
            throw new EOFException();
        }
    }
}
