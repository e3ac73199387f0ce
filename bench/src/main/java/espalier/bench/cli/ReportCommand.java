package espalier.bench.cli;

import espalier.bench.paper.StudyReport;
import espalier.bench.report.Json;
import espalier.bench.study.FinishedStudy;
import espalier.datasets.DataRoot;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Figures and tables of a run. */
@Command(
        name = "report",
        description = {
            "Draws what a study found out: accuracy over compression, the transfer matrix, attacked images, densities of "
                    + "layers; with tables, intervals and signs of gradient masking, on a page that shows it all.",
            "A study that is not finished is reported as far as it is."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  espalier report runs/quickstart",
            "  espalier report runs/paper-small --png --data ~/data --out figures"
        })
final class ReportCommand implements Runnable {
    @Spec CommandSpec spec;

    @Parameters(paramLabel = "RUN", description = "The folder that a study wrote.")
    Path run;

    @Option(names = "--out", paramLabel = "DIR", description = "Where to write (default: RUN/report).")
    Path out;

    @Option(names = "--png", description = "Write figures as PNG too.")
    boolean png;

    @Option(names = "--data", paramLabel = "DIR",
            description = "Where data sets lie, for the sheets of images (default: $$ESPALIER_DATA, else ~/.espalier/data).")
    Path data;

    @Override
    public void run() {
        FinishedStudy study = FinishedStudy.read(run);
        Path folder = out != null ? out : run.resolve("report");
        new OutPath(folder).requireWritable();
        StudyReport report = new StudyReport(study, folder, png);
        List<Path> files = report.write(DataRoot.resolve(data));
        Output.of(spec).emit(Json.tree(files.stream().map(Path::toString).toList()), text -> {
            report.notes().forEach(text::println);
            text.printf("%d files in %s; begin with %s%n", files.size(), folder, files.getLast());
        });
    }
}
