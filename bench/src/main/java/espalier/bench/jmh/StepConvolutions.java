package espalier.bench.jmh;

import espalier.bench.peer.NetworkTask;
import espalier.bench.peer.Task;
import org.openjdk.jmh.annotations.Param;

/** The convolutions of a training step of ResNet-20; the rest of the step is everything else. */
public class StepConvolutions extends TaskBenchmark {
    /** The network and the batch. */
    @Param({"resnet20 batch 128"})
    public String shape;

    @Override
    protected Task task() {
        return NetworkTask.parse(NetworkTask.Kind.STEP_CONVOLUTIONS, shape);
    }
}
