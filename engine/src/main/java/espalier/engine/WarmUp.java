package espalier.engine;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.LongSupplier;

/**
 * Runs work until it no longer gets faster. Java interprets code at first and compiles what turns out to be hot, in several
 * goes and beside the program: a measurement that starts earlier is one of the interpreter.
 *
 * @param round nanoseconds of a round of calls, whose mean counts
 * @param least nanoseconds to run at least
 * @param settled nanoseconds after the last round that took less than 0.9 of the best one's time, when it is warm
 * @param boxed nanoseconds to go on for as long as a call allocates more than {@link #BOXES} bytes: vectors are objects until
 *         their code is compiled, and code in the compiler's queue can stand still for longer than fast code takes to settle
 * @param most nanoseconds after which it ends in any case
 */
public record WarmUp(long round, long least, long settled, long boxed, long most) {
    /** Bytes allocated by a call above which its vectors still are objects. */
    public static final long BOXES = 4096;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final double FASTER = 0.9;
    private static final int MOST_CALLS = 1 << 20;

    /**
     * Warms up what runs in the calling thread alone, by its own time: the compiler, which works beside it, then had about as
     * much of a busy machine.
     *
     * @return how many calls make a round
     */
    public int inThread(Runnable work) {
        return run(work, THREADS::getCurrentThreadCpuTime, THREADS::getCurrentThreadAllocatedBytes);
    }

    /**
     * Warms up what runs in several threads, by the clock; what any thread allocates is taken to be its doing.
     *
     * @return how many calls make a round
     */
    public int byClock(Runnable work) {
        return run(work, System::nanoTime, THREADS::getTotalThreadAllocatedBytes);
    }

    /** {@link #inThread} by another clock and another count of allocated bytes. */
    int run(Runnable work, LongSupplier clock, LongSupplier allocated) {
        int calls = 1;
        double best = Double.POSITIVE_INFINITY;
        long start = clock.getAsLong();
        long now = start;
        long improved = start;
        long bytes = 0;
        while (now - start < most
                && (now - start < least || now - improved < settled || bytes > BOXES && now - start < boxed)) {
            long bytesBefore = allocated.getAsLong();
            long before = clock.getAsLong();
            for (int i = 0; i < calls; i++) {
                work.run();
            }
            now = clock.getAsLong();
            bytes = (allocated.getAsLong() - bytesBefore) / calls;
            double each = (double) (now - before) / calls;
            if (each < FASTER * best) {
                best = each;
                improved = now;
            }
            calls = (int) Math.clamp(round / Math.max(best, 1), 1, MOST_CALLS);
        }
        return calls;
    }
}
