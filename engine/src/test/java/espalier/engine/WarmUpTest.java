package espalier.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** Work of which the test decides how long a call takes and what it allocates. */
class WarmUpTest {
    private static final long FOR_EVER = Long.MAX_VALUE;
    private long now = 1000;
    private long allocated;
    private int calls;

    private interface Cost {
        long of(int call);
    }

    /** {@return what the last call took} */
    private long last(WarmUp w, Cost nanos, Cost bytes) {
        long[] last = new long[1];
        w.run(() -> {
            last[0] = nanos.of(calls);
            now += last[0];
            allocated += bytes.of(calls);
            calls++;
        }, () -> now, () -> allocated);
        return last[0];
    }

    /** 1000 calls in the interpreter, 1000 compiled in haste, then the real thing. */
    private static long compiled(int call) {
        return call < 1000 ? 100 : call < 2000 ? 50 : 5;
    }

    @Test
    void goesOnForAsLongAsItGetsFaster() {
        assertThat(last(new WarmUp(1000, 0, 120_000, 0, FOR_EVER), WarmUpTest::compiled, _ -> 0)).isEqualTo(5);
        assertThat(now - 1000).isBetween(150_000L + 120_000, 150_000L + 125_000);
    }

    @Test
    void standsStillTooSoonWithoutPatience() {
        assertThat(last(new WarmUp(1000, 0, 20_000, 0, FOR_EVER), WarmUpTest::compiled, _ -> 0)).isEqualTo(100);
    }

    @Test
    void runsAtLeastSoLong() {
        assertThat(last(new WarmUp(1000, 200_000, 20_000, 0, FOR_EVER), WarmUpTest::compiled, _ -> 0)).isEqualTo(5);
    }

    @Test
    void aLittleFasterIsNotFaster() {
        last(new WarmUp(100, 0, 10_000, 0, FOR_EVER), call -> Math.max(91, 100 - call / 10), _ -> 0);
        assertThat(now - 1000).isBetween(10_000L, 10_300L);
    }

    @Test
    void endsInAnyCase() {
        last(new WarmUp(100, 0, 10_000, 0, 50_000), call -> Math.max(1, 1_000_000 >> call), _ -> 0);
        assertThat(calls).isEqualTo(1);
        calls = 0;
        now = 0;
        last(new WarmUp(100, 40_000, 80_000, 90_000, 30_000), _ -> 100, _ -> 1 << 20);
        assertThat(now).isBetween(30_000L, 30_200L);
    }

    @Test
    void waitsForVectorsToStopBeingObjects() {
        WarmUp w = new WarmUp(100, 0, 5_000, 40_000, FOR_EVER);
        last(w, _ -> 100, call -> call < 200 ? WarmUp.BOXES + 1 : WarmUp.BOXES);
        assertThat(now - 1000).isBetween(20_000L, 20_300L);
        now = 0;
        last(w, _ -> 100, _ -> 1 << 20);
        assertThat(now).isBetween(40_000L, 40_200L);
    }

    @Test
    void roundsHaveAsManyCallsAsTheyTakeTime() {
        assertThat(new WarmUp(1000, 0, 50_000, 0, FOR_EVER).run(() -> now += 20, () -> now, () -> 0)).isEqualTo(50);
        assertThat(new WarmUp(10, 0, 500, 0, FOR_EVER).run(() -> now += 20, () -> now, () -> 0)).isEqualTo(1);
    }

    private static final WarmUp UNTIL_IT_DOES_NOT_ALLOCATE = new WarmUp(1, 0, 1, FOR_EVER, FOR_EVER);
    private volatile byte[] kept;

    /** Allocates in the first 50 calls. */
    private void allocate() {
        if (calls++ < 50) {
            kept = new byte[1 << 20];
        }
    }

    @Test
    void seesWhatThisThreadAllocates() {
        UNTIL_IT_DOES_NOT_ALLOCATE.inThread(this::allocate);
        assertThat(calls).isGreaterThan(50);
    }

    @Test
    void seesWhatOthersAllocate() {
        try (ExecutorService other = Executors.newSingleThreadExecutor()) {
            UNTIL_IT_DOES_NOT_ALLOCATE.byClock(() -> CompletableFuture.runAsync(this::allocate, other).join());
        }
        assertThat(calls).isGreaterThan(50);
    }
}
