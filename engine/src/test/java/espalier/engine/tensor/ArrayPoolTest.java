package espalier.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ArrayPoolTest {
    @Test
    void handsOutWhatWasGivenBackAndNothingTwice() {
        float[] a = ArrayPool.take(20_011);
        float[] b = ArrayPool.take(20_011);
        assertThat(a).hasSize(20_011).isNotSameAs(b);
        long idle = ArrayPool.idleBytes();
        ArrayPool.give(a);
        ArrayPool.give(b);
        assertThat(ArrayPool.idleBytes()).isEqualTo(idle + 8L * 20_011);
        Set<float[]> taken = Collections.newSetFromMap(new IdentityHashMap<>());
        taken.add(ArrayPool.take(20_011));
        taken.add(ArrayPool.take(20_011));
        assertThat(taken).hasSize(2).allMatch(x -> x == a || x == b);
        assertThat(ArrayPool.idleBytes()).isEqualTo(idle);
        assertThat(ArrayPool.take(20_011)).isNotSameAs(a).isNotSameAs(b);
    }

    @Test
    void lengthsAreExact() {
        ArrayPool.give(new float[20_021]);
        assertThat(ArrayPool.take(20_022)).hasSize(20_022);
        assertThat(ArrayPool.take(20_021)).hasSize(20_021);
        ArrayPool.give(ArrayPool.take(0));
        assertThat(ArrayPool.take(0)).isEmpty();
    }

    @Test
    void idleArraysNeverExceedAThirdOfTheHeap() {
        long limit = Runtime.getRuntime().maxMemory() / 3;
        int length = 16 << 20;
        for (long given = 0; given < limit + 3 * 4L * length; given += 4L * length) {
            ArrayPool.give(new float[length++]);
            assertThat(ArrayPool.idleBytes()).isLessThanOrEqualTo(limit);
        }
        float[] last = ArrayPool.take(length - 1);
        assertThat(last).as("what was asked for last stays").hasSize(length - 1);
        for (int n = 16 << 20; n < length; n++) {
            ArrayPool.take(n);
        }
    }
}
