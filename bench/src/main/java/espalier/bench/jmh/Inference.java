package espalier.bench.jmh;

import espalier.bench.peer.NetworkTask;
import espalier.bench.peer.Task;
import org.openjdk.jmh.annotations.Param;

/** ResNet-20 with batch norm folded. */
public class Inference extends TaskBenchmark {
    /** The network and the batch. */
    @Param({"resnet20 batch 128", "resnet20 batch 1"})
    public String shape;

    @Override
    protected Task task() {
        return NetworkTask.parse(NetworkTask.Kind.INFERENCE, shape);
    }
}
