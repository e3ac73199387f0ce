package espalier.datasets.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import espalier.datasets.download.FaultyServer.Corrupt;
import espalier.datasets.download.FaultyServer.EndEarly;
import espalier.datasets.download.FaultyServer.Fault;
import espalier.datasets.download.FaultyServer.HangUp;
import espalier.datasets.download.FaultyServer.IgnoreRange;
import espalier.datasets.download.FaultyServer.Silence;
import espalier.datasets.download.FaultyServer.Stall;
import espalier.datasets.download.FaultyServer.Status;
import espalier.datasets.download.FaultyServer.TooLong;
import espalier.datasets.download.FaultyServer.WrongRange;
import espalier.engine.UserError;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FetcherTest {
    private static final int LENGTH = 300_000;
    private static final byte[] CONTENT = new byte[LENGTH];

    static {
        new SplittableRandom(1).nextBytes(CONTENT);
    }

    @TempDir
    Path folder;

    private final List<String> notes = new ArrayList<>();
    private final List<Long> progress = new ArrayList<>();
    private FaultyServer server;
    private HttpClient client;
    private Fetcher fetcher;

    @BeforeEach
    void start() throws IOException {
        server = new FaultyServer();
        client = HttpClient.newHttpClient();
        fetcher = new Fetcher(client, Duration.ofMillis(800), Duration.ofMillis(1), 3, new DownloadListener() {
            @Override
            public void progress(String file, long received, long total) {
                assertThat(file).isEqualTo("data.gz");
                assertThat(total).isEqualTo(LENGTH);
                progress.add(received);
            }

            @Override
            public void note(String line) {
                notes.add(line);
            }
        });
    }

    @AfterEach
    void stop() {
        client.shutdownNow();
        server.close();
    }

    private static RemoteFile file(URI... addresses) {
        return new RemoteFile("data.gz", LENGTH, md5(CONTENT), List.of(addresses));
    }

    static String md5(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private void assertFetched() {
        assertThat(folder.resolve("data.gz")).hasBinaryContent(CONTENT);
        assertThat(folder.resolve("data.gz.part")).doesNotExist();
        assertThat(notes.getLast()).contains("checksum verified");
    }

    static Stream<List<Fault>> faultsToSurvive() {
        return Stream.of(
                List.of(),
                List.of(new HangUp(100_000), new HangUp(200_000)),
                List.of(new HangUp(0), new HangUp(0)),
                List.of(new Stall(100_000)),
                List.of(new Silence()),
                List.of(new EndEarly(150_000)),
                List.of(new Corrupt()),
                List.of(new HangUp(100_000), new Corrupt()),
                List.of(new HangUp(100_000), new WrongRange()),
                List.of(new HangUp(100_000), new Status(416)),
                List.of(new Status(503), new Status(429)),
                // Each brings something new, so they do not count as failures in a row.
                List.of(new HangUp(50_000), new HangUp(90_000), new HangUp(130_000), new HangUp(170_000)));
    }

    @ParameterizedTest
    @MethodSource("faultsToSurvive")
    void comesThroughFaults(List<Fault> faults) {
        fetcher.fetch(file(server.serve("/a", CONTENT, faults.toArray(Fault[]::new))), folder);
        assertFetched();
        assertThat(server.requests).hasSize(faults.size() + 1);
        assertThat(progress.getLast()).isEqualTo(LENGTH);
    }

    @Test
    void continuesWhereItWasCutOff() {
        fetcher.fetch(file(server.serve("/a", CONTENT, new HangUp(100_000), new Stall(0))), folder);
        assertFetched();
        assertThat(server.requests).hasSize(3);
        long from = Long.parseLong(server.requests.get(1).substring("/a from ".length()));
        assertThat(from).isBetween(1L, 100_000L);
        assertThat(server.requests.get(2)).isEqualTo("/a from " + from);
    }

    @Test
    void takesTheWholeFileFromAServerThatIgnoresRanges() {
        fetcher.fetch(file(server.serve("/a", CONTENT, new HangUp(100_000), new IgnoreRange())), folder);
        assertFetched();
        assertThat(server.requests).hasSize(2);
    }

    @Test
    void continuesWhatAnEarlierRunLeft() throws IOException {
        Files.write(folder.resolve("data.gz.part"), Arrays.copyOf(CONTENT, 123_456));
        fetcher.fetch(file(server.serve("/a", CONTENT)), folder);
        assertFetched();
        assertThat(server.requests).containsExactly("/a from 123456");
    }

    @Test
    void startsAfreshWhenWhatAnEarlierRunLeftIsWrong() throws IOException {
        Files.write(folder.resolve("data.gz.part"), new byte[123_456]);
        fetcher.fetch(file(server.serve("/a", CONTENT)), folder);
        assertFetched();
        assertThat(server.requests).containsExactly("/a from 123456", "/a");
    }

    @Test
    void takesACompletePartWithoutAskingAndDropsOneThatIsTooLong() throws IOException {
        Files.write(folder.resolve("data.gz.part"), CONTENT);
        fetcher.fetch(file(server.serve("/a", CONTENT)), folder);
        assertFetched();
        assertThat(server.requests).isEmpty();

        Files.delete(folder.resolve("data.gz"));
        Files.write(folder.resolve("data.gz.part"), Arrays.copyOf(CONTENT, LENGTH + 1));
        fetcher.fetch(file(server.address("/a")), folder);
        assertFetched();
        assertThat(server.requests).containsExactly("/a");
    }

    @Test
    void leavesAVerifiedFileAloneAndReplacesADamagedOne() throws IOException {
        RemoteFile file = file(server.serve("/a", CONTENT));
        Files.write(folder.resolve("data.gz"), CONTENT);
        fetcher.fetch(file, folder);
        assertThat(server.requests).isEmpty();
        Files.write(folder.resolve("data.gz"), new byte[LENGTH]);
        fetcher.fetch(file, folder);
        assertFetched();
    }

    @Test
    void fallsBackToTheNextAddress() {
        URI bad = server.serve("/bad", CONTENT, new Corrupt(), new Corrupt(), new Corrupt());
        fetcher.fetch(file(server.address("/gone"), bad, server.serve("/good", CONTENT)), folder);
        assertFetched();
        // What will not be there in a second either is asked for once.
        assertThat(server.requests).containsExactly("/gone", "/bad", "/bad", "/bad", "/good");
    }

    @Test
    void aWrongFileIsNeverKept() {
        URI corrupt = server.serve("/a", CONTENT, new Corrupt(), new Corrupt(), new Corrupt());
        URI tooLong = server.serve("/b", CONTENT, new TooLong());
        assertThatThrownBy(() -> fetcher.fetch(file(corrupt, tooLong), folder))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("data.gz")
                .hasMessageContaining("published is " + md5(CONTENT))
                .hasMessageContaining("more than the 300000 bytes")
                .hasMessageNotContaining("\n");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void givesUpOnAServerThatBringsNothingNewAndKeepsWhatCame() throws IOException {
        URI address = server.serve("/a", CONTENT, new HangUp(100_000), new Stall(0), new Silence(), new Status(500));
        assertThatThrownBy(() -> fetcher.fetch(file(address), folder))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("status 500")
                .hasMessageContaining("the same command continues");
        assertThat(server.requests).hasSize(4);
        byte[] part = Files.readAllBytes(folder.resolve("data.gz.part"));
        assertThat(part).isNotEmpty().isEqualTo(Arrays.copyOf(CONTENT, part.length));
        assertThat(folder.resolve("data.gz")).doesNotExist();
    }

    @Test
    void aServerThatIsNotThereIsSaidSo() throws IOException {
        URI address = server.address("/a");
        server.close();
        assertThatThrownBy(() -> fetcher.fetch(file(address), folder))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(address + ": cannot connect");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void twoDownloadsDoNotWriteTheSameFile() throws IOException {
        Path part = folder.resolve("data.gz.part");
        try (FileChannel other = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var _ = other.lock()) {
            assertThatThrownBy(() -> fetcher.fetch(file(server.serve("/a", CONTENT)), folder))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("another download is writing " + part);
        }
        assertThat(server.requests).isEmpty();
    }

    @Test
    void aFolderThatCannotBeWrittenIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("notes.txt"), "not a folder");
        assertThatThrownBy(() -> fetcher.fetch(file(server.serve("/a", CONTENT)), file.resolve("mnist")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(file.toString());
    }
}
