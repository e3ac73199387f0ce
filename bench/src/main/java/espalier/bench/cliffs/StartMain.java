package espalier.bench.cliffs;

import com.sun.management.ThreadMXBean;
import espalier.bench.measure.Statistics;
import espalier.bench.report.Json;
import espalier.engine.UserError;
import espalier.engine.WarmUp;
import espalier.engine.parallel.Parallel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * One start of the JVM: measures the kernels whose names it reads from stdin, a line each, and answers each with a line of JSON,
 * until stdin ends, as it does when who asks is dead. An empty line gives memory back, and has an empty answer.
 */
public final class StartMain {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int ALLOCATION_ROUNDS = 3;
    /** After the first pass: the data are new, the code is not. */
    private static final long AGAIN_MILLIS = 60;
    /** How long we wait for the compiler to see to a kernel that still allocates; one that does so ever after is a cliff. */
    private static final long PATIENCE_NANOS = 4_000_000_000L;

    private final Map<String, HotKernel> kernels =
            HotKernels.all().stream().collect(Collectors.toMap(HotKernel::name, Function.identity()));
    private final Set<String> known = new HashSet<>();
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

    /** Takes milliseconds to warm up, milliseconds of a batch, and how many batches. */
    public static void main(String[] args) throws IOException {
        Parallel.setThreads(1);
        StartMain start = new StartMain(Long.parseLong(args[0]), Long.parseLong(args[1]), Integer.parseInt(args[2]));
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String request; (request = requests.readLine()) != null; ) {
            System.out.println(request.isEmpty() ? rest() : Json.MAPPER.writeValueAsString(start.measure(request)));
        }
    }

    /** Collects before it answers: once it has, it is another start's turn to measure. */
    private static String rest() {
        System.gc();
        return "";
    }

    private Start measure(String name) {
        HotKernel kernel = kernels.get(name);
        if (kernel == null) {
            throw new UserError("no kernel is called '" + name + "'");
        }
        Runnable work = kernel.prepare().get();
        int calls = (known.add(name) ? first : again).inThread(work);
        double[] wall = new double[batches];
        double[] cpu = new double[batches];
        for (int b = 0; b < batches; b++) {
            long cpuStart = THREADS.getCurrentThreadCpuTime();
            long start = System.nanoTime();
            repeat(work, calls);
            wall[b] = (double) (System.nanoTime() - start) / calls;
            cpu[b] = (double) (THREADS.getCurrentThreadCpuTime() - cpuStart) / calls;
        }
        return new Start(name, 1, Statistics.median(wall), Statistics.median(cpu), allocated(work, calls));
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
