package espalier.engine.parallel;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;

/**
 * The engine's one thread pool: runs independent blocks of work on every core.
 *
 * <p>Results never depend on the number of threads, because callers split work into blocks by the problem's size alone and
 * no two blocks write the same element; sums across blocks are formed afterwards, in block order.
 */
public final class Parallel {
    /**
     * How long a thread that has nothing to do looks for work before it sleeps: to wake it takes longer than a layer of one
     * image.
     */
    private static final long PATIENCE_NANOS = 50_000;
    private static final ThreadLocal<Boolean> INSIDE = ThreadLocal.withInitial(() -> false);
    private static volatile Pool pool = new Pool(Runtime.getRuntime().availableProcessors());

    private Parallel() {}

    private record Pool(int threads, ExecutorService workers) {
        Pool(int threads) {
            this(threads, threads == 1 ? null : new ThreadPoolExecutor(threads - 1, threads - 1, 0, TimeUnit.SECONDS, new Queue(),
                    r -> {
                        Thread t = new Thread(r, "espalier-worker");
                        t.setDaemon(true);
                        return t;
                    }));
        }
    }

    /** What workers take from: they look for more for a while before they sleep. */
    private static final class Queue extends LinkedBlockingQueue<Runnable> {
        @Override
        public Runnable take() throws InterruptedException {
            long end = System.nanoTime() + PATIENCE_NANOS;
            do {
                Runnable next = poll();
                if (next != null) {
                    return next;
                }
                Thread.onSpinWait();
            } while (System.nanoTime() < end);
            return super.take();
        }
    }

    /** {@return the number of threads that share the work, the caller's included} */
    public static int threads() {
        return pool.threads;
    }

    /** Sets the number of threads, the caller's included; at least 1. Not to be called while work is under way. */
    public static synchronized void setThreads(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1, got " + threads);
        }
        if (threads != pool.threads) {
            ExecutorService old = pool.workers;
            pool = new Pool(threads);
            if (old != null) {
                old.shutdown();
            }
        }
    }

    /**
     * Calls {@code block.accept(i)} once for each i in [0, {@code blocks}), in no particular order or thread, and returns
     * when all are done. Called from inside a block it runs serially. The first exception thrown is thrown again here.
     */
    public static void forEach(int blocks, IntConsumer block) {
        Pool p = pool;
        int helpers = Math.min(p.threads, blocks) - 1;
        if (helpers <= 0 || INSIDE.get()) {
            for (int i = 0; i < blocks; i++) {
                block.accept(i);
            }
            return;
        }
        AtomicInteger next = new AtomicInteger();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        CountDownLatch done = new CountDownLatch(helpers);
        for (int h = 0; h < helpers; h++) {
            p.workers.execute(() -> {
                drain(next, blocks, block, failure);
                done.countDown();
            });
        }
        drain(next, blocks, block, failure);
        await(done);
        switch (failure.get()) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable t -> throw new IllegalStateException(t);
        }
    }

    /** A piece of work on the elements [from, to). */
    @FunctionalInterface
    public interface Range {
        void run(int from, int to);
    }

    /**
     * Calls {@code work.run(from, to)} for the consecutive ranges of {@code grain} elements that make up [0, {@code size}),
     * the last one shorter; as {@link #forEach} does, and in this thread where one range is all.
     */
    public static void forRanges(int size, int grain, Range work) {
        if (size <= grain) {
            if (size > 0) {
                work.run(0, size);
            }
            return;
        }
        forEach(Math.ceilDiv(size, grain), i -> work.run(i * grain, Math.min(size - i * grain, grain) + i * grain));
    }

    private static void drain(AtomicInteger next, int blocks, IntConsumer block, AtomicReference<Throwable> failure) {
        INSIDE.set(true);
        try {
            for (int i; failure.get() == null && (i = next.getAndIncrement()) < blocks; ) {
                block.accept(i);
            }
        } catch (Throwable t) {
            failure.compareAndSet(null, t);
        } finally {
            INSIDE.set(false);
        }
    }

    private static void await(CountDownLatch done) {
        boolean interrupted = false;
        for (long end = System.nanoTime() + PATIENCE_NANOS; done.getCount() > 0 && System.nanoTime() < end; ) {
            Thread.onSpinWait();
        }
        while (true) {
            try {
                done.await();
                break;
            } catch (InterruptedException e) {
                // The blocks still write into the caller's arrays: returning early would corrupt them.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
