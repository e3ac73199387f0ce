package espalier.engine.op;

/** How the losses of a batch become one number. */
public enum Reduction {
    /** Their mean: what training minimizes. */
    MEAN,
    /** Their sum: each example's gradient is what it would be alone, as attacks want it. */
    SUM
}
