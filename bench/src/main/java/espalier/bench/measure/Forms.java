package espalier.bench.measure;

import espalier.bench.peer.Espalier;
import espalier.bench.peer.LayerTask;
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

    private Forms() {}

    /** {@return {@code ours} against dense weights, and both at once against each alone; nothing where there is nothing such} */
    static List<Figure> compared(Figure ours, Suite.Entry entry, Map<Suite.Entry, Map<String, List<Fork>>> forks) {
        List<Figure> figures = new ArrayList<>();
        WeightForm form = entry.task().form();
        if (form == null || form.equals(WeightForm.DENSE)) {
            return figures;
        }
        add(figures, ours, entry, WeightForm.DENSE, forks);
        if (form.format() == Format.CSR_INT8) {
            add(figures, ours, entry, WeightForm.of(Format.CSR, form.zeros()), forks);
            add(figures, ours, entry, new WeightForm(Format.INT8, 0, form.bits()), forks);
        }
        return figures;
    }

    private static void add(List<Figure> figures, Figure ours, Suite.Entry entry, WeightForm baseline,
            Map<Suite.Entry, Map<String, List<Fork>>> forks) {
        Task other = switch (entry.task()) {
            case LayerTask t -> new LayerTask(t.layer(), baseline, LayerTask.How.KERNEL, t.batch());
            case LoweredTask t -> new LoweredTask(t.model(), baseline, t.batch());
            default -> throw new IllegalArgumentException("forms: " + entry.task());
        };
        forks.forEach((e, measured) -> {
            if (e.threads() == entry.threads() && e.task().equals(other)) {
                figures.add(ours.against(baseline.format().toString(),
                        other.items() / Figure.median(measured.get(Espalier.NAME)) * 1e9, null));
            }
        });
    }
}
