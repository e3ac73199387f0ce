package espalier.nn.optim;

/**
 * Up from max/25 to max on half a cosine, then down to max/25/10⁴ on another. As
 * {@code torch.optim.lr_scheduler.OneCycleLR(max_lr, total_steps, pct_start, cycle_momentum=False)}.
 *
 * @param max      the highest rate
 * @param total    the number of steps; the lowest rate is reached at step total − 1 and stays
 * @param pctStart the share of the steps on the way up
 */
public record OneCycleLr(double max, long total, double pctStart) implements Schedule {
    private static final double DIV_FACTOR = 25;
    private static final double FINAL_DIV_FACTOR = 1e4;

    @Override
    public double at(long t) {
        double initial = max / DIV_FACTOR;
        double peak = pctStart * total - 1;
        double end = total - 1;
        if (t <= peak && peak > 0) {
            return anneal(initial, max, t / peak);
        }
        // One step only, or no way up: PyTorch divides by zero there.
        double start = Math.max(peak, 0);
        return anneal(max, initial / FINAL_DIV_FACTOR, end > start ? Math.min(1, (t - start) / (end - start)) : 0);
    }

    private static double anneal(double from, double to, double share) {
        return to + (from - to) / 2 * (1 + Math.cos(Math.PI * share));
    }
}
