package espalier.datasets.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import espalier.datasets.Dataset;
import espalier.datasets.Datasets;
import espalier.engine.UserError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloadsTest {
    @TempDir
    Path root;

    private final List<String> notes = new ArrayList<>();
    private FaultyServer server;
    private HttpClient client;
    private Fetcher fetcher;

    @BeforeEach
    void start() throws IOException {
        server = new FaultyServer();
        client = HttpClient.newHttpClient();
        fetcher = new Fetcher(client, Duration.ofSeconds(2), Duration.ofMillis(1), 2, listener());
    }

    private DownloadListener listener() {
        return new DownloadListener() {
            @Override
            public void progress(String file, long received, long total) {}

            @Override
            public void note(String line) {
                notes.add(line);
            }
        };
    }

    @AfterEach
    void stop() {
        client.shutdownNow();
        server.close();
    }

    private RemoteFile publish(String name, byte[] content, FaultyServer.Fault... faults) {
        URI address = server.serve("/" + name, content, faults);
        return new RemoteFile(name, content.length, FetcherTest.md5(content), List.of(address));
    }

    private List<RemoteFile> publishMnist() throws IOException {
        return List.of(
                publish("train-images-idx3-ubyte.gz", idx(5, 28, 28), new FaultyServer.HangUp(30)),
                publish("train-labels-idx1-ubyte.gz", idx(5), new FaultyServer.Corrupt()),
                publish("t10k-images-idx3-ubyte.gz", idx(2, 28, 28)),
                publish("t10k-labels-idx1-ubyte.gz", idx(2)));
    }

    private static byte[] idx(int... dims) throws IOException {
        int size = 1;
        ByteBuffer header = ByteBuffer.allocate(4 + 4 * dims.length).putInt(0x800 | dims.length);
        for (int d : dims) {
            header.putInt(d);
            size *= d;
        }
        return gzip(header.array(), new byte[size]);
    }

    private static byte[] gzip(byte[]... parts) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gz = new GZIPOutputStream(bytes)) {
            for (byte[] part : parts) {
                gz.write(part);
            }
        }
        return bytes.toByteArray();
    }

    @Test
    void bringsFilesThatTheReaderReads() throws IOException {
        Downloads.download(Datasets.info("mnist"), publishMnist(), root, fetcher);
        Dataset mnist = Datasets.load("mnist", root);
        assertThat(mnist.train().size()).isEqualTo(5);
        assertThat(mnist.test().size()).isEqualTo(2);
    }

    @Test
    void doesNothingWhereTheDataSetIsCompleteAndMendsItWhereItIsNot() throws IOException {
        List<RemoteFile> files = publishMnist();
        Downloads.download(Datasets.info("mnist"), files, root, fetcher);
        server.requests.clear();
        Downloads.download(Datasets.info("mnist"), files, root, fetcher);
        assertThat(server.requests).isEmpty();
        assertThat(notes.getLast()).isEqualTo("mnist is complete in " + root.resolve("mnist"));

        Files.writeString(root.resolve("mnist/t10k-images-idx3-ubyte.gz"), "damaged");
        Downloads.download(Datasets.info("mnist"), files, root, fetcher);
        assertThat(server.requests).containsExactly("/t10k-images-idx3-ubyte.gz");
        assertThat(Datasets.load("mnist", root).test().size()).isEqualTo(2);
    }

    @Test
    void unpacksAnArchiveAndRemovesIt() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
            for (String name : List.of("train.bin", "test.bin")) {
                byte[] records = new byte[(name.equals("train.bin") ? 50_000 : 10_000) * 3074];
                TarArchiveEntry entry = new TarArchiveEntry("cifar-100-binary/" + name);
                entry.setSize(records.length);
                records[1] = 99;
                tar.putArchiveEntry(entry);
                tar.write(records);
                tar.closeArchiveEntry();
            }
        }
        RemoteFile archive = publish("cifar-100-binary.tar.gz", bytes.toByteArray());
        Downloads.download(Datasets.info("cifar100"), List.of(archive), root, fetcher);
        Dataset cifar = Datasets.load("cifar100", root);
        assertThat(cifar.train().size()).isEqualTo(50_000);
        assertThat(cifar.test().labels(0, 2)).containsExactly(99, 0);
        assertThat(root).isDirectoryNotContaining(p -> !p.endsWith("cifar-100-binary"));
    }

    @Test
    void everyPublishedDataSetHasAddressesAndAnEmbeddedOneNeedsNone() {
        for (String name : Datasets.names()) {
            if (Datasets.info(name).embedded()) {
                Downloads.download(name, root, listener());
                assertThat(notes.getLast()).contains("embedded");
                assertThat(Downloads.bytes(name)).isZero();
            } else {
                assertThat(Downloads.bytes(name)).isGreaterThan(10_000_000);
                assertThat(RemoteFile.of(name)).allSatisfy(file -> {
                    assertThat(file.md5()).matches("[0-9a-f]{32}");
                    assertThat(file.addresses()).allMatch(a -> a.toString().endsWith("/" + file.name()));
                });
            }
        }
        assertThat(root).isEmptyDirectory();
        assertThatThrownBy(() -> Downloads.download("imagenet", root, listener()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("imagenet");
    }
}
