package espalier.compress.prune;

import java.util.ArrayList;
import java.util.List;

/**
 * In which steps a network comes to its compression, and what follows each.
 *
 * @param curve how the steps are spread
 * @param steps at least 1
 * @param after what follows each
 */
public record Schedule(Curve curve, int steps, After after) {
    /** All at once, then fine-tuning. */
    public static final Schedule ONE_SHOT = new Schedule(Curve.LINEAR, 1, After.FINE_TUNING);
    /** All at once, before the network was ever trained. Source: Lee et al. 2019 (arXiv 1810.02340). */
    public static final Schedule BEFORE_TRAINING = new Schedule(Curve.LINEAR, 1, After.FIRST_TRAINING);

    /** How much is gone after step t of n, if s is in the end. */
    public enum Curve {
        /** s·t/n. */
        LINEAR {
            @Override
            double sparsity(double end, double t) {
                return end * t;
            }
        },
        /** s·(1 − (1 − t/n)³): much at first, when there is much to spare. Source: Zhu and Gupta 2017 (arXiv 1710.01878). */
        CUBIC {
            @Override
            double sparsity(double end, double t) {
                return end * (1 - Math.pow(1 - t, 3));
            }
        },
        /** 1 − (1 − s)^(t/n): each step removes the same share of what is left. */
        GEOMETRIC {
            @Override
            double sparsity(double end, double t) {
                return 1 - Math.pow(1 - end, t);
            }
        };

        /** @param t in (0, 1] */
        abstract double sparsity(double end, double t);
    }

    /** What follows a step. */
    public enum After {
        /** Training goes on. */
        FINE_TUNING,
        /** The weights go back to where they were before training, and are trained as at first. */
        REWINDING,
        /** The network, untrained when it was pruned, is trained as at first. */
        FIRST_TRAINING
    }

    public Schedule {
        if (steps < 1 || after == After.FIRST_TRAINING && steps > 1) {
            throw new IllegalArgumentException(steps + " steps, each followed by " + after);
        }
    }

    /** {@return a straight way in so many steps, with fine-tuning after each} */
    public static Schedule linear(int steps) {
        return new Schedule(Curve.LINEAR, steps, After.FINE_TUNING);
    }

    /** {@return automated gradual pruning in so many steps, with fine-tuning after each} */
    public static Schedule cubic(int steps) {
        return new Schedule(Curve.CUBIC, steps, After.FINE_TUNING);
    }

    /** {@return iterative pruning with rewinding in so many rounds} Source: Frankle and Carbin 2019 (arXiv 1803.03635). */
    public static Schedule lotteryTicket(int rounds) {
        return new Schedule(Curve.GEOMETRIC, rounds, After.REWINDING);
    }

    /** {@return original/remaining parameters after each step; the last is {@code compression}} */
    public List<Double> compressions(double compression) {
        List<Double> course = new ArrayList<>();
        for (int t = 1; t < steps; t++) {
            course.add(1 / (1 - curve.sparsity(1 - 1 / compression, (double) t / steps)));
        }
        course.add(compression);
        return course;
    }
}
