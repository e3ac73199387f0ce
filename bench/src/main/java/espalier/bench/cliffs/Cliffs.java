package espalier.bench.cliffs;

import espalier.bench.cliffs.Results.Doubt;
import espalier.bench.measure.FigureTable;
import espalier.bench.report.Progress;
import espalier.bench.report.Table;
import espalier.engine.UserError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.regex.Pattern;

/**
 * Starts the JVM again and again and compares how fast each kernel runs. The compiler may inline in one start and give up in
 * the next; a vector that it does not keep in a register then costs a hundred times as much.
 *
 * <p>Compiled code stays what it is for the life of a JVM; what others do on the machine does not: where its processors are
 * hyperthreads whose siblings are busy, the same loop takes 1.0 or 1.7 times as long from one second to the next, and now and
 * then for minutes. So starts stay alive, and those that were slow in a kernel are asked again, each followed by the fastest
 * start, until they are not slow, or have been in all of {@link #ROUNDS} rounds. (Before the fastest was asked beside
 * them, 26 of 133 kernels failed in a full run; since, 10 of 137.)
 */
public final class Cliffs {
    /** How often each start measures each kernel: in the second pass others have been compiled, too. */
    public static final int PASSES = 2;
    /** How often the slow ones are asked again, at most. */
    public static final int ROUNDS = 12;
    /** The least time from one round to the next, so that a disturbance of a second does not outlast them all. */
    private static final Duration INTERVAL = Duration.ofSeconds(4);
    private static final Duration QUICK_INTERVAL = Duration.ofSeconds(1);

    private final Progress progress;
    private final Pattern only;
    private final int rounds;
    private final Duration interval;
    private final IntFunction<? extends Asked> start;

    /**
     * A check of the kernels whose name has a match of {@code only}.
     *
     * @param quick whether to measure shortly: to see that it runs
     */
    public Cliffs(Progress progress, Pattern only, boolean quick) {
        this(progress, only, ROUNDS, quick ? QUICK_INTERVAL : INTERVAL, i -> new StartProcess(i, quick));
    }

    /** A check by other starts, which are made one after the other. */
    Cliffs(Progress progress, Pattern only, int rounds, Duration interval, IntFunction<? extends Asked> start) {
        this.progress = progress;
        this.only = only;
        this.rounds = rounds;
        this.interval = interval;
        this.start = start;
    }

    /** {@return what so many starts say, in the order of {@link HotKernels}} */
    public List<Cliff> run(int starts) {
        List<HotKernel> kernels = HotKernels.all().stream().filter(k -> only.matcher(k.name()).find()).toList();
        if (kernels.isEmpty()) {
            throw new UserError("no kernel's name has a match of '" + only + "'");
        }
        Results results = new Results(kernels);
        List<Asked> alive = new ArrayList<>();
        try {
            ask(starts, kernels, alive, results);
            askAgain(alive, results);
        } finally {
            alive.forEach(Asked::close);
        }
        return results.cliffs();
    }

    private void ask(int starts, List<HotKernel> kernels, List<Asked> alive, Results results) {
        try (Progress.Phase phase = progress.phase("starts", (long) starts * kernels.size() * PASSES)) {
            long done = 0;
            for (int i = 0; i < starts; i++) {
                Asked asked = start.apply(i);
                alive.add(asked);
                // In another order in each start, since what was compiled before decides what is inlined.
                List<String> names = new ArrayList<>(kernels.stream().map(HotKernel::name).toList());
                Collections.shuffle(names, new Random(i));
                for (int pass = 0; pass < PASSES; pass++) {
                    for (String name : names) {
                        results.add(i, asked.ask(name));
                        phase.at(++done, name);
                    }
                }
                asked.rest();
            }
        }
    }

    private void askAgain(List<Asked> alive, Results results) {
        for (int round = 1; round <= rounds; round++) {
            List<Doubt> doubts = results.doubts();
            if (doubts.isEmpty()) {
                return;
            }
            long end = System.nanoTime() + interval.toNanos();
            try (Progress.Phase phase = progress.phase("slow ones again, " + round + "/" + rounds, doubts.size())) {
                long done = 0;
                for (Doubt d : doubts) {
                    askAgain(d, alive, results);
                    phase.at(++done, d.kernel());
                }
                if (!results.doubts().isEmpty()) {
                    pauseUntil(end);
                }
            }
        }
    }

    private static void askAgain(Doubt d, List<Asked> alive, Results results) {
        Asked doubtful = alive.get(d.start());
        Start pass = doubtful.ask(d.kernel());
        doubtful.rest();
        if (d.slow()) {
            Asked fastest = alive.get(d.fastest());
            Start beside = fastest.ask(d.kernel());
            fastest.rest();
            results.add(d.fastest(), beside);
            pass = pass.beside(beside);
        }
        results.add(d.start(), pass);
    }

    private static void pauseUntil(long nanoTime) {
        try {
            Thread.sleep(Duration.ofNanos(Math.max(0, nanoTime - System.nanoTime())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("interrupted");
        }
    }

    /** {@return the starts as people read them} */
    public static Table table(List<Cliff> cliffs) {
        Table table = new Table(1,
                "kernel", "starts", "slow", "passes", "best µs", "worst µs", "evenness", "by thread time", "B/call", "verdict");
        for (Cliff c : cliffs) {
            table.add(c.kernel(), Integer.toString(c.starts()), Integer.toString(c.slow()), Integer.toString(c.passes()),
                    FigureTable.number(c.bestNanos() / 1e3), FigureTable.number(c.worstNanos() / 1e3), ratio(c.ratio()),
                    ratio(c.cpuRatio()), FigureTable.bytes(c.bytes()), c.verdict().toString());
        }
        return table;
    }

    private static String ratio(double x) {
        return String.format(Locale.ROOT, "%.2f", x);
    }
}
