package espalier.datasets.download;

import espalier.datasets.DatasetInfo;
import espalier.datasets.Datasets;
import espalier.engine.UserError;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Downloads of the published data sets. */
public final class Downloads {
    private static final Duration STALL = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final int ATTEMPTS = 3;

    private Downloads() {}

    /**
     * Brings a data set under {@code root}, so that {@link Datasets#load} finds it there; does nothing where it is whole.
     *
     * <p>An interrupted download is continued. Nothing is kept that has not the published checksum.
     *
     * @param name of a data set that is not embedded
     * @param root see {@link espalier.datasets.DataRoot#resolve}; made where it is missing
     * @throws UserError when there is no such data set, no server delivers it, or {@code root} cannot be written
     */
    public static void download(String name, Path root, DownloadListener listener) {
        DatasetInfo info = Datasets.info(name);
        if (info.embedded()) {
            listener.note(name + " is embedded: there is nothing to download");
            return;
        }
        HttpClient client = HttpClient.newBuilder()
                .connectTimeout(STALL)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build();
        try {
            download(info, RemoteFile.of(name), root, new Fetcher(client, STALL, PAUSE, ATTEMPTS, listener));
        } finally {
            // Not close(): that would wait for a connection that a server left hanging.
            client.shutdownNow();
        }
    }

    /** {@return the bytes to download for a data set; 0 for an embedded one} */
    public static long bytes(String name) {
        return Datasets.info(name).embedded() ? 0 : RemoteFile.of(name).stream().mapToLong(RemoteFile::bytes).sum();
    }

    static void download(DatasetInfo info, List<RemoteFile> files, Path root, Fetcher fetcher) {
        if (intact(info.name(), root)) {
            fetcher.listener().note(info.name() + " is complete in " + root.resolve(info.folder()));
            return;
        }
        for (RemoteFile file : files) {
            if (file.archive()) {
                fetcher.fetch(file, root);
                fetcher.listener().note("unpacking " + file.name());
                Path archive = root.resolve(file.name());
                Archives.unpack(archive, root, info.folder());
                delete(archive);
            } else {
                fetcher.fetch(file, root.resolve(info.folder()));
            }
        }
        Datasets.load(info.name(), root);
    }

    private static boolean intact(String name, Path root) {
        if (!Datasets.present(name, root)) {
            return false;
        }
        try {
            Datasets.load(name, root);
            return true;
        } catch (UserError _) {
            return false;
        }
    }

    private static void delete(Path archive) {
        try {
            Files.delete(archive);
        } catch (IOException e) {
            throw new UserError("cannot delete " + archive + ": " + e.getMessage(), e);
        }
    }
}
