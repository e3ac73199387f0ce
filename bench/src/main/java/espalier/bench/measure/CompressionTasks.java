package espalier.bench.measure;

import espalier.bench.peer.ConvLayer;
import espalier.bench.peer.LayerTask;
import espalier.bench.peer.LayerTask.How;
import espalier.bench.peer.LoweredTask;
import espalier.bench.peer.Task;
import espalier.bench.peer.WeightForm;
import espalier.compress.lower.Format;
import java.util.ArrayList;
import java.util.List;

/** What compressed weights are measured at. */
final class CompressionTasks {
    /** Percent of zeros. */
    static final List<Integer> ZEROS = List.of(50, 80, 90, 95, 98);
    /** The network that is measured in every form, and the one that is large. */
    static final String RESNET = "resnet20";
    static final String VGG = "vgg_bn_drop";
    /** What an ordinary pruning leaves. */
    static final int NINETY = 90;

    private static final int BATCH = 32;
    private static final int LARGE_BATCH = 128;
    private static final int COLUMNS = 512;
    private static final int LEAST_TERMS = 288;
    private static final int LEAST_POSITIONS = 256;
    private static final WeightForm NARROW = new WeightForm(Format.INT8, 0, 7);
    private static final WeightForm WIDE = WeightForm.INT8;

    private CompressionTasks() {}

    /** {@return layers with enough products in a sum and outputs in a channel that zeros can pay, and a matrix product} */
    static List<Task> layers(boolean quick) {
        List<Task> tasks = new ArrayList<>();
        for (WeightForm form : List.of(WeightForm.DENSE, NARROW, WIDE)) {
            tasks.add(new LayerTask(LayerTask.LINEAR, form, How.KERNEL, COLUMNS));
        }
        for (ConvLayer l : ConvLayer.ALL) {
            LayerTask dense = new LayerTask(l, WeightForm.DENSE, How.KERNEL, BATCH);
            boolean known = l.name().startsWith(RESNET) || !quick && l.name().startsWith("vgg16");
            if (known && dense.terms() >= LEAST_TERMS && dense.positions() >= LEAST_POSITIONS) {
                tasks.add(dense);
                tasks.add(new LayerTask(l, WeightForm.DENSE, How.DIRECT, BATCH));
                for (int zeros : quick ? List.of(NINETY) : ZEROS) {
                    tasks.add(new LayerTask(l, WeightForm.of(Format.CSR, zeros), How.KERNEL, BATCH));
                }
                tasks.add(new LayerTask(l, NARROW, How.KERNEL, BATCH));
                tasks.add(new LayerTask(l, WIDE, How.KERNEL, BATCH));
            }
        }
        return tasks;
    }

    /** {@return whole networks} */
    static List<Task> networks(boolean quick) {
        List<Task> tasks = new ArrayList<>();
        WeightForm csr = WeightForm.of(Format.CSR, NINETY);
        WeightForm auto = WeightForm.of(Format.AUTO, NINETY);
        int batch = quick ? BATCH : LARGE_BATCH;
        List.of(WeightForm.DENSE, csr, auto, WeightForm.of(Format.CSR, 95), WeightForm.of(Format.AUTO, 95), NARROW, WIDE,
                new WeightForm(Format.CSR_INT8, NINETY, 7), new WeightForm(Format.CSR_INT8, 95, 7))
                .forEach(f -> tasks.add(new LoweredTask(RESNET, f, batch)));
        List.of(WeightForm.DENSE, csr, auto, WeightForm.of(Format.CSR, 95), NARROW, WIDE)
                .forEach(f -> tasks.add(new LoweredTask(RESNET, f, 1)));
        if (!quick) {
            List.of(WeightForm.DENSE, csr, auto, NARROW, new WeightForm(Format.CSR_INT8, NINETY, 7))
                    .forEach(f -> tasks.add(new LoweredTask(VGG, f, BATCH)));
            List.of(WeightForm.DENSE, csr, auto).forEach(f -> tasks.add(new LoweredTask(VGG, f, 1)));
        }
        return tasks;
    }
}
