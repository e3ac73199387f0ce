package espalier.bench.peers;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.convolutional.Conv2d;
import espalier.bench.peer.ConvLayer;
import espalier.bench.peer.ConvTask;
import espalier.bench.peer.GemmTask;
import espalier.bench.peer.NetworkTask;
import espalier.bench.peer.Peer;
import espalier.bench.peer.Task;
import espalier.bench.peer.Values;
import espalier.bench.peer.Workload;

/** PyTorch's library, as the Deep Java Library offers it: in layout NCHW, since it does not offer channels-last. */
public final class PyTorch implements Peer {
    static {
        // Else it would look for libraries to download, and report that it was used.
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
    }

    @Override
    public String name() {
        return "pytorch";
    }

    @Override
    public String about() {
        return "PyTorch " + engine().getVersion() + " (DJL " + Engine.getDjlVersion() + ", layout NCHW)";
    }

    private static Engine engine() {
        return Engine.getEngine("PyTorch");
    }

    @Override
    public boolean compiled() {
        return true;
    }

    @Override
    public boolean supports(Task task, int threads) {
        return switch (task) {
            case GemmTask _ -> true;
            case ConvTask conv -> conv.direction() == ConvTask.Direction.FORWARD;
            case NetworkTask network -> network.kind() != NetworkTask.Kind.STEP_CONVOLUTIONS;
            default -> false;
        };
    }

    @Override
    public Workload prepare(Task task, int threads) {
        System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        engine();
        return switch (task) {
            case GemmTask gemm -> new Multiplication(gemm);
            case ConvTask conv -> new Forward(conv);
            case NetworkTask network -> TorchNetwork.of(network);
            default -> throw new IllegalArgumentException("pytorch: " + task);
        };
    }

    /** Work on arrays that are made anew for each iteration, with one result. */
    abstract static class OnArrays implements Workload {
        NDManager manager;
        private NDArray result;

        /** Makes the inputs within {@link #manager}. */
        abstract void allocate();

        /** {@return the result, from inputs that are attached to {@code scope} meanwhile} */
        abstract NDArray compute(NDManager scope);

        @Override
        public final void fresh() {
            close();
            manager = NDManager.newBaseManager(engine().defaultDevice(), engine().getEngineName());
            allocate();
        }

        @Override
        public final void run() {
            try (NDManager scope = manager.newSubManager()) {
                NDArray y = compute(scope);
                y.attach(manager);
                if (result != null) {
                    result.close();
                }
                result = y;
            }
        }

        @Override
        public float[] result() {
            return result.toFloatArray();
        }

        @Override
        public final void close() {
            if (manager != null) {
                manager.close();
                result = null;
            }
        }
    }

    private static final class Multiplication extends OnArrays {
        private final GemmTask task;
        private NDArray a;
        private NDArray b;

        Multiplication(GemmTask task) {
            this.task = task;
        }

        @Override
        void allocate() {
            a = manager.create(task.a(), task.transA() ? new Shape(task.k(), task.m()) : new Shape(task.m(), task.k()));
            b = manager.create(task.b(), task.transB() ? new Shape(task.n(), task.k()) : new Shape(task.k(), task.n()));
        }

        @Override
        NDArray compute(NDManager scope) {
            a.tempAttach(scope);
            b.tempAttach(scope);
            return (task.transA() ? a.transpose() : a).matMul(task.transB() ? b.transpose() : b);
        }
    }

    private static final class Forward extends OnArrays {
        private final ConvTask task;
        private NDArray x;
        private NDArray weight;

        Forward(ConvTask task) {
            this.task = task;
        }

        @Override
        void allocate() {
            x = random(task.layer().input(task.batch()), 1);
            weight = random(task.layer().weight(), 2);
        }

        private NDArray random(espalier.engine.tensor.Shape shape, long seed) {
            return manager.create(Values.uniform(shape.size(), -1, 1, seed), TorchNetwork.shape(shape));
        }

        @Override
        NDArray compute(NDManager scope) {
            ConvLayer l = task.layer();
            x.tempAttach(scope);
            return Conv2d.conv2d(x, weight, null, new Shape(l.stride(), l.stride()), new Shape(l.padding(), l.padding()),
                    new Shape(1, 1), l.groups()).singletonOrThrow();
        }
    }
}
