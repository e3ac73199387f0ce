package espalier.bench.peer;

import espalier.bench.report.Environment;
import espalier.engine.kernel.FmaPeak;
import espalier.engine.kernel.Kernels;
import espalier.engine.kernel.LoadPeak;
import espalier.engine.op.MatrixProduct;
import espalier.engine.parallel.Parallel;
import espalier.engine.tensor.Scratch;

/** We ourselves. The number of threads is that of {@link Parallel}, which whoever measures sets. */
public final class Espalier implements Peer {
    /** Its {@link #name}. */
    public static final String NAME = "espalier";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String about() {
        return "Espalier " + Environment.current().commit() + ", " + Kernels.active().name() + " kernels";
    }

    @Override
    public boolean supports(Task task, int threads) {
        return !(task instanceof RungTask);
    }

    @Override
    public Workload prepare(Task task, int threads) {
        return switch (task) {
            case GemmTask gemm -> new Multiplication(gemm);
            case ConvTask conv -> ConvWorkload.of(conv);
            case NetworkTask network -> NetworkWorkload.of(network);
            case LayerTask layer -> layer.form().quantized() ? new Int8LayerWorkload(layer) : new LayerWorkload(layer);
            case LoweredTask lowered -> new LoweredWorkload(lowered);
            case LoadTask loads -> new Loads(loads);
            case PeakTask peak -> new MultiplyAdds(peak);
            case RungTask rung -> throw new IllegalArgumentException("the ladder has its own code for " + rung);
        };
    }

    /** {@link MatrixProduct}, as the linear layer does it. */
    private static final class Multiplication extends GemmWorkload {
        Multiplication(GemmTask task) {
            super(task);
        }

        @Override
        public void run() {
            MatrixProduct.multiply(task.m(), task.n(), task.k(), 1, a, task.transA() ? 1 : task.k(), task.transA() ? task.m() : 1,
                    b, task.transB() ? 1 : task.n(), task.transB() ? task.k() : 1, 0, c);
        }
    }

    /** {@link LoadPeak} on one thread. */
    private static final class Loads implements Workload {
        private final LoadTask task;
        private final float[] result = new float[1];
        private float[] x;

        Loads(LoadTask task) {
            this.task = task;
        }

        @Override
        public void fresh() {
            // As large as a scratch array at least: such an array begins on the boundary of a cache line.
            x = new float[Math.max(1 << 22, Scratch.FIRST + task.floats())];
        }

        @Override
        public void run() {
            result[0] = LoadPeak.run(x, Scratch.FIRST, task.floats(), task.times());
        }

        @Override
        public float[] result() {
            return result;
        }
    }

    /** {@link FmaPeak} on every thread. */
    private static final class MultiplyAdds implements Workload {
        private final float[] results;

        MultiplyAdds(PeakTask task) {
            results = new float[task.threads()];
        }

        @Override
        public void fresh() {}

        @Override
        public void run() {
            Parallel.forEach(results.length, i -> results[i] = FmaPeak.run(PeakTask.ITERATIONS));
        }

        @Override
        public float[] result() {
            return results;
        }
    }
}
