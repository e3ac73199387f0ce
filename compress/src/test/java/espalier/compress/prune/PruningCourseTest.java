package espalier.compress.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import espalier.compress.Reading;
import espalier.compress.Sizes;
import espalier.compress.prune.Schedule.After;
import espalier.compress.prune.Schedule.Curve;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.nn.checkpoint.StateDict;
import espalier.nn.model.Model;
import espalier.nn.model.Models;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PruningCourseTest {
    private final Model model = Models.create("lenet", Shape.of(1, 28, 28), 10, new float[] {0}, new float[] {1}, 3);
    private final StateDict start = model.stateDict();

    @Test
    void curvesByTheirDefinitions() {
        assertThat(Schedule.ONE_SHOT.compressions(7)).containsExactly(7.0);
        // Gone: 0.25, 0.5, 0.75 of 0.8; then all of it.
        assertThat(Schedule.linear(4).compressions(5)).containsExactly(1 / 0.8, 1 / 0.6, 1 / (1 - 0.8 * 0.75), 5.0);
        List<Double> cubic = Schedule.cubic(4).compressions(5);
        double[] gone = {0.8 * (1 - 0.421875), 0.8 * (1 - 0.125), 0.8 * (1 - 0.015625), 0.8};
        for (int i = 0; i < 4; i++) {
            assertThat(cubic.get(i)).isCloseTo(1 / (1 - gone[i]), within(1e-12));
        }
        List<Double> geometric = Schedule.lotteryTicket(3).compressions(8);
        assertThat(geometric.get(0)).isCloseTo(2, within(1e-12));
        assertThat(geometric.get(1)).isCloseTo(4, within(1e-12));
        assertThat(geometric.get(2)).isEqualTo(8);
        assertThatThrownBy(() -> Schedule.linear(0)).hasMessageContaining("0 steps");
        assertThatThrownBy(() -> new Schedule(Curve.LINEAR, 2, After.FIRST_TRAINING)).hasMessageContaining("2 steps");
    }

    /** Training that adds 1 to every weight, and takes notes. */
    private final class Notes implements PruningCourse.Host {
        final List<String> log = new ArrayList<>();
        final List<Tensor> masks = new ArrayList<>();

        @Override
        public Evidence observe(Evidence.Kind kind) {
            log.add("observe " + kind);
            return Evidence.NONE;
        }

        @Override
        public StateDict untrained() {
            log.add("untrained");
            return start;
        }

        @Override
        public void train(int step, int steps, After how) {
            log.add("train " + step + "/" + steps + " " + how + " at 1/" + Math.round(compression()));
            masks.add(model.masks().get("fc1.weight"));
            float[] w = model.parameters().get("fc1.weight").data().data();
            for (int i = 0; i < w.length; i++) {
                w[i] += 1;
            }
            model.parameters().get("fc1.weight").enforce();
        }
    }

    private double compression() {
        Sizes sizes = Sizes.of(model);
        return (double) sizes.parameters() / sizes.nonzeroParameters();
    }

    private Notes run(PruningStrategy strategy, double compression) {
        Notes notes = new Notes();
        new PruningCourse(strategy, compression, 1, Reading.CORRECTED).run(model, notes);
        return notes;
    }

    @Test
    void trainsAfterEachStepAndPrunesWhatWasTrained() {
        Notes notes = run(PruningStrategy.GLOBAL_MAGNITUDE.with(Schedule.lotteryTicket(1)), 2);
        assertThat(notes.log).containsExactly("observe none", "untrained", "train 1/1 REWINDING at 1/2");
        model.setMasks(Map.of());
        model.loadStateDict(start, "start");
        notes = run(PruningStrategy.GLOBAL_MAGNITUDE.with(new Schedule(Curve.GEOMETRIC, 3, After.FINE_TUNING)), 8);
        assertThat(notes.log).containsExactly("observe none", "train 1/3 FINE_TUNING at 1/2", "observe none",
                "train 2/3 FINE_TUNING at 1/4", "observe none", "train 3/3 FINE_TUNING at 1/8");
        float[] before = notes.masks.get(0).data();
        float[] after = notes.masks.get(2).data();
        for (int i = 0; i < after.length; i++) {
            assertThat(after[i]).isLessThanOrEqualTo(before[i]);
        }
        assertThat(after).isNotEqualTo(before);
    }

    @Test
    void aLotteryTicketStartsAgainFromItsFirstWeights() {
        Notes notes = run(PruningStrategy.LOTTERY_TICKET, 32);
        assertThat(notes.log).hasSize(15).endsWith("observe none", "untrained", "train 5/5 REWINDING at 1/32");
        float[] first = start.tensor("fc1.weight").data();
        float[] now = model.parameters().get("fc1.weight").data().data();
        float[] mask = notes.masks.getLast().data();
        for (int i = 0; i < now.length; i++) {
            // The first weights, one training later; however many there were.
            assertThat(now[i]).isEqualTo(mask[i] == 0 ? 0 : first[i] + 1);
        }
    }
}
