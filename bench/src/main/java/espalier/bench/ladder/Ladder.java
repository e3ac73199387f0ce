package espalier.bench.ladder;

import espalier.bench.peer.ConvLayer;
import espalier.bench.peer.ConvTask;
import espalier.bench.peer.GemmTask;
import espalier.bench.peer.RungTask;
import espalier.bench.peer.Values;
import espalier.bench.peer.Workload;
import espalier.engine.kernel.ConvShape;
import espalier.engine.kernel.ladder.ConvLadder;
import espalier.engine.kernel.ladder.GemmLadder;
import espalier.engine.kernel.ladder.Rung;
import espalier.engine.parallel.Parallel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The rungs of the kernels' ladder, and threads on top. */
public final class Ladder {
    /** The rung on several threads. */
    public static final String THREADED = "threaded";
    /** The lowest rung. */
    public static final String NAIVE = "naive";

    private static final String THREADED_IDEA = "blocks of rows, or images, on all processors";
    private static final int ROWS = 64;

    private Ladder() {}

    /** {@return the rungs of one thread, the slowest first; they are those of products and convolutions alike} */
    public static List<String> singleThreaded() {
        return GemmLadder.rungs().stream().map(Rung::name).toList();
    }

    /** {@return what the rung adds to the one below} */
    public static String idea(RungTask task) {
        Stream<? extends Rung<?>> rungs =
                task.task() instanceof GemmTask ? GemmLadder.rungs().stream() : ConvLadder.rungs().stream();
        return task.rung().equals(THREADED) ? THREADED_IDEA
                : rungs.filter(r -> r.name().equals(task.rung())).map(Rung::idea).findFirst().orElseThrow();
    }

    /** {@return the task made ready} */
    public static Workload prepare(RungTask task) {
        return switch (task.task()) {
            case GemmTask t -> new Products(t, task.rung());
            case ConvTask t -> new Layers(t, task.rung());
            default -> throw new IllegalArgumentException("ladder: " + task);
        };
    }

    private static <T> T find(List<Rung<T>> rungs, String name) {
        String below = name.equals(THREADED) ? rungs.getLast().name() : name;
        return rungs.stream().filter(r -> r.name().equals(below)).findFirst().orElseThrow().code();
    }

    private static final class Products implements Workload {
        private final GemmTask task;
        private final boolean threaded;
        private final GemmLadder.Product code;
        private final List<float[]> rows = new ArrayList<>();
        private final List<float[]> results = new ArrayList<>();
        private float[] b;

        Products(GemmTask task, String rung) {
            this.task = task;
            threaded = rung.equals(THREADED);
            code = find(GemmLadder.rungs(), rung);
        }

        /** A and C in blocks of rows of their own, as threads need them; else in one. */
        @Override
        public void fresh() {
            float[] a = task.a();
            b = task.b();
            rows.clear();
            results.clear();
            int block = threaded ? ROWS : task.m();
            for (int i = 0; i < task.m(); i += block) {
                int m = Math.min(block, task.m() - i);
                rows.add(Arrays.copyOfRange(a, i * task.k(), (i + m) * task.k()));
                results.add(new float[m * task.n()]);
            }
        }

        @Override
        public void run() {
            Parallel.forEach(rows.size(), i -> code.multiply(rows.get(i).length / task.k(), task.n(), task.k(),
                    rows.get(i), b, results.get(i)));
        }

        @Override
        public float[] result() {
            float[] c = new float[task.m() * task.n()];
            int at = 0;
            for (float[] r : results) {
                System.arraycopy(r, 0, c, at, r.length);
                at += r.length;
            }
            return c;
        }
    }

    private static final class Layers implements Workload {
        private final ConvTask task;
        private final ConvShape shape;
        private final boolean threaded;
        private final ConvLadder.Layer code;
        private float[] x;
        private float[] weight;
        private float[] y;

        Layers(ConvTask task, String rung) {
            this.task = task;
            threaded = rung.equals(THREADED);
            code = find(ConvLadder.rungs(), rung);
            ConvLayer l = task.layer();
            shape = new ConvShape(l.in(), l.size(), l.size(), l.out(), l.kernel(), l.kernel(), l.stride(), l.padding(), 1);
        }

        @Override
        public void fresh() {
            x = Values.uniform(task.layer().input(task.batch()).size(), -1, 1, 1);
            weight = Values.uniform(task.layer().weight().size(), -1, 1, 2);
            y = new float[task.layer().output(task.batch()).size()];
        }

        @Override
        public void run() {
            if (threaded) {
                Parallel.forEach(task.batch(), i -> code.apply(shape, i, i + 1, x, weight, y));
            } else {
                code.apply(shape, 0, task.batch(), x, weight, y);
            }
        }

        @Override
        public float[] result() {
            return y;
        }
    }
}
