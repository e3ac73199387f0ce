package espalier.nn.layer;

import espalier.engine.tensor.Tensor;
import espalier.nn.Module;

/** In training each element is zeroed with probability p and the others divided by 1 − p; in evaluation y = x. */
public final class Dropout extends Module {
    private final float p;
    private long seed;

    /** @param p in [0, 1) */
    public Dropout(float p) {
        if (!(p >= 0 && p < 1)) {
            throw new IllegalArgumentException("dropout: p must be in [0, 1), got " + p);
        }
        this.p = p;
    }

    @Override
    protected void reseed(long seed) {
        this.seed = seed;
    }

    @Override
    protected Tensor forward(Tensor x) {
        return training() ? new espalier.engine.op.Dropout(p, seed).apply(x) : x;
    }
}
