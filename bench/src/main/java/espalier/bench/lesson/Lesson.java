package espalier.bench.lesson;

import espalier.bench.measure.Effort;
import espalier.bench.measure.Figure;
import espalier.bench.measure.Figures;
import espalier.bench.measure.ForkLog;
import espalier.bench.measure.JmhRunner;
import espalier.bench.measure.Measured;
import espalier.bench.measure.Suite;
import espalier.bench.peer.PeakTask;
import espalier.bench.peer.Task;
import espalier.bench.report.Environment;
import espalier.bench.report.Json;
import espalier.bench.report.Progress;
import espalier.engine.UserError;
import espalier.nn.checkpoint.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a page is made about: measured first, then told. */
public enum Lesson {
    /** Weights that are zero. */
    SPARSITY,
    /** Weights and activations in 8 bits. */
    QUANTIZATION;

    /** What is written beside a page. */
    private record Raw(String lesson, Environment environment, double peakGflops, List<Figure> figures) {}

    /** {@return the name of the page's files} */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Measures, and writes the page as {@code NAME.md}, its figures beside it, as {@code NAME.html} with all in it, and the
     * figures as {@code NAME.json}.
     *
     * @return the figures
     * @throws UserError when the folder cannot be written to, before anything is measured
     */
    public List<Figure> run(Path folder, boolean quick, Subject subject, Progress progress) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UserError(folder + " cannot be written: " + AtomicFile.reason(e), e);
        }
        if (!Files.isWritable(folder)) {
            throw new UserError(folder + " cannot be written: permission denied");
        }
        try (ForkLog log = ForkLog.of(raw(folder))) {
            List<Figure> figures = write(folder, quick, subject, new JmhRunner(progress).run(suite(quick, subject), log));
            log.delete();
            return figures;
        }
    }

    private Path raw(Path folder) {
        return folder.resolve(this + ".json");
    }

    Suite suite(boolean quick, Subject subject) {
        List<Task> kernels = switch (this) {
            case SPARSITY -> new SparsityTasks(subject, quick).kernels();
            case QUANTIZATION -> new QuantizationTasks(subject, quick).kernels();
        };
        List<Task> networks = switch (this) {
            case SPARSITY -> new SparsityTasks(subject, quick).networks();
            case QUANTIZATION -> new QuantizationTasks(subject, quick).networks();
        };
        return new Suite(new int[] {1}, quick)
                .ours(kernels, quick ? Effort.QUICK_LESSON : Effort.LESSON_KERNEL)
                .ours(networks, quick ? Effort.QUICK_NETWORK : Effort.LESSON_NETWORK).peak();
    }

    List<Figure> write(Path folder, boolean quick, Subject subject, Measured measured) {
        Figures figures = new Figures(measured);
        Facts facts = new Facts(figures.byTask(), figures.bestNanos(), figures.peaks().get(1), Environment.current());
        Page page = switch (this) {
            case SPARSITY -> SparsityLesson.of(new SparsityTasks(subject, quick), facts);
            case QUANTIZATION -> QuantizationLesson.of(new QuantizationTasks(subject, quick), facts);
        };
        page.write(folder, toString());
        List<Figure> all = new ArrayList<>(facts.figures().entrySet().stream()
                .filter(e -> !(e.getKey() instanceof PeakTask)).map(e -> e.getValue()).toList());
        Json.write(raw(folder), Json.tree(new Raw(toString(), facts.environment(), facts.peak(), all)));
        return all;
    }
}
