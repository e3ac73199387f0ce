package espalier.bench.lesson;

import espalier.bench.peer.ConvLayer;
import espalier.bench.peer.LayerTask;
import espalier.bench.peer.LayerTask.How;
import espalier.bench.peer.LoadTask;
import espalier.bench.peer.LoweredTask;
import espalier.bench.peer.Task;
import espalier.bench.peer.WeightForm;
import espalier.compress.lower.Format;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/** What is measured for the lesson on sparsity: one layer of ResNet-20 in depth, then all of them, then the whole network. */
final class SparsityTasks {
    static final int NINETY = 90;
    /** One that fits into the first cache of any processor, one into its second, one into none. */
    static final List<LoadTask> LOADS = List.of(new LoadTask(16), new LoadTask(384), new LoadTask(1 << 17));
    private static final String LAYER = "resnet20/layer3.0.conv2";
    private static final int GROUP = 16;

    private final Subject subject;
    private final List<Integer> zeros;
    private final int batch;
    private final int large;

    SparsityTasks(Subject subject, boolean quick) {
        this.subject = subject;
        zeros = quick ? List.of(50, 90, 98) : List.of(10, 30, 50, 60, 70, 80, 85, 90, 95, 98);
        batch = quick ? GROUP : 2 * GROUP;
        large = quick ? 2 * GROUP : 8 * GROUP;
    }

    List<Integer> zeros() {
        return zeros;
    }

    Subject subject() {
        return subject;
    }

    int largeBatch() {
        return large;
    }

    static List<ConvLayer> layers() {
        return ConvLayer.ALL.stream().filter(l -> l.name().startsWith("resnet20/")).toList();
    }

    LayerTask layer(Format format, int zeros, How how) {
        ConvLayer layer = layers().stream().filter(l -> l.name().equals(LAYER)).findFirst().orElseThrow();
        return new LayerTask(layer, WeightForm.of(format, zeros), how, batch);
    }

    LayerTask csr(int zeros) {
        return layer(Format.CSR, zeros, How.KERNEL);
    }

    LayerTask dense() {
        return layer(Format.DENSE, 0, How.KERNEL);
    }

    /** {@return a matrix product, where each multiply-add that is counted is done} */
    LayerTask product() {
        return new LayerTask(LayerTask.LINEAR, WeightForm.DENSE, How.KERNEL, large);
    }

    static LayerTask layer(ConvLayer layer, Format format) {
        return new LayerTask(layer, WeightForm.of(format, format == Format.DENSE ? 0 : NINETY), How.KERNEL, GROUP);
    }

    LoweredTask network(Format format, int zeros, int batch) {
        return subject.task(WeightForm.of(format, zeros), batch);
    }

    /** {@return single layers and memory} */
    List<Task> kernels() {
        var tasks = new LinkedHashSet<Task>(LOADS);
        tasks.add(product());
        tasks.add(dense());
        tasks.add(layer(Format.DENSE, NINETY, How.KERNEL));
        for (How how : List.of(How.KERNEL, How.NAIVE, How.ROWS)) {
            tasks.add(layer(Format.CSR, NINETY, how));
        }
        zeros.forEach(z -> tasks.add(csr(z)));
        for (ConvLayer l : layers()) {
            tasks.add(layer(l, Format.DENSE));
            tasks.add(layer(l, Format.CSR));
        }
        return List.copyOf(tasks);
    }

    /** {@return whole networks} */
    List<Task> networks() {
        List<Task> tasks = new ArrayList<>();
        for (int n : List.of(1, large)) {
            tasks.add(network(Format.DENSE, 0, n));
            tasks.add(network(Format.DENSE, NINETY, n));
            tasks.add(network(Format.CSR, NINETY, n));
            tasks.add(network(Format.AUTO, NINETY, n));
        }
        return tasks;
    }
}
