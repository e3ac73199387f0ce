package espalier.bench.measure;

import espalier.bench.peer.Espalier;
import espalier.bench.peer.LayerTask;
import espalier.bench.peer.LayerTask.How;
import espalier.bench.peer.LoweredTask;
import espalier.bench.peer.Task;
import espalier.bench.peer.WeightForm;
import espalier.compress.lower.Format;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The same layer or network with its weights in different forms, next to each other. */
final class Forms {
    /** The baseline that all others are compared with. */
    static final String DENSE = Format.DENSE.toString();
    /** The baseline of sparse layers that does not multiply less by another trick. */
    static final String DIRECT = DENSE + ", direct";

    private final Figure ours;
    private final Suite.Entry entry;
    private final Map<Suite.Entry, Map<String, List<Fork>>> forks;
    private final List<Figure> figures = new ArrayList<>();

    private Forms(Figure ours, Suite.Entry entry, Map<Suite.Entry, Map<String, List<Fork>>> forks) {
        this.ours = ours;
        this.entry = entry;
        this.forks = forks;
    }

    /** {@return the name of {@code peer} as a baseline, where its weights are in 8 bits and ours are not} */
    static String int8(String peer) {
        return peer + " " + Format.INT8;
    }

    /**
     * {@return {@code ours} against dense weights, both at once against each alone, and a network against what others make of
     * it in 8 bits; nothing where there is nothing such}
     */
    static List<Figure> compared(Figure ours, Suite.Entry entry, Map<Suite.Entry, Map<String, List<Fork>>> forks) {
        Forms forms = new Forms(ours, entry, forks);
        switch (entry.task()) {
            case LayerTask t -> forms.layer(t);
            case LoweredTask t -> forms.network(t);
            default -> { }
        }
        return forms.figures;
    }

    private void layer(LayerTask t) {
        LayerTask dense = new LayerTask(t.layer(), WeightForm.DENSE, How.KERNEL, t.batch());
        if (!t.equals(dense)) {
            against(DENSE, dense);
        }
        if (t.form().format() == Format.CSR) {
            against(DIRECT, new LayerTask(t.layer(), WeightForm.DENSE, How.DIRECT, t.batch()));
        }
    }

    private void network(LoweredTask t) {
        WeightForm form = t.form();
        if (form.equals(WeightForm.DENSE)) {
            return;
        }
        against(DENSE, t.in(WeightForm.DENSE));
        if (form.format() == Format.CSR_INT8) {
            against(Format.CSR.toString(), t.in(WeightForm.of(Format.CSR, form.zeros())));
            against(Format.INT8.toString(), t.in(new WeightForm(Format.INT8, 0, form.bits())));
        }
        if (!form.equals(WeightForm.INT8)) {
            measured(t.in(WeightForm.INT8)).keySet().stream().filter(peer -> !peer.equals(Espalier.NAME))
                    .forEach(peer -> against(int8(peer), t.in(WeightForm.INT8), peer));
        }
    }

    private void against(String name, Task baseline) {
        against(name, baseline, Espalier.NAME);
    }

    private void against(String name, Task baseline, String implementation) {
        List<Fork> theirs = measured(baseline).get(implementation);
        if (theirs != null) {
            figures.add(ours.against(name, baseline, theirs, null));
        }
    }

    /** {@return the forks of {@code task} with as many threads, by implementation; none where it was not measured} */
    private Map<String, List<Fork>> measured(Task task) {
        return forks.entrySet().stream().filter(e -> e.getKey().threads() == entry.threads() && e.getKey().task().equals(task))
                .findFirst().map(Map.Entry::getValue).orElse(Map.of());
    }
}
