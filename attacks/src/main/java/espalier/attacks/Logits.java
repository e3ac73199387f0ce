package espalier.attacks;

import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;

/** What the rows of a tensor of logits [N,K] say. */
final class Logits {
    private Logits() {}

    /** {@return the model's logits, on the heap as rows of K} */
    static float[][] of(DifferentiableModel model, Tensor x) {
        try (Workspace _ = Workspace.open()) {
            Tensor y = model.logits(x);
            int classes = y.shape().dim(-1);
            float[][] rows = new float[y.shape().dim(0)][classes];
            for (int i = 0; i < rows.length; i++) {
                System.arraycopy(y.data(), i * classes, rows[i], 0, classes);
            }
            return rows;
        }
    }

    /** {@return the model's {@linkplain #mostLikely most likely} class for each image} */
    static int[] classes(DifferentiableModel model, Tensor x) {
        float[][] rows = of(model, x);
        int[] classes = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            classes[i] = mostLikely(rows[i]);
        }
        return classes;
    }

    /** {@return the class of the largest logit, of equals the first; −1 where one is not a number, so that no class is right} */
    static int mostLikely(float[] row) {
        int best = 0;
        for (int k = 0; k < row.length; k++) {
            if (Float.isNaN(row[k])) {
                return -1;
            }
            if (row[k] > row[best]) {
                best = k;
            }
        }
        return best;
    }

    static int leastLikely(float[] row) {
        int worst = 0;
        for (int k = 1; k < row.length; k++) {
            if (row[k] < row[worst]) {
                worst = k;
            }
        }
        return worst;
    }

    /** {@return the cross-entropy of one row: log Σ exp(z) − z[label]} */
    static double loss(float[] row, int label) {
        float max = Float.NEGATIVE_INFINITY;
        for (float z : row) {
            max = Math.max(max, z);
        }
        double sum = 0;
        for (float z : row) {
            sum += Math.exp((double) z - max);
        }
        return Math.log(sum) + max - row[label];
    }
}
