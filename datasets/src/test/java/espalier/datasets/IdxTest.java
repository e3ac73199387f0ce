package espalier.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import espalier.engine.UserError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** IDX files and the data sets made of them, whole and in all ways broken. */
class IdxTest {
    private static final String TRAIN_IMAGES = "train-images-idx3-ubyte";
    private static final String TRAIN_LABELS = "train-labels-idx1-ubyte";

    @TempDir
    Path root;

    private Path folder;

    @BeforeEach
    void writeGoodFiles() throws IOException {
        folder = Files.createDirectory(root.resolve("mnist"));
        plain(TRAIN_IMAGES, idx(pixels(3 * 784), 3, 28, 28));
        compressed(TRAIN_LABELS, idx(new byte[] {7, 0, 9}, 3));
        compressed("t10k-images-idx3-ubyte", idx(pixels(784), 1, 28, 28));
        plain("t10k-labels-idx1-ubyte", idx(new byte[] {4}, 1));
    }

    private static byte[] pixels(int n) {
        byte[] bytes = new byte[n];
        for (int i = 0; i < n; i++) {
            bytes[i] = (byte) (i * 7);
        }
        return bytes;
    }

    private static byte[] idx(byte[] data, int... dims) {
        ByteBuffer file = ByteBuffer.allocate(4 + 4 * dims.length + data.length).putInt(0x800 | dims.length);
        for (int d : dims) {
            file.putInt(d);
        }
        return file.put(data).array();
    }

    private void plain(String name, byte[] content) throws IOException {
        Files.write(folder.resolve(name), content);
    }

    private void compressed(String name, byte[] content) throws IOException {
        Files.deleteIfExists(folder.resolve(name));
        plain(name + ".gz", gzip(content));
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gz = new GZIPOutputStream(bytes)) {
            gz.write(content);
        }
        return bytes.toByteArray();
    }

    private void assertRefused(String... parts) {
        assertThatThrownBy(() -> Datasets.load("mnist", root))
                .isInstanceOf(UserError.class)
                .hasMessageNotContaining("\n")
                .satisfies(e -> assertThat(e.getMessage()).contains(parts));
    }

    @Test
    void readsPlainAndCompressedFiles() {
        Dataset mnist = Datasets.load("mnist", root);
        assertThat(mnist.train().labels(0, 3)).containsExactly(7, 0, 9);
        assertThat(mnist.test().labels(0, 1)).containsExactly(4);
        float[] second = mnist.train().images(1, 2).data();
        for (int i = 0; i < 784; i++) {
            assertThat(second[i]).isEqualTo(((784 + i) * 7 & 0xFF) / 255f);
        }
    }

    @Test
    void aMissingFileIsNamedWithAWayOut() throws IOException {
        Files.delete(folder.resolve(TRAIN_IMAGES));
        assertRefused(folder.resolve(TRAIN_IMAGES) + ".gz not found", "datasets download mnist", "--data", "mnist/");
        assertThat(Datasets.present("mnist", root)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 10, 16, 17, 2000})
    void aTruncatedPlainFile(int length) throws IOException {
        plain(TRAIN_IMAGES, Arrays.copyOf(idx(pixels(3 * 784), 3, 28, 28), length));
        assertRefused(folder.resolve(TRAIN_IMAGES).toString(), length < 16 ? "truncated" : "3×28×28");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5, 30, 200})
    void aTruncatedCompressedFile(int length) throws IOException {
        byte[] whole = gzip(idx(pixels(3 * 784), 3, 28, 28));
        Files.delete(folder.resolve(TRAIN_IMAGES));
        plain(TRAIN_IMAGES + ".gz", Arrays.copyOf(whole, length));
        assertRefused(folder.resolve(TRAIN_IMAGES) + ".gz");
    }

    @Test
    void aDamagedCompressedFile() throws IOException {
        byte[] damaged = gzip(idx(pixels(3 * 784), 3, 28, 28));
        damaged[damaged.length - 6] ^= 1; // in the checksum
        Files.delete(folder.resolve(TRAIN_IMAGES));
        plain(TRAIN_IMAGES + ".gz", damaged);
        assertRefused(folder.resolve(TRAIN_IMAGES) + ".gz", "damaged");
        plain(TRAIN_IMAGES + ".gz", pixels(5000));
        assertRefused(folder.resolve(TRAIN_IMAGES) + ".gz", "damaged");
    }

    @Test
    void aForeignFile() throws IOException {
        plain(TRAIN_IMAGES, "<html>404 not found, but in a long page</html>".getBytes());
        assertRefused(folder.resolve(TRAIN_IMAGES).toString(), "no IDX file", "0x3c68746d", "expected 0x00000803");
        plain(TRAIN_IMAGES, idx(new byte[] {7, 0, 9}, 3));
        assertRefused(folder.resolve(TRAIN_IMAGES).toString(), "0x00000801", "expected 0x00000803");
    }

    @Test
    void imagesOfAnotherSize() throws IOException {
        plain(TRAIN_IMAGES, idx(pixels(3 * 32 * 32), 3, 32, 32));
        assertRefused(folder.resolve(TRAIN_IMAGES).toString(), "3×32×32", "28×28");
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 2_700_000, Integer.MAX_VALUE, -1, 0})
    void aHeaderThatLiesOfItsLength(int images) throws IOException {
        plain(TRAIN_IMAGES, idx(pixels(3 * 784), images, 28, 28));
        assertRefused(folder.resolve(TRAIN_IMAGES).toString(), images + "×28×28");
        compressed(TRAIN_IMAGES, idx(pixels(3 * 784), images, 28, 28));
        assertRefused(folder.resolve(TRAIN_IMAGES) + ".gz", images + "×28×28");
    }

    @Test
    void aLyingHeaderAllocatesNothing() throws IOException {
        // 2 GB as it says.
        compressed(TRAIN_IMAGES, idx(pixels(3 * 784), 2_700_000, 28, 28));
        Path file = folder.resolve(TRAIN_IMAGES + ".gz");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        assertThatThrownBy(() -> Idx.read(file, 28, 28)).isInstanceOf(UserError.class);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(5_000_000);
    }

    @Test
    void moreThanTheHeaderAnnounces() throws IOException {
        plain(TRAIN_IMAGES, idx(pixels(3 * 784), 2, 28, 28));
        assertRefused(folder.resolve(TRAIN_IMAGES).toString(), "2×28×28");
        compressed(TRAIN_IMAGES, idx(pixels(3 * 784), 2, 28, 28));
        assertRefused(folder.resolve(TRAIN_IMAGES) + ".gz", "2×28×28");
    }

    @Test
    void imagesAndLabelsThatDoNotBelongTogether() throws IOException {
        compressed(TRAIN_LABELS, idx(new byte[] {7, 0}, 2));
        assertRefused("3 images", TRAIN_LABELS + ".gz 2 labels");
    }

    @Test
    void aLabelOutOfRange() throws IOException {
        compressed(TRAIN_LABELS, idx(new byte[] {7, 0, 10}, 3));
        assertRefused(TRAIN_LABELS + ".gz", "label 2 is 10", "0 to 9");
        compressed(TRAIN_LABELS, idx(new byte[] {7, -1, 1}, 3));
        assertRefused("label 1 is 255");
    }
}
