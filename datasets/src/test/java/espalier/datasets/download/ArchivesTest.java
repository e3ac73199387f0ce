package espalier.datasets.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import espalier.engine.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArchivesTest {
    @TempDir
    Path folder;

    private Path archive;
    private Path root;

    @BeforeEach
    void prepare() throws IOException {
        archive = folder.resolve("a.tar.gz");
        root = Files.createDirectory(folder.resolve("root"));
    }

    private void write(TarArchiveEntry... entries) throws IOException {
        try (var tar = new TarArchiveOutputStream(new GZIPOutputStream(Files.newOutputStream(archive)))) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (TarArchiveEntry entry : entries) {
                tar.putArchiveEntry(entry);
                if (entry.getLinkFlag() == TarConstants.LF_NORMAL) {
                    tar.write(content(entry.getName(), (int) entry.getSize()));
                }
                tar.closeArchiveEntry();
            }
        }
    }

    private static byte[] content(String name, int size) {
        byte[] bytes = new byte[size];
        Arrays.fill(bytes, (byte) name.hashCode());
        return bytes;
    }

    private static TarArchiveEntry file(String name, int size) {
        TarArchiveEntry entry = new TarArchiveEntry(name, true);
        entry.setSize(size);
        return entry;
    }

    @Test
    void unpacksAFolderOverWhatIsThere() throws IOException {
        write(new TarArchiveEntry("set/"), file("set/train.bin", 100_000), file("set/names.txt", 7));
        Files.createDirectory(root.resolve("set"));
        Files.writeString(root.resolve("set/train.bin"), "half of it");
        Archives.unpack(archive, root, "set");
        assertThat(root.resolve("set/train.bin")).hasBinaryContent(content("set/train.bin", 100_000));
        assertThat(root.resolve("set/names.txt")).hasBinaryContent(content("set/names.txt", 7));
        assertOnlySet();
    }

    private void assertOnlySet() {
        assertThat(root).isDirectoryNotContaining(p -> !p.getFileName().toString().equals("set"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../evil", "/tmp/evil", "set/../../evil", "other/evil", "set/..", "set/deeper/evil", "set/..\\evil", "evil"
            })
    void refusesWhatLiesElsewhere(String name) throws IOException {
        write(file("set/train.bin", 10), file(name, 10));
        assertThatThrownBy(() -> Archives.unpack(archive, root, "set"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(archive.toString())
                .hasMessageContaining("nothing was unpacked");
        assertThat(root).isEmptyDirectory();
        assertThat(folder.resolve("evil")).doesNotExist();
    }

    @Test
    void refusesLinks() throws IOException {
        TarArchiveEntry link = new TarArchiveEntry("set/train.bin", TarConstants.LF_SYMLINK);
        link.setLinkName("/etc/passwd");
        write(link);
        assertThatThrownBy(() -> Archives.unpack(archive, root, "set"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("set/train.bin");
        assertThat(root).isEmptyDirectory();
    }

    @Test
    void aTruncatedArchiveLeavesNothing() throws IOException {
        write(file("set/test.bin", 10), file("set/train.bin", 1_000_000));
        byte[] bytes = Files.readAllBytes(archive);
        Files.write(archive, Arrays.copyOf(bytes, bytes.length / 2));
        assertThatThrownBy(() -> Archives.unpack(archive, root, "set"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("cannot unpack " + archive);
        assertThat(root).isEmptyDirectory();
    }
}
