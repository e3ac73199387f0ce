package espalier.bench.peers;

import dev.ludovic.netlib.blas.JavaBLAS;
import espalier.bench.peer.GemmTask;
import espalier.bench.peer.GemmWorkload;
import espalier.bench.peer.Peer;
import espalier.bench.peer.Task;
import espalier.bench.peer.Workload;

/** The pure-Java BLAS that Apache Spark uses, on vectors where it has them. */
public final class Netlib implements Peer {
    @Override
    public String name() {
        return "netlib";
    }

    @Override
    public String about() {
        return "netlib 3.2.0 (pure Java, on vectors)";
    }

    /** It has one thread. */
    @Override
    public boolean supports(Task task, int threads) {
        return threads == 1 && task instanceof GemmTask;
    }

    @Override
    public Workload prepare(Task task, int threads) {
        return new Multiplication((GemmTask) task);
    }

    private static final class Multiplication extends GemmWorkload {
        private final JavaBLAS blas = JavaBLAS.getInstance();

        Multiplication(GemmTask task) {
            super(task);
        }

        /** Its matrices are column-major: {@code Cᵀ = op(B)ᵀ·op(A)ᵀ}. */
        @Override
        public void run() {
            blas.sgemm(task.transB() ? "T" : "N", task.transA() ? "T" : "N", task.n(), task.m(), task.k(), 1f,
                    b, task.transB() ? task.k() : task.n(), a, task.transA() ? task.m() : task.k(), 0f, c, task.n());
        }
    }
}
