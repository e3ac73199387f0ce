package espalier.bench.jmh;

import espalier.bench.peer.LayerTask;
import espalier.bench.peer.Task;
import espalier.bench.peer.Workload;
import espalier.engine.WarmUp;
import org.openjdk.jmh.annotations.Param;

/** One layer of a lowered network, its weights in some form. */
public class Layers extends TaskBenchmark {
    private static final WarmUp WARM_UP = new WarmUp(10_000_000, 1_000_000_000, 500_000_000, 15_000_000_000L, 15_000_000_000L);

    /** The network, the layer by PyTorch's name, and the batch. */
    @Param("resnet20/layer2.0.conv2 batch 32")
    public String shape;

    /** Their form. */
    @Param({"dense", "csr 90 %", "int8, 7 bits"})
    public String weights;

    /** By the kernel, or by plain loops. */
    @Param("kernel")
    public String how;

    /**
     * Warmed up until it is compiled, which takes from one second to seven: after 0.8 s of it, a layer in 8 bits still allocated
     * 1.9 MB a call and was four times as slow as later.
     */
    @Override
    protected Workload prepare() {
        Workload workload = super.prepare();
        workload.fresh();
        WARM_UP.byClock(workload::run);
        return workload;
    }

    @Override
    protected Task task() {
        return LayerTask.parse(shape, weights, how);
    }
}
