package espalier.nn.layer;

import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.nn.Module;
import espalier.nn.Parameter;

/**
 * y = (x − mean)/√(var + eps)·weight + bias per channel, for x [N,C] and [N,C,H,W]; optionally followed by a relu,
 * and with a residual added before it ({@link #applyAndAdd}).
 *
 * <p>In training mean and var are the batch's, and the running ones follow with momentum 0.1; in evaluation they are the
 * running ones. Batches seen in training are counted in {@code num_batches_tracked}.
 */
public final class BatchNorm extends Module {
    private static final float MOMENTUM = 0.1f;
    private static final float EPS = 1e-5f;

    private final Parameter weight;
    private final Parameter bias;
    private final Tensor runningMean;
    private final Tensor runningVar;
    private final Counter batchesTracked;
    private final float eps;
    private final boolean relu;

    /** With eps 1e-5 and without relu. */
    public BatchNorm(int channels) {
        this(channels, EPS, false);
    }

    /** @param relu whether y is followed by max(y, 0), in the same pass over the data */
    public BatchNorm(int channels, float eps, boolean relu) {
        Shape perChannel = Shape.of(channels);
        weight = parameter("weight", Tensor.full(perChannel, 1));
        bias = parameter("bias", Tensor.zeros(perChannel));
        runningMean = buffer("running_mean", Tensor.zeros(perChannel));
        runningVar = buffer("running_var", Tensor.full(perChannel, 1));
        batchesTracked = counter("num_batches_tracked");
        this.eps = eps;
        this.relu = relu;
    }

    /** {@return a batch norm with eps 1e-5 and a relu after it} */
    public static BatchNorm withRelu(int channels) {
        return new BatchNorm(channels, EPS, true);
    }

    /** {@return the scale [C]} */
    public Parameter weight() {
        return weight;
    }

    /** {@return the shift [C]} */
    public Parameter bias() {
        return bias;
    }

    /** {@return the running mean [C]} */
    public Tensor runningMean() {
        return runningMean;
    }

    /** {@return the running variance [C]} */
    public Tensor runningVar() {
        return runningVar;
    }

    /** {@return what is added to the variance under the root} */
    public float eps() {
        return eps;
    }

    /** {@return whether a relu follows} */
    public boolean relu() {
        return relu;
    }

    @Override
    protected Tensor forward(Tensor x) {
        return op().apply(x, weight.value(), bias.value());
    }

    /** {@return y + residual, or max(y + residual, 0), in the same pass over the data} Both are shaped alike. */
    public Tensor applyAndAdd(Tensor x, Tensor residual) {
        return op().apply(x, residual, weight.value(), bias.value());
    }

    private espalier.engine.op.BatchNorm op() {
        if (training()) {
            batchesTracked.increment();
        }
        return new espalier.engine.op.BatchNorm(runningMean, runningVar, training(), MOMENTUM, eps, relu);
    }
}
