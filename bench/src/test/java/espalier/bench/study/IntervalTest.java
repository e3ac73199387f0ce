package espalier.bench.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.BitSet;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class IntervalTest {
    private static Images images(int of, IntPredicate which) {
        BitSet set = new BitSet();
        IntStream.range(0, of).filter(which).forEach(set::set);
        return new Images(set);
    }

    @Test
    void overImagesItIsTheBinomialInterval() {
        Interval i = Interval.of(List.of(images(400, n -> n % 4 == 0)), null, 400);

        assertThat(i.mean()).isEqualTo(0.25);
        assertThat(i.std()).isNaN();
        double normal = 1.96 * Math.sqrt(0.25 * 0.75 / 400);
        assertThat(i.low()).isCloseTo(0.25 - normal, within(0.008));
        assertThat(i.high()).isCloseTo(0.25 + normal, within(0.008));
    }

    @Test
    void seedsThatDifferWidenIt() {
        Images few = images(400, n -> n % 4 == 0);
        Images many = images(400, n -> n % 4 != 0);
        Interval both = Interval.of(List.of(few, many), null, 400);

        assertThat(both.mean()).isEqualTo(0.5);
        assertThat(both.std()).isCloseTo(0.5 / Math.sqrt(2), within(1e-9));
        assertThat(both.low()).isLessThan(0.27);
        assertThat(both.high()).isGreaterThan(0.73);
        Interval same = Interval.of(List.of(few, few), null, 400);
        assertThat(same.std()).isZero();
        assertThat(same.high() - same.low()).isLessThan(0.1);
    }

    @Test
    void aRateIsAShareOfThoseThatCount() {
        Interval i = Interval.of(List.of(images(300, n -> n < 50 || n >= 200)), List.of(images(300, n -> n < 200)), 300);

        assertThat(i.mean()).isEqualTo(50 / 200.0);
        assertThat(i.low()).isBetween(0.17, 0.23);
        assertThat(Interval.of(List.of(images(10, _ -> true)), List.of(images(10, _ -> false)), 10).mean()).isZero();
        assertThat(i.times(0.5).high()).isEqualTo(i.high() / 2);
    }

    @Test
    void imagesSurviveJson() {
        Images some = images(77, n -> n % 3 == 1);

        assertThat(Images.of(some.base64())).isEqualTo(some);
        assertThat(Images.of(images(9, _ -> false).base64()).count()).isZero();
        assertThat(some.without(images(77, n -> n < 40)).count()).isEqualTo(some.count() - 13);
    }
}
