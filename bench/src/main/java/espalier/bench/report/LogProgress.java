package espalier.bench.report;

import java.io.PrintWriter;

/** For logs and pipes: a line at most every so many seconds, none for short work. */
final class LogProgress implements Progress {
    private static final long INTERVAL_NANOS = 10_000_000_000L;
    private final PrintWriter err;

    LogProgress(PrintWriter err) {
        this.err = err;
    }

    @Override
    public void line(String text) {
        err.println(text);
        err.flush();
    }

    @Override
    public Phase phase(String name, long steps) {
        long start = System.nanoTime();
        return new Phase() {
            private long last = start;

            @Override
            public void at(long done, String words) {
                long now = System.nanoTime();
                if (now - last >= INTERVAL_NANOS && done > 0 && done < steps) {
                    last = now;
                    long left = (long) ((now - start) / 1e9 * (steps - done) / done);
                    line("  " + name + ": " + 100 * done / steps + " %" + (words.isEmpty() ? "" : ", " + words) + ", about "
                            + Durations.print(left) + " left");
                }
            }

            @Override
            public void close() {}
        };
    }
}
