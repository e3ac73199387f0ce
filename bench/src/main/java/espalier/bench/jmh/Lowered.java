package espalier.bench.jmh;

import espalier.bench.peer.LoweredTask;
import espalier.bench.peer.Task;
import org.openjdk.jmh.annotations.Param;

/** A whole network, lowered, its weights in some form. */
public class Lowered extends TaskBenchmark {
    /** The network and the batch. */
    @Param({"resnet20 batch 128", "resnet20 batch 1"})
    public String shape;

    /** Where the weights are, or that there are none. */
    @Param(LoweredTask.INITIALIZED)
    public String file;

    /** Their form. */
    @Param({"dense", "csr 90 %", "int8, 7 bits"})
    public String weights;

    @Override
    protected Task task() {
        return LoweredTask.parse(shape, file, weights);
    }
}
