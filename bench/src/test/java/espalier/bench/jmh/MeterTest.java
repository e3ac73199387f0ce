package espalier.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import espalier.engine.kernel.FmaPeak;
import espalier.engine.kernel.Kernels;
import org.junit.jupiter.api.Test;

class MeterTest {
    private static volatile Object sink;

    @Test
    void allMultiplyAddsOfThePeakAreDone() {
        // Each chain halves and adds 1: it tends to 2, from 0 to 15.
        float scale = Kernels.active().lanes();
        assertThat(FmaPeak.run(0) / scale).isBetween(56f, 120f);
        assertThat(FmaPeak.run(100)).isEqualTo(16 * 2 * scale);
    }

    @Test
    void allocationIsCountedToTheArray() {
        assertThat(Meter.bytesAllocated(() -> sink = new float[1000])).isBetween(4000.0, 4200.0);
        assertThat(Meter.bytesAllocated(() -> sink = null)).isLessThan(1);
    }

    @Test
    void memoryIsThatOfAWholeProcess() {
        assertThat(Meter.peakMemory()).isGreaterThan(Runtime.getRuntime().totalMemory() / 100);
    }
}
