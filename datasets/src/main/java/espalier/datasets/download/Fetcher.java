package espalier.datasets.download;

import espalier.engine.UserError;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Flow;

/**
 * Fetches one file: resumes, retries, falls back to other addresses, and keeps only what has the published checksum.
 *
 * <p>What arrives goes to {@code NAME.part}, which stays when all attempts fail and is gone on with next time.
 *
 * @param client what to ask with
 * @param stall how long to wait for a connection, a response, or more of a body
 * @param pause how long to wait before a second attempt
 * @param attempts how many times in a row an address may bring nothing new before the next is tried
 * @param listener is told what happens
 */
record Fetcher(HttpClient client, Duration stall, Duration pause, int attempts, DownloadListener listener) {
    /** Why an attempt failed; it is {@code lasting} when the same address would fail again. */
    private record Failure(String reason, boolean lasting) {}

    /**
     * Makes {@code folder/NAME} be the published file; does nothing when it is already.
     *
     * @throws UserError when no address delivers it, or it cannot be written
     */
    void fetch(RemoteFile file, Path folder) {
        Path target = folder.resolve(file.name());
        Path part = folder.resolve(file.name() + ".part");
        try {
            Files.createDirectories(folder);
            if (published(target, file)) {
                listener.note(file.name() + " is there already, checksum verified");
                return;
            }
            try (FileChannel channel = FileChannel.open(
                            part, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
                    FileLock _ = lock(channel, part)) {
                fill(file, part, channel);
                channel.force(true);
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            listener.note(file.name() + " is here, checksum verified");
        } catch (IOException e) {
            throw new UserError("cannot write " + part + ": " + reason(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("interrupted; what has arrived of " + file.name() + " is kept in " + part, e);
        }
    }

    private static FileLock lock(FileChannel channel, Path part) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return lock;
            }
        } catch (OverlappingFileLockException _) {
            // Held by this very process.
        }
        throw new UserError("another download is writing " + part + ": wait for it, or end it");
    }

    private void fill(RemoteFile file, Path part, FileChannel channel) throws IOException, InterruptedException {
        List<String> failures = new ArrayList<>();
        for (URI address : file.addresses()) {
            long best = channel.size();
            for (int fruitless = 0; fruitless < attempts; ) {
                Failure failure = attempt(file, address, channel);
                if (failure == null) {
                    return;
                }
                fruitless = failure.lasting ? attempts : channel.size() > best ? 0 : fruitless + 1;
                best = Math.max(best, channel.size());
                boolean again = fruitless < attempts;
                listener.note(file.name() + " from " + address.getHost() + ": " + failure.reason
                        + (again ? "; trying again" : ""));
                if (again) {
                    Thread.sleep(pause.multipliedBy(1L << fruitless));
                } else {
                    failures.add(address + ": " + failure.reason);
                }
            }
        }
        boolean empty = channel.size() == 0;
        if (empty) {
            Files.deleteIfExists(part);
        }
        throw new UserError("could not download " + file.name() + " (" + String.join("; ", failures) + ")"
                + (empty ? "" : "; what has arrived is kept in " + part + ", the same command continues"));
    }

    /** {@return null when the file is complete and verified} */
    private Failure attempt(RemoteFile file, URI address, FileChannel channel) throws IOException, InterruptedException {
        if (channel.size() > file.bytes()) {
            channel.truncate(0);
        }
        if (channel.size() < file.bytes()) {
            Failure failure = request(file, address, channel);
            if (failure != null) {
                return failure;
            }
        }
        String actual = md5(channel);
        if (actual.equals(file.md5())) {
            return null;
        }
        channel.truncate(0);
        return new Failure("MD5 is " + actual + ", published is " + file.md5() + ", so nothing of it was kept", false);
    }

    private Failure request(RemoteFile file, URI address, FileChannel channel) throws IOException, InterruptedException {
        long have = channel.size();
        HttpRequest.Builder request = HttpRequest.newBuilder(address).timeout(stall).header("User-Agent", "espalier");
        if (have > 0) {
            request.header("Range", "bytes=" + have + "-");
        }
        HttpResponse<Flow.Publisher<List<ByteBuffer>>> response;
        try {
            response = client.send(request.build(), HttpResponse.BodyHandlers.ofPublisher());
        } catch (IOException e) {
            return new Failure(reason(e), false);
        }
        try (Arrival body = new Arrival(response.body())) {
            boolean continues = response.statusCode() == 206
                    && response.headers().firstValue("Content-Range").orElse("").startsWith("bytes " + have + "-");
            if (!continues) {
                int status = response.statusCode();
                if (status != 200 && status != 206 && status != 416) {
                    boolean lasting = status < 500 && status != 408 && status != 429;
                    return new Failure("the server answers with status " + status, lasting);
                }
                // The server cannot or will not go on from there: the whole file, now or in the next attempt.
                channel.truncate(0);
                if (status != 200) {
                    return new Failure("the server does not continue at byte " + have, false);
                }
            }
            return receive(file, body, channel);
        }
    }

    private Failure receive(RemoteFile file, Arrival body, FileChannel channel) throws IOException, InterruptedException {
        channel.position(channel.size());
        while (true) {
            List<ByteBuffer> buffers;
            try {
                buffers = body.next(stall);
            } catch (IOException e) {
                return new Failure(reason(e) + " after " + channel.size() + " of " + file.bytes() + " bytes", false);
            }
            if (buffers == null) {
                return channel.size() == file.bytes()
                        ? null
                        : new Failure("ended after " + channel.size() + " of " + file.bytes() + " bytes", false);
            }
            for (ByteBuffer buffer : buffers) {
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
            }
            if (channel.size() > file.bytes()) {
                channel.truncate(0);
                return new Failure("sends more than the " + file.bytes() + " bytes of the published file", true);
            }
            listener.progress(file.name(), channel.size(), file.bytes());
        }
    }

    private static String reason(IOException e) {
        return switch (e) {
            case ConnectException _ -> "cannot connect";
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
    }

    private static boolean published(Path path, RemoteFile file) throws IOException {
        if (!Files.isRegularFile(path) || Files.size(path) != file.bytes()) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(path)) {
            return md5(channel).equals(file.md5());
        }
    }

    private static String md5(FileChannel channel) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("MD5");
            ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
            long position = 0;
            for (int n; (n = channel.read(buffer.clear(), position)) >= 0; position += n) {
                digest.update(buffer.flip());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
