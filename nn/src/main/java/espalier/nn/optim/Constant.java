package espalier.nn.optim;

/** The same learning rate at all times. */
public record Constant(double learningRate) implements Schedule {
    @Override
    public double at(long t) {
        return learningRate;
    }
}
