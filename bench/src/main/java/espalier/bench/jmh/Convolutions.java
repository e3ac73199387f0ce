package espalier.bench.jmh;

import espalier.bench.peer.ConvTask;
import espalier.bench.peer.Task;
import org.openjdk.jmh.annotations.Param;

/** Convolutions of known networks. */
public class Convolutions extends TaskBenchmark {
    /** The network, the layer by PyTorch's name, and the batch. */
    @Param({"resnet20/conv1 batch 32", "resnet20/layer1.0.conv1 batch 32", "resnet20/layer2.0.conv1 batch 32",
        "resnet20/layer2.0.conv2 batch 32", "resnet20/layer3.0.conv1 batch 32", "resnet20/layer3.0.conv2 batch 32"})
    public String shape;

    /** The output, or a gradient. */
    @Param({"forward", "backward-data", "backward-weight"})
    public String direction;

    @Override
    protected Task task() {
        return ConvTask.parse(shape, direction);
    }
}
