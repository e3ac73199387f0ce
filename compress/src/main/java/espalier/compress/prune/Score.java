package espalier.compress.prune;

import espalier.compress.prune.Evidence.Kind;
import it.unimi.dsi.fastutil.floats.FloatArrays;
import java.util.SplittableRandom;

/** How important, or how harmful, each parameter of a tensor is. */
public interface Score {
    /** {@return what has to be observed for it} */
    Kind evidence();

    /**
     * Writes the scores of a tensor's parameters to {@code scores}, from {@code offset} on.
     *
     * @param w the parameters
     * @param e the evidence, of the same length; null if none is needed
     */
    void of(float[] w, float[] e, SplittableRandom random, float[] scores, int offset);

    /** The score of one parameter. */
    @FunctionalInterface
    interface OfOne {
        /** {@return the score of {@code w}, of which {@code e} is the evidence, or 0 if there is none} */
        float of(float w, float e);
    }

    /** {@return a score that looks at each parameter by itself} */
    static Score each(Kind evidence, OfOne score) {
        return new Score() {
            @Override
            public Kind evidence() {
                return evidence;
            }

            @Override
            public void of(float[] w, float[] e, SplittableRandom random, float[] scores, int offset) {
                for (int i = 0; i < w.length; i++) {
                    scores[offset + i] = score.of(w[i], e == null ? 0f : e[i]);
                }
            }
        };
    }

    /** Uniform in [0, 1). */
    Score RANDOM = new Score() {
        @Override
        public Kind evidence() {
            return Kind.NONE;
        }

        @Override
        public void of(float[] w, float[] e, SplittableRandom random, float[] scores, int offset) {
            for (int i = 0; i < w.length; i++) {
                scores[offset + i] = random.nextFloat();
            }
        }
    };

    /** |w|. */
    Score MAGNITUDE = each(Kind.NONE, (w, _) -> Math.abs(w));

    /** |w·g|: to first order, how much the loss of all batches together changes without w. */
    Score SALIENCY = each(Kind.GRADIENT, (w, g) -> Math.abs(w * g));

    /** w²·Σg²: to first order, the squared change of each batch's loss without w, summed. */
    Score TAYLOR = each(Kind.SQUARED_GRADIENT, (w, squares) -> w * w * squares);

    /** |w|·a, a being how active the input is. */
    Score ACTIVATION = each(Kind.ACTIVATION, (w, a) -> Math.abs(w * a));

    /** w²/Σv² over the v of the same tensor that are no smaller; of equals the first counts as the larger. */
    Score LAMP = new Score() {
        @Override
        public Kind evidence() {
            return Kind.NONE;
        }

        @Override
        public void of(float[] w, float[] e, SplittableRandom random, float[] scores, int offset) {
            float[] keys = new float[w.length];
            int[] order = new int[w.length];
            for (int i = 0; i < w.length; i++) {
                keys[i] = -Math.abs(w[i]) + 0f;
                order[i] = i;
            }
            FloatArrays.radixSortIndirect(order, keys, true);
            double sum = 0;
            for (int i : order) {
                double square = (double) w[i] * w[i];
                sum += square;
                scores[offset + i] = square == 0 ? 0f : (float) (square / sum);
            }
        }
    };
}
