package espalier.bench.cli;

import espalier.bench.report.Json;
import espalier.bench.study.Merge;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shards become one run. */
@Command(
        name = "merge",
        description = {
            "Joins the results and checkpoints of a study's shards into one run, which study and report go on with.",
            "Refuses runs that were configured differently."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  espalier study paper --shard 1/2 --out runs/paper-1     on one machine",
            "  espalier study paper --shard 2/2 --out runs/paper-2     on another",
            "  espalier merge runs/paper-1 runs/paper-2 --out runs/paper",
            "  espalier study runs/paper/study.yaml --out runs/paper   what is left: the transfer matrix"
        })
final class MergeCommand implements Runnable {
    @Spec CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "RUN", description = "Folders that shards wrote.")
    List<Path> runs;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "The folder of the whole run.")
    Path out;

    @Override
    public void run() {
        new OutPath(out).requireWritable();
        Merge merged = Merge.of(runs, out);
        Output.of(spec).emit(Json.tree(merged), text -> text.printf("%d of %d cells in %s%s%n", merged.known(),
                merged.cells(), out, merged.known() < merged.cells() ? "; a shard is missing, or not finished" : ""));
    }
}
