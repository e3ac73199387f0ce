package espalier.bench.cli;

import espalier.engine.parallel.Parallel;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The program itself: the options that every command has, and the list of commands. */
@Command(
        name = "espalier",
        version = "espalier 0.1.0",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        synopsisSubcommandLabel = "COMMAND",
        sortOptions = false,
        description = "Trains, prunes, quantizes and attacks neural networks, and tells what is left of their accuracy.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  espalier                        all of it on embedded data, in about a minute",
            "  espalier train --model lenet --dataset mnist --epochs 3 --out lenet.safetensors",
            "  espalier evaluate --weights lenet.safetensors --attack pgd --epsilon 0.1",
            "  espalier study cifar10 --weights resnet20.safetensors",
            "  espalier COMMAND --help         what a command can do, with more examples"
        },
        subcommands = {
            StudyCommand.class, ReportCommand.class, MergeCommand.class, TrainCommand.class, PruneCommand.class,
            QuantizeCommand.class, LowerCommand.class, EvaluateCommand.class, DatasetsCommand.class, BenchCommand.class,
            LessonCommand.class, InfoCommand.class, CompletionCommand.class
        })
final class EspalierCommand {
    @Option(names = "--threads", paramLabel = "N", scope = ScopeType.INHERIT, order = 100,
            description = "Threads to work with (default: one per processor). Results do not depend on it.")
    Integer threads;

    @Option(names = "--json", paramLabel = "FILE", scope = ScopeType.INHERIT, order = 101,
            description = "Also write the result as JSON to FILE; - is stdout, in place of the text.")
    Path json;

    @Option(names = "--debug", scope = ScopeType.INHERIT, order = 102, description = "Show the stack trace of a failure.")
    boolean debug;

    /** What holds for all commands, before any of them works. */
    void prepare() {
        if (json != null && !json.toString().equals(Output.STDOUT)) {
            OutPath.requireWritableFile(json);
        }
        if (threads != null) {
            Options.atLeast(1, threads, "--threads");
            Parallel.setThreads(threads);
        }
    }
}
