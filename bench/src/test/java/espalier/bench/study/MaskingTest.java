package espalier.bench.study;

import static org.assertj.core.api.Assertions.assertThat;

import espalier.attacks.Norm;
import espalier.attacks.ThreatModel;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MaskingTest {
    private static final Cell CELL = Plan.of(StudyFile.parse("m", "strategies: [random]\ncompressions: [2]\n", Map.of()))
            .cells().getLast();
    private static final int IMAGES = 100;

    private static Images first(int n) {
        BitSet set = new BitSet();
        set.set(0, n);
        return new Images(set);
    }

    /** A result of a pruned network that is right about the first so many of a hundred images. */
    private static Result result(double epsilon, int steps, int attacked, int transfer, int noise, int useless) {
        return new Result("d", "digits", "lenet", "random", 2, null, null, false, 1, 0.9, 1, IMAGES, attacked / 100.0,
                transfer / 100.0, null, null, null, null, noise / 100.0, useless / 100.0, 0.9, IMAGES, 1, 1, 1, 1,
                ThreatModel.pgd(Norm.LINF, epsilon, epsilon / 4, steps), "dense parent", 0, null, CELL,
                new Outcomes(first(90), first(99), first(90), first(attacked), first(transfer), first(noise),
                        first(useless)), null);
    }

    @Test
    void anHonestNetworkShowsNone() {
        assertThat(Masking.signs(List.of(result(0.1, 1, 50, 80, 88, 0), result(0.1, 10, 30, 70, 88, 0),
                result(0.2, 10, 10, 60, 85, 0)))).isEmpty();
        // By three images of a hundred it may be chance.
        assertThat(Masking.signs(List.of(result(0.1, 10, 30, 27, 88, 0)))).isEmpty();
    }

    @Test
    void eachSignIsFound() {
        assertThat(Masking.signs(List.of(result(0.1, 10, 60, 30, 88, 0)))).singleElement().asString()
                .contains("lenet random ÷2", "dense parent fool it more often", "30 of 90 stay right against 60 of 90");
        assertThat(Masking.signs(List.of(result(0.1, 10, 60, 70, 40, 0)))).singleElement().asString().contains("random noise");
        assertThat(Masking.signs(List.of(result(0.1, 10, 60, 70, 80, 7)))).singleElement().asString()
                .contains("zero for 7 of 100");
        assertThat(Masking.signs(List.of(result(0.1, 1, 60, 70, 80, 0), result(0.1, 10, 60, 70, 80, 0)))).singleElement()
                .asString().contains("10 steps in place of 1 do not hurt more");
        assertThat(Masking.signs(List.of(result(0.1, 10, 50, 70, 80, 0), result(0.2, 10, 55, 70, 80, 0)))).singleElement()
                .asString().contains("a larger epsilon");
    }

    @Test
    void whatIsAlwaysFooledSaysNothing() {
        assertThat(Masking.signs(List.of(result(0.1, 10, 0, 70, 80, 0), result(0.2, 10, 0, 70, 80, 0)))).isEmpty();
    }
}
