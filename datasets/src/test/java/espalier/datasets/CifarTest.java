package espalier.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import espalier.engine.UserError;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CIFAR files, whole and in all ways broken. */
class CifarTest {
    private static final List<String> FILES = List.of("a.bin", "b.bin");

    @TempDir
    Path root;

    /** Two files of three records each, random but for the labels, which count up. */
    private byte[][] write(int labelBytes) throws IOException {
        byte[][] contents = new byte[2][3 * (labelBytes + 3072)];
        for (int f = 0; f < 2; f++) {
            new SplittableRandom(f).nextBytes(contents[f]);
            for (int i = 0; i < 3; i++) {
                contents[f][i * (labelBytes + 3072) + labelBytes - 1] = (byte) (3 * f + i);
            }
            Files.write(root.resolve(FILES.get(f)), contents[f]);
        }
        return contents;
    }

    @Test
    void readsRecordsOfOneLabel() throws IOException {
        byte[][] contents = write(1);
        Split split = new CifarFile("cifar10", 1, 10).read(root, FILES, 3);
        assertThat(split.labels(0, 6)).containsExactly(0, 1, 2, 3, 4, 5);
        float[] fifth = split.images(4, 5).data();
        for (int i = 0; i < 3072; i++) {
            assertThat(fifth[i]).isEqualTo((contents[1][3073 + 1 + i] & 0xFF) / 255f);
        }
    }

    @Test
    void takesTheFineOneOfTwoLabels() throws IOException {
        byte[][] contents = write(2);
        Split split = new CifarFile("cifar100", 2, 100).read(root, FILES, 3);
        assertThat(split.labels(0, 6)).containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(split.images(0, 1).data()[0]).isEqualTo((contents[0][2] & 0xFF) / 255f);
    }

    @Test
    void aLabelOutOfRangeIsNamed() throws IOException {
        byte[] content = write(1)[1];
        content[2 * 3073] = 10;
        Files.write(root.resolve("b.bin"), content);
        assertThatThrownBy(() -> new CifarFile("cifar10", 1, 10).read(root, FILES, 3))
                .isInstanceOf(UserError.class)
                .hasMessage(root.resolve("b.bin") + ": image 2 has label 10, expected 0 to 9");
    }

    @Test
    void missingTruncatedAndForeignFiles() throws IOException {
        assertThatThrownBy(() -> Datasets.load("cifar10", root))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(root.resolve("cifar-10-batches-bin/test_batch.bin") + " not found")
                .hasMessageContaining("datasets download cifar10");
        Path folder = Files.createDirectory(root.resolve("cifar-100-binary"));
        sparse(folder.resolve("test.bin"), 30_740_000 - 3074);
        assertThatThrownBy(() -> Datasets.load("cifar100", root))
                .isInstanceOf(UserError.class)
                .hasMessage(folder.resolve("test.bin") + ": has 30736926 bytes, expected 30740000 (truncated?)");
        sparse(folder.resolve("test.bin"), 30_740_001);
        assertThatThrownBy(() -> Datasets.load("cifar100", root))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("has 30740001 bytes, expected 30740000");
    }

    private static void sparse(Path path, long length) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(length);
        }
    }

    @Test
    void fineNamesComeFromTheirFileWhereThereIsOne() throws IOException {
        Path file = root.resolve("fine_label_names.txt");
        List<String> published = Cifar100Source.classNames(file);
        assertThat(published).hasSize(100).doesNotHaveDuplicates().isSorted().contains("aquarium_fish");
        String names = IntStream.range(0, 100).mapToObj(i -> "class " + i).collect(Collectors.joining("\r\n", "", "\n\n"));
        Files.writeString(file, names);
        assertThat(Cifar100Source.classNames(file)).hasSize(100).startsWith("class 0").endsWith("class 99");
        Files.writeString(file, "apple\nbear\n");
        assertThatThrownBy(() -> Cifar100Source.classNames(file))
                .isInstanceOf(UserError.class)
                .hasMessage(file + ": holds 2 names, expected 100");
    }
}
