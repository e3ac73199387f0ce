package espalier.nn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import espalier.engine.UserError;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.testdata.TestData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"resnet20-cifar10.safetensors", "resnet20-cifar10.reference.safetensors",
            "resnet20-cifar10.compression.safetensors", "ops.safetensors"})
    void filesOfTheFormatsOwnLibraryComeOutByteForByte(String name) throws IOException {
        Path original = TestData.reference(name);
        StateDict state = Safetensors.read(original);
        Safetensors.write(folder.resolve("copy"), state);
        assertThat(Files.mismatch(original, folder.resolve("copy"))).isEqualTo(-1);
    }

    @Test
    void layoutIsByTypeThenNameAndMetadataComesFirst() throws IOException {
        StateDict state = new StateDict();
        state.metadata().put("format", "pt");
        state.metadata().put("a \"quoted\" \\ key\u0001\n", "é");
        state.put("b", Tensor.of(Shape.of(2), 1, 2)).put("a", Tensor.of(Shape.of(1, 1), -3));
        state.tensors().put("mask", StoredTensor.ofMask(Tensor.of(Shape.of(3), 0, 1, 2)));
        state.tensors().put("n", StoredTensor.of(7));
        state.tensors().put("none", StoredTensor.of(Tensor.zeros(Shape.of(0, 5))));
        Path file = folder.resolve("x.safetensors");
        Safetensors.write(file, state);

        String header = """
                {"__metadata__":{"format":"pt","a \\"quoted\\" \\\\ key\\u0001\\n":"é"},\
                "n":{"dtype":"I64","shape":[],"data_offsets":[0,8]},\
                "a":{"dtype":"F32","shape":[1,1],"data_offsets":[8,12]},\
                "b":{"dtype":"F32","shape":[2],"data_offsets":[12,20]},\
                "none":{"dtype":"F32","shape":[0,5],"data_offsets":[20,20]},\
                "mask":{"dtype":"U8","shape":[3],"data_offsets":[20,23]}}""";
        ByteBuffer written = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int n = (int) written.getLong(0);
        assertThat(n % 8).isZero();
        assertThat(new String(written.array(), 8, n, StandardCharsets.UTF_8).stripTrailing()).isEqualTo(header);
        assertThat(written.getFloat(8 + n + 12)).isEqualTo(1f);

        StateDict read = Safetensors.read(file);
        assertThat(read.tensors().keySet()).containsExactly("n", "a", "b", "none", "mask");
        assertThat(read.metadata()).containsExactlyEntriesOf(state.metadata());
        assertThat(read.tensor("b").data()).containsExactly(1, 2);
        assertThat(read.tensor("mask").data()).containsExactly(0, 1, 1);
        assertThat(read.tensors().get("n").longs()).containsExactly(7);
        assertThat(Files.list(folder)).containsExactly(file);
    }

    /** A pickle starts with 0x80 and a small number, and so do files whose header is of such a length. */
    @ParameterizedTest
    @ValueSource(ints = {128, 0x180, 0x280})
    void aHeaderLengthLikeAPicklesIsNone(int length) throws IOException {
        StateDict state = new StateDict();
        state.metadata().put("k", "x".repeat(length - 28));
        Safetensors.write(folder.resolve("x"), state);
        assertThat(Files.readAllBytes(folder.resolve("x"))).hasSize(8 + length).startsWith(length & 0xFF, length >> 8);
        assertThat(Safetensors.read(folder.resolve("x")).metadata()).isEqualTo(state.metadata());
    }

    @Test
    void halfAndDoublePrecisionBecomeFloats() {
        byte[] f16 = {0x00, 0x3C, 0x00, (byte) 0xC0, 0x01, 0x00};
        assertThat(new StoredTensor(DType.F16, Shape.of(3), f16).tensor().data()).containsExactly(1, -2, 0x1p-24f);
        byte[] bf16 = {(byte) 0x80, 0x3F, 0x20, (byte) 0xC0};
        assertThat(new StoredTensor(DType.BF16, Shape.of(2), bf16).tensor().data()).containsExactly(1, -2.5f);
        byte[] f64 = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putDouble(0.1).array();
        assertThat(new StoredTensor(DType.F64, Shape.of(1), f64).tensor().data()).containsExactly(0.1f);
        assertThatThrownBy(() -> StoredTensor.of(3).tensor()).isInstanceOf(UserError.class).hasMessageContaining("I64");
    }

    /** What must be said, and what a header may get wrong. T stands for a good tensor; the data are 8 bytes. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            a of F32 [2] needs 8 bytes | {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}
            truncated: the data of a ends at 12 | {"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}
            cover 4 bytes, the file holds 8 | {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}
            begins at 4, expected 0 | {"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}
            overlap | {"a":T,"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}
            offsets 8..0 | {"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}
            negative | {"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}
            truncated | {"a":{"dtype":"F32","shape":[500000000],"data_offsets":[0,2000000000]}}
            larger than 2 GiB | {"a":{"dtype":"F32","shape":[600000000],"data_offsets":[0,2400000000]}}
            more elements | {"a":{"dtype":"F32","shape":[2147483647,2147483647],"data_offsets":[0,8]}}
            too large | {"a":{"dtype":"F32","shape":[9223372036854775807],"data_offsets":[0,8]}}
            not valid JSON | {"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}
            F8_E4M3; known are BOOL | {"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}
            a lacks data_offsets | {"a":{"dtype":"F32","shape":[2]}}
            unknown member extra | {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"extra":{"x":1}}}
            Duplicate | {"a":T,"a":T}
            whole number | {"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}
            data_offsets has | {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,9]}}
            START_OBJECT is expected | {"a":[]}
            VALUE_STRING is expected | {"__metadata__":{"format":1},"a":T}
            Unrecognized | {"a":T} x
            follows | {"a":T} {}
            not valid JSON | {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8
            header has START_ARRAY | [1,2]
            """)
    void lyingHeadersAreRefused(String complaint, String header) throws IOException {
        String json = header.replace("T", """
                {"dtype":"F32","shape":[2],"data_offsets":[0,8]}""");
        Path file = write(json.getBytes(StandardCharsets.UTF_8), new byte[8]);
        assertThatThrownBy(() -> Safetensors.read(file)).isInstanceOf(UserError.class)
                .hasMessageContaining(file.toString()).hasMessageContaining(complaint)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
    }

    @Test
    void foreignAndTruncatedFilesAreRefused() throws IOException {
        assertThatThrownBy(() -> Safetensors.read(folder.resolve("no")))
                .isInstanceOf(UserError.class).hasMessageContaining("does not exist");
        assertThatThrownBy(() -> Safetensors.read(folder)).isInstanceOf(UserError.class).hasMessageContaining("is a folder");
        refused(new byte[7], "has 7 bytes");
        refused("PK\u0003\u0004\0\0\b\b\0\0".getBytes(StandardCharsets.ISO_8859_1), "convert it in Python");
        refused(new byte[] {(byte) 0x80, 2, (byte) 0x8A, 10, 'l', (byte) 0xFC, (byte) 0x9C, 'F'}, "convert it in Python");
        refused("dataset: digits\nmodel: lenet\n".getBytes(StandardCharsets.UTF_8), "not a safetensors file");
        refused(ByteBuffer.allocate(8).putLong(-1).array(), "header would have 18446744073709551615 bytes");
        byte[] announced = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN).putLong(99_000_000).array();
        refused(announced, "99000000 bytes is announced, 12 follow");
        Path file = write(new byte[] {'{', '"', (byte) 0xFF, '"', ':', '}'}, new byte[8]);
        assertThatThrownBy(() -> Safetensors.read(file)).isInstanceOf(UserError.class).hasMessageContaining("not text");
    }

    @Test
    void truncationAnywhereIsNoticed() throws IOException {
        Path whole = folder.resolve("whole");
        Safetensors.write(whole,
                new StateDict().put("a", Tensor.full(Shape.of(3), 1)).put("b", Tensor.full(Shape.of(2), 2)));
        byte[] bytes = Files.readAllBytes(whole);
        for (int n = 0; n < bytes.length; n++) {
            Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(bytes, n));
            assertThatThrownBy(() -> Safetensors.read(cut)).as("%d of %d bytes", n, bytes.length)
                    .isInstanceOf(UserError.class);
        }
    }

    @Test
    void anUnwritableFolderIsOneClearLine() throws IOException {
        Path locked = Files.createDirectory(folder.resolve("locked"));
        assumeTrue(locked.getFileSystem().supportedFileAttributeViews().contains("posix"));
        Files.setPosixFilePermissions(locked, PosixFilePermissions.fromString("r-xr-xr-x"));
        assumeTrue(!Files.isWritable(locked), "this user may write anywhere");
        assertThatThrownBy(() -> Safetensors.write(locked.resolve("x"), new StateDict())).isInstanceOf(UserError.class)
                .hasMessageContaining("cannot be written: permission denied");
        Files.setPosixFilePermissions(locked, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void aFileWhereTheFolderShouldBeIsOneClearLine() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> Safetensors.write(file.resolve("x"), new StateDict())).isInstanceOf(UserError.class)
                .hasMessageContaining("cannot be written");
    }

    @Test
    void aFailedWriteLeavesTheOldFileAndNothingElse() throws IOException {
        Path file = Files.writeString(folder.resolve("x"), "old");
        assertThatThrownBy(() -> AtomicFile.write(file, out -> {
            out.write(new byte[100_000]);
            throw new IOException("No space left on device");
        })).isInstanceOf(UserError.class).hasMessage(file + " cannot be written: No space left on device");
        assertThat(file).hasContent("old");
        assertThat(Files.list(folder)).containsExactly(file);
    }

    @Test
    void whatAKilledWriteLeftBehindIsNoObstacle() throws IOException {
        Path file = folder.resolve("x");
        Files.write(folder.resolve("x.tmp"), new byte[1000]);
        Safetensors.write(file, new StateDict().put("a", Tensor.full(Shape.of(1), 4)));
        assertThat(Safetensors.read(file).tensor("a").data()).containsExactly(4);
        assertThat(Files.list(folder)).containsExactly(file);
    }

    private void refused(byte[] content, String complaint) throws IOException {
        Path file = Files.write(folder.resolve("bad"), content);
        assertThatThrownBy(() -> Safetensors.read(file)).isInstanceOf(UserError.class)
                .hasMessageContaining(file.toString()).hasMessageContaining(complaint);
    }

    private Path write(byte[] header, byte[] data) throws IOException {
        ByteBuffer b = ByteBuffer.allocate(8 + header.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        return Files.write(folder.resolve("lying"), b.putLong(header.length).put(header).put(data).array());
    }
}
