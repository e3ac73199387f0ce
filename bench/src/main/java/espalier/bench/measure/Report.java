package espalier.bench.measure;

import espalier.bench.ladder.LadderTable;
import espalier.bench.peer.Peer;
import espalier.bench.peer.Peers;
import espalier.bench.report.Environment;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Prints what a suite measured. */
public final class Report {
    private final Figures figures;
    private final List<Figure> all;

    public Report(Figures figures) {
        this(figures, List.of());
    }

    /** @param more that no benchmark measures */
    public Report(Figures figures, List<Figure> more) {
        this.figures = figures;
        all = Stream.concat(figures.all().stream(), more.stream()).toList();
    }

    /** {@return the figures, for other programs} */
    public List<Figure> figures() {
        return all;
    }

    /** Prints the machine, who is compared, the figures, what each rung of a ladder buys, and which goals are reached. */
    public void print(PrintWriter out) {
        Environment e = Environment.current();
        out.printf("%s, %d cores, JDK %s, %s kernels, commit %s%n", e.cpu(), e.cores(), e.jdk(), e.kernels(), e.commit());
        out.println("Multiply-add peak: " + figures.peaks().entrySet().stream().sorted(Map.Entry.comparingByKey())
                .map(p -> FigureTable.number(p.getValue()) + " GFLOP/s (threads: " + p.getKey() + ")")
                .collect(Collectors.joining(", ")));
        all.stream().map(Figure::baseline).filter(Objects::nonNull).distinct()
                .flatMap(name -> Peers.others().stream().filter(p -> p.name().equals(name)))
                .map(Peer::about).forEach(out::println);
        out.println();
        out.print(FigureTable.of(all));
        if (all.stream().anyMatch(f -> f.bestRatio() != null)) {
            out.println(FigureTable.UNDISTURBED);
        }
        all.stream().filter(f -> f.peakMemory() != null).map(FigureTable::memory).forEach(out::println);
        if (!figures.rungs().isEmpty()) {
            out.println();
            out.print(LadderTable.of(figures.rungs()));
        }
        List<Goals.Goal> goals = Goals.of(all);
        if (!goals.isEmpty()) {
            out.println();
            out.print(Goals.table(goals));
        }
        if (Peers.others().isEmpty()) {
            out.println();
            out.println(Peers.ADVICE);
        }
    }
}
