package espalier.datasets.download;

import espalier.engine.UserError;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** Unpacks a {@code .tar.gz} of one flat folder. */
final class Archives {
    /** Several times what the largest published archive holds. */
    private static final long MAX_BYTES = 1L << 30;

    private Archives() {}

    /**
     * Puts the files of {@code folder} in {@code archive} into {@code root/folder}; each appears there whole or not at all.
     *
     * @throws UserError when the archive is damaged, holds anything but plain files in that folder, or cannot be written out
     */
    static void unpack(Path archive, Path root, String folder) {
        try {
            Path scratch = Files.createTempDirectory(root, "." + folder + "-");
            try {
                extract(archive, scratch, folder);
                Path target = Files.createDirectories(root.resolve(folder));
                for (Path file : list(scratch)) {
                    Files.move(file, target.resolve(file.getFileName()),
                            StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                }
            } finally {
                for (Path file : list(scratch)) {
                    Files.delete(file);
                }
                Files.delete(scratch);
            }
        } catch (IOException e) {
            throw new UserError("cannot unpack " + archive + ": " + e.getMessage(), e);
        }
    }

    private static void extract(Path archive, Path scratch, String folder) throws IOException {
        long room = MAX_BYTES;
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(archive), 1 << 16);
                TarArchiveInputStream tar = new TarArchiveInputStream(new GZIPInputStream(raw, 1 << 16))) {
            for (TarArchiveEntry entry; (entry = tar.getNextEntry()) != null; ) {
                if (entry.isDirectory()) {
                    continue;
                }
                String name = name(entry, folder);
                room -= entry.getSize();
                if (!plain(entry) || name == null || room < 0) {
                    throw new UserError(archive + ": entry \"" + entry.getName() + "\" is none that " + folder
                            + "/ should hold; nothing was unpacked");
                }
                Files.copy(tar, scratch.resolve(name), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /** {@return whether it is a regular file; the library's {@code isFile} also says so of links} */
    private static boolean plain(TarArchiveEntry entry) {
        return entry.getLinkFlag() == TarConstants.LF_NORMAL || entry.getLinkFlag() == TarConstants.LF_OLDNORM;
    }

    /** {@return the entry's name inside the folder, or null when it lies elsewhere, or deeper} */
    private static String name(TarArchiveEntry entry, String folder) {
        String path = entry.getName();
        String name = path.startsWith(folder + "/") ? path.substring(folder.length() + 1) : "";
        return name.isEmpty() || name.equals("..") || name.contains("/") || name.contains("\\") || name.contains(":")
                ? null
                : name;
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted(Comparator.naturalOrder()).toList();
        }
    }
}
