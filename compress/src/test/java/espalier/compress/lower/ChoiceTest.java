package espalier.compress.lower;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What compiled code takes decides, not what the interpreter takes. */
class ChoiceTest {
    private static final int COLD = 8;
    private static final long LONG = 20_000_000;

    /** Work whose first calls are slow, for longer than all measured rounds together take. */
    private static Runnable work(long nanosWhenWarm) {
        int[] calls = new int[1];
        return () -> {
            long end = System.nanoTime() + (calls[0]++ < COLD ? LONG : nanosWhenWarm);
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
        };
    }

    @Test
    void isMeasuredWarm() {
        Choices.Times t = Choice.measure(work(20_000), work(10_000));
        assertThat(t.dense()).isBetween(20_000L, LONG / 2);
        assertThat(t.sparse()).isBetween(10_000L, LONG / 2);
        assertThat(t.sparse()).isLessThan(t.dense());
    }
}
