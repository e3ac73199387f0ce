package espalier.bench.jmh;

import espalier.bench.peer.LayerTask;
import espalier.bench.peer.Task;
import org.openjdk.jmh.annotations.Param;

/** One layer of a lowered network, its weights in some form. */
public class Layers extends TaskBenchmark {
    /** The network, the layer by PyTorch's name, and the batch. */
    @Param("resnet20/layer2.0.conv2 batch 32")
    public String shape;

    /** Their form. */
    @Param({"dense", "csr 90 %", "int8, 7 bits"})
    public String weights;

    /** By the kernel, or by plain loops. */
    @Param("kernel")
    public String how;

    @Override
    protected Task task() {
        return LayerTask.parse(shape, weights, how);
    }
}
