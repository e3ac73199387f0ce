package espalier.attacks;

import espalier.engine.autograd.Tape;
import espalier.engine.op.CrossEntropy;
import espalier.engine.op.Reduction;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;
import java.util.BitSet;
import java.util.List;

/** What an attack finds at the images themselves. */
public final class InputGradients {
    private InputGradients() {}

    /**
     * {@return the images where ∂loss/∂x is zero in every element, or not a number in some: no attack by gradients gets
     * anywhere from there, which is no sign of strength}
     *
     * @param batchSize images at a time; the result does not depend on it
     */
    public static BitSet useless(DifferentiableModel model, LabelledImages images, int batchSize) {
        BitSet useless = new BitSet(images.size());
        for (int from = 0; from < images.size(); from += batchSize) {
            int to = Math.min(images.size(), from + batchSize);
            try (Workspace _ = Workspace.open()) {
                Tensor x = images.images(from, to);
                var loss = new CrossEntropy(images.labels(from, to), 0f, Reduction.SUM);
                float[] gradient = Tape.record(List.of(x), () -> loss.apply(model.logits(x))).of(x).data();
                int n = x.size() / (to - from);
                for (int i = 0; i < to - from; i++) {
                    useless.set(from + i, useless(gradient, i * n, n));
                }
            }
        }
        return useless;
    }

    private static boolean useless(float[] gradient, int offset, int n) {
        boolean zero = true;
        for (int i = offset; i < offset + n; i++) {
            if (Float.isNaN(gradient[i])) {
                return true;
            }
            zero &= gradient[i] == 0;
        }
        return zero;
    }
}
