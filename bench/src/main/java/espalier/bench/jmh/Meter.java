package espalier.bench.jmh;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** What is measured besides time. */
public final class Meter {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int ALLOCATION_ROUNDS = 3;
    private static final long ALLOCATION_NANOS = 1_000_000;

    private Meter() {}

    /** {@return the bytes that all threads together allocate in one call of {@code work}: the least of a few rounds} */
    public static double bytesAllocated(Runnable work) {
        long start = System.nanoTime();
        work.run();
        int calls = (int) Math.clamp(ALLOCATION_NANOS / Math.max(1, System.nanoTime() - start), 1, 1000);
        long least = Long.MAX_VALUE;
        for (int i = 0; i < ALLOCATION_ROUNDS; i++) {
            long before = THREADS.getTotalThreadAllocatedBytes();
            for (int c = 0; c < calls; c++) {
                work.run();
            }
            least = Math.min(least, THREADS.getTotalThreadAllocatedBytes() - before);
        }
        return (double) least / calls;
    }

    /** {@return the most memory that this process has occupied so far, all of it, in bytes; 0 where the system does not tell} */
    public static long peakMemory() {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(l -> l.startsWith("VmHWM:"))
                    .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")) << 10).findFirst().orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }
}
