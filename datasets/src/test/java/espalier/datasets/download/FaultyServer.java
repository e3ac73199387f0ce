package espalier.datasets.download;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A web server on this machine that serves files with the faults it is told, one for each request, and then without. */
final class FaultyServer implements AutoCloseable {
    sealed interface Fault {}

    /** Announces everything and hangs up after so many bytes. */
    record HangUp(int after) implements Fault {}

    /** Ends the response in good order after so many bytes, without having said how many there would be. */
    record EndEarly(int after) implements Fault {}

    /** Sends so many bytes and then nothing, for ever. */
    record Stall(int after) implements Fault {}

    /** Accepts the request and never answers. */
    record Silence() implements Fault {}

    /** Turns one bit. */
    record Corrupt() implements Fault {}

    /** Sends the whole file although a part was asked for. */
    record IgnoreRange() implements Fault {}

    /** Claims to continue, at another place than the one asked for. */
    record WrongRange() implements Fault {}

    /** Sends a byte more than there should be. */
    record TooLong() implements Fault {}

    record Status(int code) implements Fault {}

    /** What was asked for, as {@code path} or {@code path from N}. */
    final List<String> requests = new CopyOnWriteArrayList<>();

    private final ConcurrentHashMap<String, byte[]> files = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Queue<Fault>> faults = new ConcurrentHashMap<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;

    FaultyServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    URI serve(String path, byte[] content, Fault... inOrder) {
        files.put(path, content);
        faults.put(path, new ArrayDeque<>(List.of(inOrder)));
        return address(path);
    }

    URI address(String path) {
        return URI.create("http://localhost:" + server.getAddress().getPort() + path);
    }

    private void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String range = exchange.getRequestHeaders().getFirst("Range");
        int from = range == null ? 0 : Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
        requests.add(range == null ? path : path + " from " + from);
        byte[] content = files.get(path);
        Fault fault = content == null ? new Status(404) : next(path);
        try (exchange) {
            switch (fault) {
                case null -> send(exchange, content, from, content.length);
                case HangUp(int after) -> send(exchange, content, from, after);
                case Stall(int after) -> {
                    begin(exchange, content, from).write(content, from, after);
                    exchange.getResponseBody().flush();
                    await();
                }
                case EndEarly(int after) -> {
                    exchange.sendResponseHeaders(200, 0);
                    exchange.getResponseBody().write(content, 0, after);
                }
                case Silence() -> await();
                case Corrupt() -> {
                    byte[] wrong = content.clone();
                    wrong[wrong.length - 1] ^= 1;
                    send(exchange, wrong, from, content.length);
                }
                case IgnoreRange() -> send(exchange, content, 0, content.length);
                case WrongRange() -> {
                    exchange.getResponseHeaders()
                            .set("Content-Range", "bytes 0-%d/%d".formatted(content.length - 1, content.length));
                    exchange.sendResponseHeaders(206, content.length);
                    exchange.getResponseBody().write(content);
                }
                case TooLong() -> send(exchange, Arrays.copyOf(content, content.length + 1), 0, content.length + 1);
                case Status(int code) -> exchange.sendResponseHeaders(code, -1);
            }
        }
    }

    private Fault next(String path) {
        Queue<Fault> queue = faults.get(path);
        synchronized (queue) {
            return queue.poll();
        }
    }

    private static void send(HttpExchange exchange, byte[] content, int from, int to) throws IOException {
        begin(exchange, content, from).write(content, from, Math.max(0, to - from));
        exchange.getResponseBody().flush();
    }

    private static OutputStream begin(HttpExchange exchange, byte[] content, int from) throws IOException {
        if (from > 0) {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes %d-%d/%d".formatted(from, content.length - 1, content.length));
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
        return exchange.getResponseBody();
    }

    private void await() {
        try {
            end.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        end.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
