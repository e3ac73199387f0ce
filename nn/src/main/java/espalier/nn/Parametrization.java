package espalier.nn;

import espalier.engine.op.Mul;
import espalier.engine.tensor.Tensor;

/** What stands between a parameter's original tensor and the value that layers see. */
public sealed interface Parametrization {
    /** {@return the value for {@code original}, recorded on the tape in force} */
    Tensor apply(Tensor original);

    /** Brings {@code original} back to where this parametrization allows it to be; called after every change to it. */
    void enforce(Tensor original);

    /**
     * Pruning: {@code value = original · mask}. Where the mask is 0, the gradient is zero as well, and so is the original,
     * so that neither momentum nor weight decay can move it.
     *
     * @param mask of the parameter's shape, 0 (pruned) or 1 (kept)
     */
    record Mask(Tensor mask) implements Parametrization {
        public Mask {
            for (float m : mask.data()) {
                if (m != 0 && m != 1) {
                    throw new IllegalArgumentException("mask " + mask.shape() + " holds " + m + "; it must be 0 or 1");
                }
            }
        }

        @Override
        public Tensor apply(Tensor original) {
            return new Mul().apply(original, mask);
        }

        @Override
        public void enforce(Tensor original) {
            float[] w = original.data();
            float[] m = mask.data();
            for (int i = 0; i < w.length; i++) {
                if (m[i] == 0) {
                    w[i] = 0;
                }
            }
        }
    }
}
