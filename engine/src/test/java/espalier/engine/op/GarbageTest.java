package espalier.engine.op;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import espalier.engine.autograd.Tape;
import espalier.engine.parallel.Parallel;
import espalier.engine.tensor.Workspace;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** Steps of training work in the memory of the steps before. */
class GarbageTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    /** One activation of 12·16·32·32 floats alone is 768 KiB. */
    private static final long LIMIT_BYTES = 100_000;
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    @Test
    void stepsReuseTheirMemory() {
        int threads = Parallel.threads();
        Parallel.setThreads(1);
        try {
            SmallNet net = new SmallNet();
            long deadline = THREADS.getCurrentThreadCpuTime() + PATIENCE_NANOS;
            long bytes;
            // Until the vector code is compiled, every vector is an object.
            do {
                bytes = allocatedBy(net);
            } while (bytes > LIMIT_BYTES && THREADS.getCurrentThreadCpuTime() < deadline);
            assertThat(bytes).isLessThanOrEqualTo(LIMIT_BYTES);
        } finally {
            Parallel.setThreads(threads);
        }
    }

    private static long allocatedBy(SmallNet net) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try (Workspace w = Workspace.open()) {
            Tape.record(net.watched, net::loss);
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }
}
