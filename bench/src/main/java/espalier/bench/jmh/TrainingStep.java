package espalier.bench.jmh;

import espalier.bench.peer.NetworkTask;
import espalier.bench.peer.Task;
import org.openjdk.jmh.annotations.Param;

/** Training steps of ResNet-20. */
public class TrainingStep extends TaskBenchmark {
    /** The network and the batch. */
    @Param({"resnet20 batch 128"})
    public String shape;

    @Override
    protected Task task() {
        return NetworkTask.parse(NetworkTask.Kind.TRAINING_STEP, shape);
    }
}
