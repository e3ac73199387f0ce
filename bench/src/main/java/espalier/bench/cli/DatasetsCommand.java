package espalier.bench.cli;

import espalier.bench.report.Json;
import espalier.bench.report.Progress;
import espalier.bench.report.Table;
import espalier.datasets.DataRoot;
import espalier.datasets.DatasetInfo;
import espalier.datasets.Datasets;
import espalier.datasets.download.DownloadListener;
import espalier.datasets.download.Downloads;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The data sets. */
@Command(
        name = "datasets",
        description = "Lists the data sets, tells about one, or downloads one.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  espalier datasets list",
            "  espalier datasets info cifar10",
            "  espalier datasets download mnist --data ~/data"
        })
final class DatasetsCommand {
    @Spec CommandSpec spec;

    @Option(names = "--data", paramLabel = "DIR", scope = ScopeType.INHERIT,
            description = "Where data sets lie (default: $ESPALIER_DATA, else ~/.espalier/data).")
    Path data;

    private Path root() {
        return DataRoot.resolve(data);
    }

    private static Map<String, Object> describe(DatasetInfo d, Path root) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", d.name());
        map.put("title", d.title());
        map.put("imageShape", d.imageShape().dims());
        map.put("classNames", d.classNames());
        map.put("trainImages", d.trainImages());
        map.put("testImages", d.testImages());
        map.put("mean", d.mean());
        map.put("std", d.std());
        map.put("embedded", d.embedded());
        map.put("present", Datasets.present(d.name(), root));
        map.put("folder", d.embedded() ? null : root.resolve(d.folder()).toString());
        map.put("homepage", d.homepage());
        return map;
    }

    private static String where(DatasetInfo d, Path root) {
        return d.embedded() ? "embedded" : Datasets.present(d.name(), root) ? "here" : "not here";
    }

    @Command(name = "list", description = "Lists all data sets, and whether their files are here.",
            footerHeading = "%nExamples:%n",
            footer = {"  espalier datasets list", "  espalier datasets list --data ~/data --json -"})
    void list() {
        List<Map<String, Object>> all = new ArrayList<>();
        Table table = new Table(4, "name", "images", "files", "what", "train", "test");
        for (String name : Datasets.names()) {
            DatasetInfo d = Datasets.info(name);
            all.add(describe(d, root()));
            table.add(name, d.imageShape().toString(), where(d, root()), d.title(),
                    String.format(Locale.ROOT, "%,d", d.trainImages()), String.format(Locale.ROOT, "%,d", d.testImages()));
        }
        Output.of(spec).emit(Json.tree(all), text -> text.print(table));
    }

    @Command(name = "info", description = "Tells about a data set.", footerHeading = "%nExamples:%n",
            footer = {"  espalier datasets info cifar10", "  espalier datasets info digits --json -"})
    void info(@Parameters(paramLabel = "NAME", converter = Names.DatasetName.class,
            completionCandidates = Names.DatasetName.class,
            description = "One of ${COMPLETION-CANDIDATES}.") String name) {
        DatasetInfo d = Datasets.info(name);
        Output.of(spec).emit(Json.tree(describe(d, root())), text -> {
            text.printf("%s: %s%n", d.name(), d.title());
            text.printf("images    %s%n", d.imageShape());
            text.printf(Locale.ROOT, "number    %,d for training, %,d for testing%n", d.trainImages(), d.testImages());
            text.printf("classes   %s%n", String.join(", ", d.classNames()));
            text.printf("files     %s%s%n", where(d, root()), d.embedded() ? "" : ": " + root().resolve(d.folder()));
            if (!d.embedded()) {
                text.printf("from      %s%n", d.homepage());
            }
        });
    }

    @Command(name = "download",
            description = "Downloads a data set, goes on with a download that was interrupted, and keeps only "
            + "what has the published checksum.", footerHeading = "%nExamples:%n",
            footer = {"  espalier datasets download mnist", "  espalier datasets download cifar10 --data ~/data"})
    void download(@Parameters(paramLabel = "NAME", converter = Names.DatasetName.class,
                    completionCandidates = Names.DatasetName.class,
                    description = "One of ${COMPLETION-CANDIDATES}.") String name) {
        try (DownloadProgress listener = new DownloadProgress(Output.progress(spec))) {
            Downloads.download(name, root(), listener);
        }
        Output.of(spec).emit(Json.tree(describe(Datasets.info(name), root())), text -> text.println(name + " is "
                + (Datasets.info(name).embedded() ? "embedded" : "in " + root().resolve(Datasets.info(name).folder()))));
    }

    /** A bar per file. */
    private static final class DownloadProgress implements DownloadListener, AutoCloseable {
        private final Progress progress;
        private String file;
        private Progress.Phase phase;

        DownloadProgress(Progress progress) {
            this.progress = progress;
        }

        @Override
        public void progress(String file, long received, long total) {
            if (!file.equals(this.file)) {
                close();
                this.file = file;
                phase = progress.phase(file, total);
            }
            phase.at(received, String.format(Locale.ROOT, "%.1f of %.1f MB", received / 1e6, total / 1e6));
        }

        @Override
        public void note(String line) {
            progress.line("  " + line);
        }

        @Override
        public void close() {
            if (phase != null) {
                phase.close();
            }
        }
    }
}
