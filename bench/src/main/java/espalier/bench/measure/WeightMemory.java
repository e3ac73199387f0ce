package espalier.bench.measure;

import espalier.bench.peer.LoweredTask;
import espalier.bench.peer.WeightForm;
import espalier.compress.lower.Format;
import espalier.compress.lower.LoweredModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What weights in use occupy, all that is packed of them included, against what their numbers and indices need. */
public final class WeightMemory {
    static final String BENCHMARK = "memory of weights";
    private static final int COLLECTIONS = 3;
    private static final int TRIALS = 3;

    private WeightMemory() {}

    /** {@return a figure for each format of a whole network} */
    public static List<Figure> figures(boolean quick) {
        String network = quick ? CompressionTasks.RESNET : CompressionTasks.VGG;
        List<Figure> figures = new ArrayList<>();
        for (WeightForm form : List.of(WeightForm.DENSE, WeightForm.of(Format.CSR, CompressionTasks.NINETY),
                new WeightForm(Format.INT8, 0, 7), new WeightForm(Format.CSR_INT8, CompressionTasks.NINETY, 7))) {
            figures.add(figure(new LoweredTask(network, form, 1)));
        }
        return figures;
    }

    private static Figure figure(LoweredTask task) {
        double least = needed(task.lowered(), task.form());
        double[] freed = new double[TRIALS];
        Arrays.setAll(freed, _ -> freed(task));
        double used = Statistics.median(freed);
        return new Figure(BENCHMARK, task.model(), 1, "bytes", used, Arrays.stream(freed).min().orElseThrow(),
                Arrays.stream(freed).max().orElseThrow(), TRIALS, 0, 0, 0, 0, null, "needed", least, null,
                least / used, task.form().format().toString(), task.form().sparsity(), task.form().bits(), null);
    }

    /** {@return the bytes that are freed when a network is given up; now and then something else, in a pool, is freed with it} */
    private static double freed(LoweredTask task) {
        LoweredModel[] model = {task.lowered()};
        double with = occupied();
        model[0] = null;
        return with - occupied();
    }

    /** {@return the bytes of the weights' numbers and, of sparse ones, their columns} */
    private static double needed(LoweredModel model, WeightForm form) {
        double number = form.quantized() ? 1 : Float.BYTES;
        double column = form.format() == Format.CSR || form.format() == Format.CSR_INT8 ? Character.BYTES : 0;
        return model.layers().stream().mapToDouble(l ->
                (column > 0 ? l.weight().nonzeros() : l.weight().shape().size()) * (number + column)).sum();
    }

    private static double occupied() {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
