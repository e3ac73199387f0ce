package espalier.bench.peer;

import espalier.compress.lower.LoweredModel;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;

/** A lowered network at work. */
final class LoweredWorkload implements Workload {
    private final LoweredTask task;
    private final LoweredModel model;
    private final float[] result;
    private Tensor pixels;

    LoweredWorkload(LoweredTask task) {
        this.task = task;
        model = task.lowered();
        result = new float[task.batch() * model.classes()];
    }

    @Override
    public void fresh() {
        pixels = task.pixels();
    }

    @Override
    public void run() {
        try (Workspace _ = Workspace.open()) {
            System.arraycopy(model.logits(pixels).data(), 0, result, 0, result.length);
        }
    }

    @Override
    public float[] result() {
        return result;
    }
}
