package espalier.nn.train;

import espalier.datasets.Batch;
import espalier.datasets.Batches;
import espalier.datasets.Split;
import espalier.engine.UserError;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;
import java.util.BitSet;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;

/**
 * Counts what a model gets right. Ties between logits go to the lower class; a logit that is not a number is never right.
 */
public final class Evaluator {
    private Evaluator() {}

    /** {@return accuracy and loss of {@code logits} on {@code split}} */
    public static Evaluation evaluate(UnaryOperator<Tensor> logits, Split split, int batchSize) {
        return evaluate(logits, split, batchSize, _ -> {});
    }

    /**
     * {@return accuracy and loss of {@code logits} on {@code split}, the same whatever the batch size}
     *
     * @param logits    pixels [N,C,H,W] in [0, 1] → [N,K]: {@code model::logits}, the model in evaluation mode
     * @param batchSize images at a time
     * @param progress  is told, after each batch, how many images are done
     */
    public static Evaluation evaluate(UnaryOperator<Tensor> logits, Split split, int batchSize, IntConsumer progress) {
        if (split.size() == 0) {
            throw new UserError("there are no images to evaluate on");
        }
        int images = 0;
        BitSet right = new BitSet(split.size());
        BitSet right5 = new BitSet(split.size());
        double loss = 0;
        for (Batch batch : Batches.inOrder(split, batchSize)) {
            try (Workspace _ = Workspace.open()) {
                Tensor z = logits.apply(batch.images());
                int[] labels = batch.labels();
                for (int i = 0; i < labels.length; i++) {
                    int rank = rank(z, i, labels[i]);
                    right.set(images + i, rank == 0);
                    right5.set(images + i, rank < 5);
                    loss += loss(z, i, labels[i]);
                }
                images += labels.length;
            }
            progress.accept(images);
        }
        return new Evaluation(images, right, right5, loss / images);
    }

    /** {@return how many images of the batch have the largest of their logits [N,K] at their label} */
    public static int correct(Tensor logits, int[] labels) {
        int correct = 0;
        for (int i = 0; i < labels.length; i++) {
            correct += rank(logits, i, labels[i]) == 0 ? 1 : 0;
        }
        return correct;
    }

    /** {@return how many classes come before {@code label} in row i of logits [N,K]} */
    private static int rank(Tensor logits, int i, int label) {
        int classes = logits.shape().dim(1);
        float[] z = logits.data();
        int row = i * classes;
        float own = z[row + label];
        int rank = 0;
        for (int c = 0; c < classes; c++) {
            // Not z > own: that would rank a label first whose logit is NaN.
            if (c != label && !(c < label ? z[row + c] < own : z[row + c] <= own)) {
                rank++;
            }
        }
        return rank;
    }

    private static double loss(Tensor logits, int i, int label) {
        int classes = logits.shape().dim(1);
        float[] z = logits.data();
        int row = i * classes;
        float max = z[row];
        for (int c = 1; c < classes; c++) {
            max = Math.max(max, z[row + c]);
        }
        double sum = 0;
        for (int c = 0; c < classes; c++) {
            sum += Math.exp((double) z[row + c] - max);
        }
        return Math.log(sum) + max - z[row + label];
    }
}
