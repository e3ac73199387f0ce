package espalier.bench.ladder;

import espalier.bench.measure.Figure;
import espalier.bench.measure.FigureTable;
import espalier.bench.peer.RungTask;
import espalier.bench.report.Table;
import java.util.Locale;
import java.util.SequencedMap;

/** What each rung buys. */
public final class LadderTable {
    private LadderTable() {}

    /** {@return a table of {@code rungs}, of which a product's or a convolution's follow each other, the lowest first} */
    public static Table of(SequencedMap<RungTask, Figure> rungs) {
        Table table = new Table(3, "ladder", "rung", "idea", "threads", "ms", "GFLOP/s", "of peak", "× below", "× naive");
        double[] below = new double[1];
        rungs.forEach((task, f) -> {
            boolean lowest = task.rung().equals(Ladder.NAIVE);
            table.add(lowest ? task.task().benchmark() + " " + task.shape() : "", task.rung(), Ladder.idea(task),
                    Integer.toString(f.threads()), FigureTable.number(f.milliseconds()), FigureTable.number(f.median()),
                    FigureTable.percent(f.peakFraction()), lowest ? "" : times(f.median() / below[0]), times(f.ratio()));
            below[0] = f.median();
        });
        return table;
    }

    private static String times(double x) {
        return String.format(Locale.ROOT, "%.1f", x);
    }
}
