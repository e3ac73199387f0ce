package espalier.nn.optim;

/**
 * lr(t) = min + (lr − min)·(1 + cos(π·t/total))/2. As {@code torch.optim.lr_scheduler.CosineAnnealingLR}.
 *
 * @param total when {@code min} is reached; the rate stays there afterwards
 */
public record CosineLr(double learningRate, long total, double min) implements Schedule {
    @Override
    public double at(long t) {
        return min + (learningRate - min) * (1 + Math.cos(Math.PI * Math.min(t, total) / total)) / 2;
    }
}
