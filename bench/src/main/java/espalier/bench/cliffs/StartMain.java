package espalier.bench.cliffs;

import com.sun.management.ThreadMXBean;
import espalier.bench.measure.Statistics;
import espalier.bench.report.Json;
import espalier.engine.WarmUp;
import espalier.engine.parallel.Parallel;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;

/**
 * Measures all kernels in this JVM, some passes one after the other, and prints a line of JSON for each. Compiled code stays what
 * it is from pass to pass; what disturbs the machine does not: in one pass alone, a loop of additions took 1.9 to 4.4 µs.
 */
public final class StartMain {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    static final int PASSES = 3;
    private static final int ALLOCATION_ROUNDS = 3;
    /** After the first pass: the data are new, the code is not. */
    private static final long AGAIN_MILLIS = 60;
    /** How long we wait for the compiler to see to a kernel that still allocates; one that does so ever after is a cliff. */
    private static final long PATIENCE_NANOS = 4_000_000_000L;

    private final WarmUp first;
    private final WarmUp again;
    private final int batches;

    private StartMain(long warmupMillis, long batchMillis, int batches) {
        first = warmUp(batchMillis, warmupMillis);
        again = warmUp(batchMillis, AGAIN_MILLIS);
        this.batches = batches;
    }

    private static WarmUp warmUp(long roundMillis, long settledMillis) {
        return new WarmUp(roundMillis * 1_000_000, 0, settledMillis * 1_000_000, PATIENCE_NANOS, Long.MAX_VALUE);
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
        for (int pass = 0; pass < PASSES; pass++) {
            for (HotKernel k : kernels) {
                System.out.println(Json.MAPPER.writeValueAsString(start.measure(k, pass == 0 ? start.first : start.again)));
            }
        }
    }

    private Start measure(HotKernel kernel, WarmUp warmUp) {
        Runnable work = kernel.prepare().get();
        int calls = warmUp.inThread(work);
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
