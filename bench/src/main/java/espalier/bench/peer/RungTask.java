package espalier.bench.peer;

/**
 * A matrix product or a convolution as one rung of the ladder does it.
 *
 * @param task what every rung computes: a {@link GemmTask} or a {@link ConvTask}
 * @param rung the rung's name
 */
public record RungTask(Task task, String rung) implements Task {
    @Override
    public String benchmark() {
        return "ladder " + task.benchmark() + ", " + rung;
    }

    @Override
    public String shape() {
        return task.shape();
    }

    @Override
    public double flops() {
        return task.flops();
    }

    @Override
    public double items() {
        return task.items();
    }

    @Override
    public String unit() {
        return task.unit();
    }
}
