package espalier.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static void assertRates(Schedule schedule, double... expected) {
        for (int t = 0; t < expected.length; t++) {
            assertThat(schedule.at(t)).as("t = %d", t).isCloseTo(expected[t], within(1e-12));
        }
    }

    @Test
    void constant() {
        assertRates(new Constant(0.1), 0.1, 0.1, 0.1);
    }

    /** MultiStepLR(milestones=[2, 4], gamma=0.1) of PyTorch. */
    @Test
    void stepFallsAtEachMilestone() {
        assertRates(new StepLr(1, List.of(2, 4), 0.1), 1, 1, 0.1, 0.1, 0.01, 0.01);
    }

    /** CosineAnnealingLR(T_max=4, eta_min=0.2) of PyTorch; it would rise again after T_max, which nobody wants. */
    @Test
    void cosineEndsAtItsMinimumAndStays() {
        double half = 0.4 * Math.sqrt(0.5);
        assertRates(new CosineLr(1, 4, 0.2), 1, 0.6 + half, 0.6, 0.6 - half, 0.2, 0.2);
    }

    /** OneCycleLR(max_lr=0.2, total_steps=10, pct_start=0.3): PyTorch's source evaluated in Python. */
    @Test
    void oneCycleIsPyTorchs() {
        assertRates(new OneCycleLr(0.2, 10, 0.3), 0.008, 0.104, 0.2, 0.19009692640269477, 0.1623491307899526,
                0.12225240438725786, 0.07774839561274215, 0.0376516692100474, 0.009903873597305258, 8e-7, 8e-7);
    }

    @Test
    void oneCycleOfNoLengthIsStillARate() {
        assertRates(new OneCycleLr(0.2, 1, 0.3), 0.2);
        assertThat(new OneCycleLr(0.2, 2, 0.5).at(0)).isEqualTo(0.2);
        assertThat(new OneCycleLr(0.2, 2, 1).at(1)).isCloseTo(0.2, within(1e-12));
        assertThat(new OneCycleLr(0.2, 5, 0).at(4)).isCloseTo(8e-7, within(1e-12));
    }

    @Test
    void epochsAndWarmup() {
        Schedule perEpoch = new StepLr(1, List.of(1), 0.5).perEpoch(3);
        assertRates(perEpoch, 1, 1, 1, 0.5, 0.5, 0.5, 0.5);
        assertRates(perEpoch.withWarmup(4), 0.25, 0.5, 0.75, 0.5, 0.5);
    }
}
