package espalier.bench.cliffs;

import com.sun.management.ThreadMXBean;
import espalier.bench.measure.Statistics;
import espalier.bench.report.Json;
import espalier.engine.parallel.Parallel;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;

/** Measures all kernels once, in this JVM, and prints a line of JSON for each. */
public final class StartMain {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int ALLOCATION_ROUNDS = 3;
    /** Bytes in a call from which on vectors are still objects, and how long we wait for the compiler to see to it. */
    private static final long BOXES = 4096;
    private static final long PATIENCE_NANOS = 4_000_000_000L;

    private final long warmupNanos;
    private final long batchNanos;
    private final int batches;

    private StartMain(long warmupMillis, long batchMillis, int batches) {
        warmupNanos = warmupMillis * 1_000_000;
        batchNanos = batchMillis * 1_000_000;
        this.batches = batches;
    }

    /**
     * Takes a regular expression for the kernels' names; the seed of their order, which is another in each start, since what
     * was compiled before decides what is inlined; milliseconds to warm up, milliseconds of a batch, and how many batches.
     */
    public static void main(String[] args) {
        Parallel.setThreads(1);
        Pattern only = Pattern.compile(args[0]);
        List<HotKernel> kernels = new ArrayList<>(HotKernels.all());
        kernels.removeIf(k -> !only.matcher(k.name()).find());
        Collections.shuffle(kernels, new Random(Long.parseLong(args[1])));
        StartMain start = new StartMain(Long.parseLong(args[2]), Long.parseLong(args[3]), Integer.parseInt(args[4]));
        for (HotKernel k : kernels) {
            System.out.println(Json.MAPPER.writeValueAsString(start.measure(k)));
        }
    }

    private Start measure(HotKernel kernel) {
        Runnable work = kernel.prepare().get();
        int calls = warmUp(work);
        double[] wall = new double[batches];
        double[] cpu = new double[batches];
        for (int b = 0; b < batches; b++) {
            long cpuStart = THREADS.getCurrentThreadCpuTime();
            long start = System.nanoTime();
            repeat(work, calls);
            wall[b] = (double) (System.nanoTime() - start) / calls;
            cpu[b] = (double) (THREADS.getCurrentThreadCpuTime() - cpuStart) / calls;
        }
        return new Start(kernel.name(), Statistics.median(wall), Statistics.median(cpu), allocated(work, calls));
    }

    /**
     * Runs it until it does not get faster any more, and returns how many calls make a batch. While it allocates it is not
     * compiled yet, or a cliff: code in the compiler's queue can stand still for longer than fast code takes to settle.
     */
    private int warmUp(Runnable work) {
        int calls = 1;
        double best = Double.POSITIVE_INFINITY;
        // In the thread's own time: the compiler, which works beside us, then had about as much of a busy machine as we.
        long before = THREADS.getCurrentThreadCpuTime();
        long start = before;
        long improved = before;
        long bytes = 0;
        while (before - improved < warmupNanos || bytes > BOXES && before - start < PATIENCE_NANOS) {
            bytes = THREADS.getCurrentThreadAllocatedBytes();
            repeat(work, calls);
            bytes = (THREADS.getCurrentThreadAllocatedBytes() - bytes) / calls;
            long now = THREADS.getCurrentThreadCpuTime();
            double each = (double) (now - before) / calls;
            if (each < 0.9 * best) {
                best = each;
                improved = now;
            }
            calls = (int) Math.clamp(batchNanos / Math.max(best, 1), 1, 1 << 20);
            before = now;
        }
        return calls;
    }

    private static void repeat(Runnable work, int calls) {
        for (int i = 0; i < calls; i++) {
            work.run();
        }
    }

    private static double allocated(Runnable work, int calls) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < ALLOCATION_ROUNDS; i++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            repeat(work, calls);
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        return (double) least / calls;
    }
}
