package espalier.bench.measure;

import espalier.bench.ladder.Ladder;
import espalier.bench.peer.Espalier;
import espalier.bench.peer.NetworkTask;
import espalier.bench.peer.NetworkTask.Kind;
import espalier.bench.peer.PeakTask;
import espalier.bench.peer.RungTask;
import espalier.bench.peer.Task;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** Turns what the forks measured into figures with baselines. */
public final class Figures {
    /** The most that a training step may spend outside its convolutions and linear layers. */
    public static final double MOST_SHARE = 0.15;
    /** The benchmark that this share is the figure of. */
    public static final String SHARE = "share of the rest";
    /** The baseline of several threads. */
    public static final String ONE_THREAD = "espalier, 1 thread";

    private final Measured measured;
    private final Map<Integer, Double> peaks = new HashMap<>();

    /** @param measured the peak among it, for each number of threads */
    public Figures(Measured measured) {
        this.measured = measured;
        // The peak is what the processor can do: being disturbed does not lower it.
        measured.forks().forEach((entry, forks) -> {
            if (entry.task() instanceof PeakTask peak) {
                double best = forks.get(Espalier.NAME).stream().mapToDouble(Fork::bestNanos).min().orElseThrow();
                peaks.put(peak.threads(), peak.flops() / best);
            }
        });
    }

    /** {@return the multiply-add peak in GFLOP/s by number of threads, the best of the run} */
    public Map<Integer, Double> peaks() {
        return Map.copyOf(peaks);
    }

    /** {@return what each task reached, compared with nobody; of one that was measured with several threads the last} */
    public Map<Task, Figure> byTask() {
        Map<Task, Figure> figures = new LinkedHashMap<>();
        measured.forks().keySet().forEach(entry -> figures.put(entry.task(), figure(entry)));
        return figures;
    }

    /** {@return the nanoseconds of each task's fastest iteration: disturbances only make it slower} */
    public Map<Task, Double> bestNanos() {
        Map<Task, Double> best = new LinkedHashMap<>();
        measured.forks().forEach((entry, forks) -> best.put(entry.task(),
                forks.get(Espalier.NAME).stream().mapToDouble(Fork::bestNanos).min().orElseThrow()));
        return best;
    }

    /** {@return a figure for each peer of each task, or one without; then those that compare us with ourselves} */
    public List<Figure> all() {
        List<Figure> figures = new ArrayList<>();
        measured.forks().forEach((entry, forks) -> {
            if (entry.task() instanceof RungTask rung) {
                figures.add(rung(entry, rung));
                return;
            }
            List<String> names = List.copyOf(forks.keySet());
            Figure ours = figure(entry);
            for (String peer : names.subList(1, names.size())) {
                figures.add(ours.against(peer, entry.task(), forks.get(peer), measured.memory(entry, peer)));
            }
            List<Figure> forms = Forms.compared(ours, entry, measured.forks());
            if (names.size() == 1 && forms.isEmpty()) {
                figures.add(ours);
            }
            figures.addAll(forms);
        });
        measured.forks().keySet().forEach(entry -> {
            addScaling(entry, figures);
            addShare(entry, figures);
        });
        return figures;
    }

    /** {@return the rungs of the ladders, the lowest first, each against the lowest} */
    public SequencedMap<RungTask, Figure> rungs() {
        SequencedMap<RungTask, Figure> rungs = new LinkedHashMap<>();
        measured.forks().keySet().forEach(e -> {
            if (e.task() instanceof RungTask rung) {
                rungs.put(rung, rung(e, rung));
            }
        });
        return rungs;
    }

    private Figure rung(Suite.Entry entry, RungTask task) {
        RungTask lowest = new RungTask(task.task(), Ladder.NAIVE);
        Suite.Entry naive =
                measured.forks().keySet().stream().filter(e -> e.task().equals(lowest)).findFirst().orElseThrow();
        return figure(entry).against(Ladder.NAIVE, lowest, ours(naive), null);
    }

    private Figure figure(Suite.Entry entry) {
        var ours = measured.forks().get(entry).entrySet().iterator().next();
        return Figure.of(entry, ours.getValue(), peaks.get(entry.threads()), measured.memory(entry, ours.getKey()));
    }

    private List<Fork> ours(Suite.Entry entry) {
        return measured.forks().get(entry).get(Espalier.NAME);
    }

    /** Several threads against one. */
    private void addScaling(Suite.Entry entry, List<Figure> figures) {
        if (entry.threads() > 1) {
            measured.forks().keySet().stream().filter(e -> e.threads() == 1 && e.task().equals(entry.task())).findFirst()
                    .ifPresent(one -> figures.add(figure(entry).against(ONE_THREAD, one.task(), ours(one), null)));
        }
    }

    /** What a step takes beyond its convolutions. */
    private void addShare(Suite.Entry step, List<Figure> figures) {
        if (step.task() instanceof NetworkTask t && t.kind() == Kind.TRAINING_STEP) {
            NetworkTask part = new NetworkTask(Kind.STEP_CONVOLUTIONS, t.batch());
            measured.forks().keySet().stream().filter(e -> e.threads() == step.threads() && e.task().equals(part))
                    .findFirst().ifPresent(convolutions -> figures.add(share(figure(step), figure(convolutions))));
        }
    }

    private static Figure share(Figure step, Figure convolutions) {
        double median = 1 - convolutions.milliseconds() / step.milliseconds();
        // The least share is that of the fastest step over the slowest convolutions.
        double min = 1 - step.max() / convolutions.min();
        double max = 1 - step.min() / convolutions.max();
        return new Figure(SHARE, step.shape(), step.threads(), "share", median, min, max, step.forks(),
                step.milliseconds() - convolutions.milliseconds(), 0, step.peakGflops(), step.bytesPerOp(), null,
                "at most", MOST_SHARE, null, MOST_SHARE / median, null);
    }
}
