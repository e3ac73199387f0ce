package espalier.compress.prune;

import espalier.compress.Reading;
import espalier.compress.prune.Schedule.After;
import espalier.engine.tensor.Tensor;
import espalier.nn.checkpoint.StateDict;
import espalier.nn.model.Model;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Supplier;

/**
 * Brings a network to a compression in the steps of a strategy's schedule, with whatever training they ask for.
 *
 * @param compression original/remaining parameters in the end
 * @param seed of {@code random}
 * @param reading how the paper is read
 */
public record PruningCourse(PruningStrategy strategy, double compression, long seed, Reading reading) {
    /** Provides what a course needs. Steps count from 1. */
    public interface Host {
        /** {@return evidence of the network as it is now, whose masks are those of the steps before} */
        Evidence observe(Evidence.Kind kind);

        /** {@return the masks of a step: what {@code choose} returns, or what it returned when this step was done before} */
        default SequencedMap<String, Tensor> masks(int step, Supplier<SequencedMap<String, Tensor>> choose) {
            return choose.get();
        }

        /** {@return the network's state before it was ever trained; asked for by {@link After#REWINDING} alone} */
        StateDict untrained();

        /** Trains the network, whose new masks are in force, after a step. */
        void train(int step, int steps, After how);
    }

    /**
     * Prunes and trains {@code model} in place.
     *
     * @param model trained, but for {@link After#FIRST_TRAINING}, where it must not have been
     */
    public void run(Model model, Host host) {
        List<Double> course = strategy.schedule().compressions(compression);
        for (int step = 1; step <= course.size(); step++) {
            double target = course.get(step - 1);
            model.setMasks(host.masks(step, () ->
                    Pruner.prune(model, strategy, target, host.observe(strategy.evidence()), seed, reading).masks()));
            if (strategy.schedule().after() == After.REWINDING) {
                model.loadStateDict(host.untrained(), "the state before training");
            }
            host.train(step, course.size(), strategy.schedule().after());
        }
    }
}
