package espalier.bench.paper;

import espalier.bench.chart.Picture;
import espalier.bench.report.Json;
import espalier.bench.study.Attack;
import espalier.bench.study.Cell;
import espalier.bench.study.FinishedStudy;
import espalier.bench.study.Masking;
import espalier.bench.study.MatrixRow;
import espalier.bench.study.Result;
import espalier.bench.study.StudyConfig;
import espalier.bench.study.Summary;
import espalier.datasets.Dataset;
import espalier.datasets.Datasets;
import espalier.engine.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/** Writes the report of a run: figures, tables, and {@code index.html} and {@code index.md}, which show them all. */
public final class StudyReport {
    private static final double PNG_SCALE = 2;

    private final FinishedStudy study;
    private final StudyConfig config;
    private final Path folder;
    private final boolean png;
    private final Page page;
    private final StringBuilder csv = new StringBuilder(SummaryTable.csvHead());
    private final List<Path> written = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    /**
     * @param folder to write to
     * @param png whether figures are written as PNG too
     */
    public StudyReport(FinishedStudy study, Path folder, boolean png) {
        this.study = study;
        this.config = study.config();
        this.folder = folder;
        this.png = png;
        page = new Page("Study " + config.name());
    }

    /** {@return the files that were written; see {@link #notes} for what could not be} */
    public List<Path> write(Path dataRoot) {
        introduction();
        for (String reading : config.reading()) {
            reading(reading);
        }
        matrix();
        images(dataRoot);
        for (String reading : config.reading()) {
            DensityFigure.of(study, reading, "Weights that are left in each layer, reading: " + reading)
                    .ifPresentOrElse(f -> {
                        page.heading(2, "Where weights are left, reading: " + reading);
                        figure("density-" + reading, f);
                    }, () -> notes.add("no densities in reading " + reading + ": the run's checkpoints are not there"));
        }
        masking();
        for (String reading : config.reading()) {
            tables(reading);
        }
        notes.forEach(page::text);
        text("summary.csv", csv.toString());
        text("index.md", page.markdown());
        text("index.html", page.html());
        return written;
    }

    /** {@return what is missing, in words} */
    public List<String> notes() {
        return notes;
    }

    private void introduction() {
        List<Result> known = study.results();
        Result first = known.getFirst();
        page.text(String.format(Locale.ROOT, "%s on %s; %d of %d cells are known. Seeds: %s. Clean accuracy on the first %,d "
                + "test images; the first %,d of them are attacked%s. Measured at commit %s on %s, JDK %s.",
                String.join(", ", config.model()), config.dataset(), known.size(), study.cells(),
                String.join(", ", config.seeds().stream().map(String::valueOf).toList()), first.testImages(),
                first.attackImages(), config.reading().stream().anyMatch(r -> r.contains("paper")
                        || r.contains("training-images"))
                        ? " (augmented training images where a reading says so)" : "",
                first.environment().commit(), first.environment().cpu(), first.environment().jdk()));
        page.text("Robust accuracy and transfer accuracy are shares of all attacked images; a success rate is a share of "
                + "those that were classified rightly before. Intervals are 95 %, by bootstrap over images"
                + (config.seeds().size() > 1 ? " and seeds; ± is the standard deviation over seeds." : "; one seed."));
        page.heading(2, "Threat models");
        page.list(known.stream().filter(r -> !r.quantized()).map(r -> r.threatModel().toString()).distinct().toList());
        page.text("Transfer: the same attack made on the dense parent. An int8 network is attacked through its float parent.");
        if (known.size() < study.cells()) {
            notes.add((study.cells() - known.size()) + " cells of the study are not known yet: run it again to go on");
        }
    }

    private void reading(String reading) {
        List<Summary> summaries = Summary.of(study.results(reading));
        if (summaries.isEmpty()) {
            return;
        }
        csv.append(SummaryTable.csv(reading, summaries));
        page.heading(2, "Accuracy over compression, reading: " + reading);
        for (int a = 0; a < config.attacks().size(); a++) {
            Attack attack = config.attacks().get(a);
            for (boolean int8 : new boolean[] {false, true}) {
                List<Summary> of = summaries.stream().filter(s -> s.attack().equals(attack) && s.quantized() == int8)
                        .toList();
                if (!of.isEmpty()) {
                    figure("accuracy-" + reading + "-attack" + (a + 1) + (int8 ? "-int8" : ""),
                            AccuracyFigure.of("Reading: " + reading + ", " + (int8 ? "int8" : "float32") + ", "
                                    + of.getFirst().threatModel().attack(), of));
                }
            }
        }
    }

    private void tables(String reading) {
        List<Summary> summaries = Summary.of(study.results(reading));
        for (Attack attack : config.attacks()) {
            List<Summary> of = summaries.stream().filter(s -> s.attack().equals(attack)).toList();
            if (!of.isEmpty()) {
                page.heading(2, "Reading: " + reading + ", " + of.getFirst().threatModel().attack());
                page.table(SummaryTable.of(of));
            }
        }
    }

    private void matrix() {
        List<MatrixRow> rows = study.matrix();
        if (rows.isEmpty()) {
            if (config.matrix() != null) {
                notes.add("no transfer matrix yet: the study computes it when all its cells are known");
            }
            return;
        }
        page.heading(2, "Transfer matrix");
        page.text(rows.getFirst().threatModel() + "; " + rows.getFirst().images() + " test images.");
        matrix("transfer-matrix", "Who fools whom", rows, v -> !v.quantized());
        if (rows.getFirst().targets().stream().anyMatch(t -> t.variant().quantized())) {
            matrix("transfer-matrix-int8", "Who fools whose int8 version", rows, MatrixRow.Variant::quantized);
        }
    }

    private void matrix(String name, String title, List<MatrixRow> rows, Predicate<MatrixRow.Variant> targets) {
        figure(name, MatrixFigure.of(title, rows, targets));
    }

    private void images(Path dataRoot) {
        try {
            Dataset data = Datasets.load(config.dataset(), dataRoot);
            List<Cell.Network> networks = study.networks(config.reading().getFirst());
            for (String model : config.model()) {
                List<Cell.Network> of = networks.stream().filter(n -> n.parent().model().equals(model)).toList();
                ImageFigure.of(study, data, shown(of), config.attacks().getFirst().threatModel(), model + ", "
                        + config.attacks().getFirst().threatModel().attack() + "; above the true class, below what the "
                        + "network answers, coloured where wrong").ifPresentOrElse(f -> {
                            page.heading(2, "Images, " + model);
                            figure("images-" + model, f);
                        }, () -> notes.add("no images of " + model + ": the run's checkpoints are not there"));
            }
        } catch (UserError e) {
            notes.add("no images: " + e.getMessage());
        }
    }

    /** {@return the dense network, one pruned by magnitude, one by GAP, or the first ones, at the lowest compression} */
    private static List<Cell.Network> shown(List<Cell.Network> networks) {
        List<Cell.Network> some = new ArrayList<>();
        for (String strategy : List.of(Cell.DENSE, "global-magnitude", "global-gap")) {
            Optional<Cell.Network> first = networks.stream().filter(n -> n.strategy().equals(strategy)).findFirst();
            first.ifPresent(some::add);
        }
        return some.isEmpty() ? networks.subList(0, Math.min(3, networks.size())) : some;
    }

    private void masking() {
        page.heading(2, "Signs of gradient masking");
        List<String> signs = Masking.signs(study.results());
        if (signs.isEmpty()) {
            page.text("None: no attack that should be stronger was not, by more than chance.");
        } else {
            page.text("An attack's failure says little about these:");
            page.list(signs);
        }
    }

    private void figure(String name, Picture picture) {
        Path svg = folder.resolve(name + ".svg");
        picture.writeSvg(svg);
        written.add(svg);
        if (png) {
            Path file = folder.resolve(name + ".png");
            picture.writePng(file, PNG_SCALE);
            written.add(file);
        }
        page.figure(name + ".svg", picture.description());
    }

    private void text(String name, String content) {
        Json.writeText(folder.resolve(name), content);
        written.add(folder.resolve(name));
    }
}
