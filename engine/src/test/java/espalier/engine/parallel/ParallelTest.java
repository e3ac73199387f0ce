package espalier.engine.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class ParallelTest {
    private final int before = Parallel.threads();

    @AfterEach
    void restore() {
        Parallel.setThreads(before);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void everyBlockRunsOnce(int threads) {
        Parallel.setThreads(threads);
        assertThat(Parallel.threads()).isEqualTo(threads);
        for (int blocks : new int[] {0, 1, 2, 3, 1000}) {
            var runs = new AtomicIntegerArray(blocks);
            Parallel.forEach(blocks, runs::incrementAndGet);
            for (int i = 0; i < blocks; i++) {
                assertThat(runs.get(i)).isEqualTo(1);
            }
        }
    }

    @Test
    void blocksRunAtTheSameTime() {
        Parallel.setThreads(3);
        var barrier = new CyclicBarrier(3);
        var threads = ConcurrentHashMap.<Thread>newKeySet();
        Parallel.forEach(3, i -> {
            try {
                barrier.await(20, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            threads.add(Thread.currentThread());
        });
        assertThat(threads).hasSize(3).contains(Thread.currentThread());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void theFirstExceptionComesOutAndThePoolLivesOn(int threads) {
        Parallel.setThreads(threads);
        assertThatThrownBy(() -> Parallel.forEach(100, i -> {
            if (i == 7) {
                throw new IllegalArgumentException("block 7");
            }
        })).isInstanceOf(IllegalArgumentException.class).hasMessage("block 7");
        assertThatThrownBy(() -> Parallel.forEach(100, i -> {
            throw new OutOfMemoryError("block " + i);
        })).isInstanceOf(OutOfMemoryError.class);
        everyBlockRunsOnce(threads);
    }

    @Test
    void nestedCallsRunInTheirBlocksThread() {
        Parallel.setThreads(3);
        var total = new AtomicInteger();
        Parallel.forEach(8, i -> {
            Thread outer = Thread.currentThread();
            Parallel.forEach(5, j -> {
                assertThat(Thread.currentThread()).isSameAs(outer);
                total.incrementAndGet();
            });
        });
        assertThat(total).hasValue(40);
        var threads = ConcurrentHashMap.<Thread>newKeySet();
        var barrier = new CyclicBarrier(3);
        Parallel.forEach(3, i -> {
            threads.add(Thread.currentThread());
            try {
                barrier.await(20, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(threads).as("afterwards work is shared again").hasSize(3);
    }

    @Test
    void twoCallersAtOnce() throws InterruptedException {
        Parallel.setThreads(2);
        var sums = new int[2];
        var callers = new ArrayList<Thread>();
        for (int c = 0; c < 2; c++) {
            int caller = c;
            callers.add(Thread.ofPlatform().start(() -> {
                for (int round = 0; round < 200; round++) {
                    var sum = new AtomicInteger();
                    Parallel.forEach(10, sum::addAndGet);
                    sums[caller] += sum.get();
                }
            }));
        }
        for (Thread t : callers) {
            t.join();
        }
        assertThat(sums).containsExactly(9000, 9000);
    }

    @Test
    void anInterruptDoesNotCutWorkShort() {
        Parallel.setThreads(2);
        var done = new AtomicInteger();
        Thread.currentThread().interrupt();
        Parallel.forEach(50, i -> done.incrementAndGet());
        assertThat(Thread.interrupted()).isTrue();
        assertThat(done).hasValue(50);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void rangesMakeUpTheWhole(int threads) {
        Parallel.setThreads(threads);
        for (int size : new int[] {0, 1, 9, 10, 11, 30, 31, 999}) {
            List<int[]> ranges = Collections.synchronizedList(new ArrayList<>());
            Parallel.forRanges(size, 10, (from, to) -> ranges.add(new int[] {from, to}));
            ranges.sort((a, b) -> Integer.compare(a[0], b[0]));
            int at = 0;
            for (int[] r : ranges) {
                assertThat(r[0]).isEqualTo(at).isLessThan(r[1]);
                assertThat(r[1] - r[0]).isEqualTo(Math.min(10, size - at));
                at = r[1];
            }
            assertThat(at).isEqualTo(size);
        }
        assertThat(ranges(Integer.MAX_VALUE - 8, 1 << 28)).isEqualTo(Integer.MAX_VALUE - 8);
    }

    private static int ranges(int size, int grain) {
        var last = new AtomicInteger();
        Parallel.forRanges(size, grain, (from, to) -> last.accumulateAndGet(to, Math::max));
        return last.get();
    }

    @Test
    void refusesNoThreads() {
        assertThatThrownBy(() -> Parallel.setThreads(0)).hasMessageContaining("0");
    }
}
