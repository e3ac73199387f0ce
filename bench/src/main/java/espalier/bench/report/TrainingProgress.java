package espalier.bench.report;

import espalier.nn.train.EpochReport;
import espalier.nn.train.StepReport;
import espalier.nn.train.TrainingListener;
import java.util.Locale;

/** Shows how a training goes: a phase over all its steps, and a line per epoch where there are several, or a test. */
public final class TrainingProgress implements TrainingListener, AutoCloseable {
    private final Progress progress;
    private final String name;
    private Progress.Phase phase;
    private int epochs;

    /** @param name of what is trained */
    public TrainingProgress(Progress progress, String name) {
        this.progress = progress;
        this.name = name;
    }

    @Override
    public void begin(int epochsDone, int epochs, int stepsPerEpoch) {
        if (epochsDone > 0) {
            progress.line("  " + name + ": going on after epoch " + epochsDone + " of " + epochs);
        }
        this.epochs = epochs;
        phase = progress.phase("train " + name, (long) epochs * stepsPerEpoch);
    }

    @Override
    public void step(StepReport s) {
        phase.at((long) (s.epoch() - 1) * s.steps() + s.step(), String.format(Locale.ROOT,
                "epoch %d/%d, loss %.3f, %.1f %%, %,.0f images/s", s.epoch(), s.epochs(), s.loss(), 100 * s.accuracy(),
                s.imagesPerSecond()));
    }

    @Override
    public void epoch(EpochReport e) {
        if (epochs == 1 && e.test() == null) {
            return;
        }
        String test = e.test() == null ? "" : String.format(Locale.ROOT, ", test %.2f %%", 100 * e.test().top1());
        progress.line(String.format(Locale.ROOT, "  %s: epoch %d, loss %.4f, accuracy %.2f %%%s, %,.0f images/s, %s", name,
                e.epoch(), e.loss(), 100 * e.accuracy(), test, e.imagesPerSecond(), Durations.print(e.seconds())));
    }

    @Override
    public void close() {
        if (phase != null) {
            phase.close();
            phase = null;
        }
    }
}
