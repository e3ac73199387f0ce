package espalier.bench.measure;

import espalier.bench.jmh.Attack;
import espalier.bench.jmh.Convolutions;
import espalier.bench.jmh.Inference;
import espalier.bench.jmh.Layers;
import espalier.bench.jmh.Loads;
import espalier.bench.jmh.Lowered;
import espalier.bench.jmh.Matrices;
import espalier.bench.jmh.Peak;
import espalier.bench.jmh.Rungs;
import espalier.bench.jmh.StepConvolutions;
import espalier.bench.jmh.TaskBenchmark;
import espalier.bench.jmh.TrainingStep;
import espalier.bench.ladder.Ladder;
import espalier.bench.peer.ConvLayer;
import espalier.bench.peer.ConvTask;
import espalier.bench.peer.Espalier;
import espalier.bench.peer.GemmTask;
import espalier.bench.peer.LayerTask;
import espalier.bench.peer.LoadTask;
import espalier.bench.peer.LoweredTask;
import espalier.bench.peer.NetworkTask;
import espalier.bench.peer.PeakTask;
import espalier.bench.peer.Peers;
import espalier.bench.peer.RungTask;
import espalier.bench.peer.Task;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Tasks that are measured together. */
public final class Suite {
    private static final int CONV_BATCH = 32;
    private static final int BATCH = 128;
    private static final int QUICK_BATCH = 8;
    /** From this size on a product is worth several threads. */
    private static final double THREADED_FLOPS = 2.0 * 512 * 512 * 512;

    /**
     * One task, measured with so many threads for each implementation.
     *
     * @param implementations ours first
     */
    public record Entry(Task task, int threads, List<String> implementations, Effort effort) {
        /** {@return the JMH class that does the task} */
        Class<? extends TaskBenchmark> benchmark() {
            return switch (task) {
                case PeakTask _ -> Peak.class;
                case LoadTask _ -> Loads.class;
                case LayerTask _ -> Layers.class;
                case LoweredTask _ -> Lowered.class;
                case RungTask _ -> Rungs.class;
                case GemmTask _ -> Matrices.class;
                case ConvTask _ -> Convolutions.class;
                case NetworkTask network -> switch (network.kind()) {
                    case TRAINING_STEP -> TrainingStep.class;
                    case STEP_CONVOLUTIONS -> StepConvolutions.class;
                    case INFERENCE -> Inference.class;
                    case ATTACK -> Attack.class;
                };
            };
        }

        /** {@return JMH's parameters beside implementation and threads} */
        Map<String, String> parameters() {
            Map<String, String> parameters = new LinkedHashMap<>();
            switch (task) {
                case PeakTask _ -> {}
                case LayerTask layer -> {
                    parameters.put("shape", layer.shape());
                    parameters.put("weights", layer.form().toString());
                    parameters.put("how", layer.how().toString());
                }
                case LoweredTask lowered -> {
                    parameters.put("shape", lowered.shape());
                    parameters.put("file", lowered.file());
                    parameters.put("weights", lowered.form().toString());
                }
                case RungTask rung -> {
                    parameters.put("ladder", rung.task() instanceof GemmTask ? "gemm" : "conv");
                    parameters.put("shape", rung.shape());
                    parameters.put("rung", rung.rung());
                }
                case ConvTask conv -> {
                    parameters.put("shape", conv.shape());
                    parameters.put("direction", conv.direction().toString());
                }
                case GemmTask _, NetworkTask _, LoadTask _ -> parameters.put("shape", task.shape());
            }
            return parameters;
        }
    }

    private final List<Entry> entries = new ArrayList<>();
    private final int[] threads;
    private final boolean quick;

    /**
     * An empty suite.
     *
     * @param threads how many threads to measure with, the least first
     * @param quick   whether to try small sizes shortly
     */
    public Suite(int[] threads, boolean quick) {
        this.threads = threads.clone();
        this.quick = quick;
    }

    /** {@return what is to be measured, in order} */
    public List<Entry> entries() {
        return List.copyOf(entries);
    }

    /** Adds {@code entry}. */
    void add(Entry entry) {
        entries.add(entry);
    }

    /** Keeps what {@code wanted} accepts, and returns this. */
    public Suite only(Predicate<Task> wanted) {
        entries.removeIf(e -> !wanted.test(e.task));
        return this;
    }

    /** Sets the number of forks and returns this. */
    public Suite forks(int forks) {
        entries.replaceAll(e -> new Entry(e.task, e.threads, e.implementations, e.effort.withForks(forks)));
        return this;
    }

    /** Adds matrix products and returns this. */
    public Suite gemm() {
        List<String> shapes = quick ? List.of("64x64x64", "256x256x256", "128x10x64 nt") : GemmTask.SHAPES;
        shapes.stream().map(GemmTask::parse).forEach(t -> add(t, t.flops() >= THREADED_FLOPS, kernel()));
        return this;
    }

    /** Adds products of 1 to 64 columns, of us alone, and returns this. */
    public Suite edges() {
        Effort effort = quick ? Effort.QUICK_KERNEL : Effort.EDGE;
        GemmTask.edges().forEach(s -> entries.add(new Entry(GemmTask.parse(s), 1, List.of(Espalier.NAME), effort)));
        return this;
    }

    /** Adds convolutions, each in three directions, and returns this. */
    public Suite conv() {
        for (ConvLayer layer : ConvLayer.ALL) {
            if (!quick || layer.name().startsWith("resnet20")) {
                for (ConvTask.Direction direction : ConvTask.Direction.values()) {
                    add(new ConvTask(layer, direction, quick ? 1 : CONV_BATCH), false, kernel());
                }
            }
        }
        return this;
    }

    /** Adds training, the convolutions of training, and inference, and returns this. */
    public Suite step() {
        network(NetworkTask.Kind.TRAINING_STEP, quick ? QUICK_BATCH : BATCH);
        network(NetworkTask.Kind.STEP_CONVOLUTIONS, quick ? QUICK_BATCH : BATCH);
        network(NetworkTask.Kind.INFERENCE, quick ? QUICK_BATCH : BATCH);
        network(NetworkTask.Kind.INFERENCE, 1);
        return this;
    }

    /** Adds PGD and returns this. */
    public Suite attack() {
        network(NetworkTask.Kind.ATTACK, quick ? QUICK_BATCH : BATCH);
        return this;
    }

    /** Adds every rung of the ladder for a product and for a convolution, and returns this. */
    public Suite ladder() {
        ladder(GemmTask.parse(quick ? "128x128x128" : "512x512x512"));
        ladder(ConvTask.parse("resnet20/layer2.0.conv2 batch " + (quick ? 2 : QUICK_BATCH), "forward"));
        return this;
    }

    /** Adds layers and networks with weights in every form, and returns this. */
    public Suite compression() {
        CompressionTasks.layers(quick).forEach(t -> add(t, false, quick ? Effort.QUICK_KERNEL : Effort.LAYER));
        CompressionTasks.networks(quick).forEach(t -> add(t, false, quick ? Effort.QUICK_NETWORK : Effort.LOWERED));
        return this;
    }

    /** Adds tasks for us alone on one thread, and returns this. */
    public Suite ours(List<Task> tasks, Effort effort) {
        tasks.forEach(t -> entries.add(new Entry(t, 1, List.of(Espalier.NAME), effort)));
        return this;
    }

    private void ladder(Task task) {
        List<String> ours = List.of(Espalier.NAME);
        for (String rung : Ladder.singleThreaded()) {
            entries.add(new Entry(new RungTask(task, rung), 1, ours, kernel()));
        }
        entries.add(new Entry(new RungTask(task, Ladder.THREADED), threads[threads.length - 1], ours, kernel()));
    }

    private Effort kernel() {
        return quick ? Effort.QUICK_KERNEL : Effort.KERNEL;
    }

    private void network(NetworkTask.Kind kind, int batch) {
        Effort effort = switch (kind) {
            case TRAINING_STEP, STEP_CONVOLUTIONS, ATTACK -> Effort.TRAINING;
            case INFERENCE -> Effort.NETWORK;
        };
        add(new NetworkTask(kind, batch), true, quick ? Effort.QUICK_NETWORK : effort);
    }

    private void add(Task task, boolean threaded, Effort effort) {
        for (int n : threaded ? threads : new int[] {threads[0]}) {
            entries.add(new Entry(task, n, Peers.supporting(task, n), effort));
        }
    }

    /** Adds the multiply-add peak with each number of threads that anything is measured with, in front, and returns this. */
    public Suite peak() {
        Effort effort = quick ? Effort.KERNEL.withForks(1) : Effort.KERNEL;
        entries.addAll(0, entries.stream().map(Entry::threads).distinct().sorted()
                .map(n -> new Entry(new PeakTask(n), n, List.of(Espalier.NAME), effort)).toList());
        return this;
    }
}
