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
import java.util.List;

/** What is measured for the lesson on quantization: a matrix product, the layers of ResNet-20, the whole network. */
final class QuantizationTasks {
    static final int NINETY = 90;
    static final WeightForm NARROW = new WeightForm(Format.INT8, 0, 7);
    static final WeightForm WIDE = WeightForm.INT8;
    static final WeightForm SPARSE = WeightForm.of(Format.CSR, NINETY);
    static final WeightForm BOTH = new WeightForm(Format.CSR_INT8, NINETY, 7);
    static final LoadTask MEMORY = SparsityTasks.LOADS.getLast();
    private static final int GROUP = 16;

    private final Subject subject;
    private final int columns;
    private final int large;

    QuantizationTasks(Subject subject, boolean quick) {
        this.subject = subject;
        columns = quick ? 128 : 512;
        large = quick ? 2 * GROUP : 8 * GROUP;
    }

    Subject subject() {
        return subject;
    }

    int largeBatch() {
        return large;
    }

    LayerTask product(WeightForm form) {
        return new LayerTask(LayerTask.LINEAR, form, How.KERNEL, columns);
    }

    LayerTask layer(ConvLayer layer, WeightForm form) {
        return new LayerTask(layer, form, How.KERNEL, 2 * GROUP);
    }

    LoweredTask network(WeightForm form, int batch) {
        return subject.task(form, batch);
    }

    List<Task> kernels() {
        List<Task> tasks = new ArrayList<>(List.of(MEMORY));
        for (WeightForm form : List.of(WeightForm.DENSE, NARROW, WIDE)) {
            tasks.add(product(form));
            SparsityTasks.layers().forEach(l -> tasks.add(layer(l, form)));
        }
        return tasks;
    }

    List<Task> networks() {
        List<Task> tasks = new ArrayList<>();
        for (int n : List.of(1, large)) {
            for (WeightForm form : List.of(WeightForm.DENSE, NARROW, WIDE, SPARSE, BOTH)) {
                tasks.add(network(form, n));
            }
        }
        return tasks;
    }
}
