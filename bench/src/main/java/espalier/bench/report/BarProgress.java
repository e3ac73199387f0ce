package espalier.bench.report;

import java.io.PrintWriter;
import java.time.Duration;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar on a terminal, which goes when its work is done. Lines that are told meanwhile appear above it. */
final class BarProgress implements Progress {
    private static final int REFRESH_MILLIS = 200;
    private final PrintWriter err;
    private BarPhase active;

    BarProgress(PrintWriter err) {
        this.err = err;
    }

    @Override
    public void line(String text) {
        if (active != null) {
            active.clear();
        }
        err.println(text);
        err.flush();
    }

    @Override
    public Phase phase(String name, long steps) {
        if (active != null) {
            active.clear();
        }
        active = new BarPhase(name, steps);
        return active;
    }

    private final class BarPhase implements Phase {
        private final String name;
        private final long steps;
        private final long start = System.nanoTime();
        private ProgressBar bar;

        BarPhase(String name, long steps) {
            this.name = name;
            this.steps = steps;
        }

        @Override
        public void at(long done, String words) {
            if (bar == null) {
                bar = show(done);
            }
            bar.stepTo(done);
            bar.setExtraMessage(words.isEmpty() ? "" : " " + words);
        }

        private ProgressBar show(long done) {
            boolean unicode = System.err.charset().newEncoder().canEncode('█');
            return new ProgressBarBuilder()
                    .setTaskName(name)
                    .setInitialMax(steps)
                    .setStyle(unicode ? ProgressBarStyle.UNICODE_BLOCK : ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(REFRESH_MILLIS)
                    .clearDisplayOnFinish()
                    .startsFrom(done, Duration.ofNanos(System.nanoTime() - start))
                    .build();
        }

        /** Takes the bar away; the next step shows it again. */
        void clear() {
            if (bar != null) {
                bar.close();
                bar = null;
            }
        }

        @Override
        public void close() {
            clear();
            active = active == this ? null : active;
        }
    }
}
