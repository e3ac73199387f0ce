package espalier.bench.measure;

import espalier.bench.peer.LoweredTask;
import espalier.bench.peer.WeightForm;
import espalier.compress.lower.Format;
import espalier.compress.lower.LoweredModel;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/** What weights in use occupy, all that is packed of them included, against what their numbers and indices need. */
public final class WeightMemory {
    static final String BENCHMARK = "memory of weights";
    private static final int TRIALS = 3;
    /** {@code number: instances bytes class}, but for what G1 fills regions with. */
    private static final Pattern OBJECTS = Pattern.compile("(?m)^\\s*\\d+:\\s+\\d+\\s+(\\d+)\\s++(?!\\S*jdk\\.internal\\.vm\\.Filler)");

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
                least / used, null, null, task.form().format().toString(), task.form().sparsity(), task.form().bits(), null);
    }

    /** {@return the bytes that are freed when a network is given up; now and then something else, in a pool, is freed with it} */
    private static double freed(LoweredTask task) {
        LoweredModel[] model = {task.lowered()};
        long with = occupied();
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

    /**
     * {@return the bytes of all objects alive} Not the heap in use: G1 gives an array of more than half a region whole regions,
     * and of VGG's int8 weights (2.4 MB a layer, regions of 4 MB) that made 1.7 times what they are.
     */
    private static long occupied() {
        try {
            String histogram = (String) ManagementFactory.getPlatformMBeanServer().invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"), "gcClassHistogram",
                    new Object[] {new String[0]}, new String[] {String[].class.getName()});
            return OBJECTS.matcher(histogram).results().mapToLong(line -> Long.parseLong(line.group(1))).sum();
        } catch (JMException e) {
            throw new IllegalStateException("this JVM tells no histogram of its heap", e);
        }
    }
}
