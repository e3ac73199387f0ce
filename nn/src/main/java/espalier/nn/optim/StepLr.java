package espalier.nn.optim;

import java.util.List;

/**
 * lr(t) = lr·gammaᵏ, k being the milestones that t has reached. As {@code torch.optim.lr_scheduler.MultiStepLR}.
 *
 * @param milestones times at which the rate is multiplied by {@code gamma}
 */
public record StepLr(double learningRate, List<Integer> milestones, double gamma) implements Schedule {
    @Override
    public double at(long t) {
        return learningRate * Math.pow(gamma, milestones.stream().filter(m -> m <= t).count());
    }
}
