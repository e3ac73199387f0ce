package espalier.bench.cli;

import espalier.bench.cliffs.Cliff;
import espalier.bench.cliffs.Cliffs;
import espalier.bench.ladder.Ladder;
import espalier.bench.measure.Figure;
import espalier.bench.measure.Figures;
import espalier.bench.measure.ForkLog;
import espalier.bench.measure.JmhRunner;
import espalier.bench.measure.Report;
import espalier.bench.measure.Suite;
import espalier.bench.measure.WeightMemory;
import espalier.bench.peer.RungTask;
import espalier.bench.peer.Task;
import espalier.bench.peer.WeightForm;
import espalier.bench.report.Json;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How fast we are, next to those that a user would otherwise take. */
@Command(
        name = "bench",
        description = "Measures the speed of kernels and networks with JMH, next to other libraries, as a fraction of what "
                + "the processor can do. With --json FILE, what was measured is kept in FILE.partial until all is: the same "
                + "command goes on where a run was stopped.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  espalier bench gemm --quick                     that it runs, in a minute",
            "  espalier bench step --json step.json            figures to tell others",
            "  espalier bench conv --only resnet20 --threads 1",
            "  mvn -q -Ppeers compile exec:java -Dexec.args=\"bench all\""
        })
final class BenchCommand {
    @Spec CommandSpec spec;

    /** What every measurement has. */
    static final class Measured {
        @Option(names = "--quick", description = "Small sizes, shortly, in one JVM each: to see that it runs.")
        boolean quick;

        @Option(names = "--forks", paramLabel = "N",
                description = "Fresh JVMs for each figure (default: 5; with --quick 1).")
        Integer forks;

        @Option(names = "--only", paramLabel = "REGEX", description = "Only what has a match in its name and shape.")
        Pattern only;

        private boolean asked(Task t) {
            return only == null || only.matcher(t.benchmark() + " " + t.shape()).find();
        }

        /** What others are compared with is measured with them: the lowest rung, and dense weights. */
        private boolean wanted(Task t) {
            boolean baseline = t instanceof RungTask rung && rung.rung().equals(Ladder.NAIVE)
                    || WeightForm.DENSE.equals(t.form());
            return baseline || asked(t);
        }
    }

    @Command(name = "gemm", description = "Matrix products: squares, skinny ones, all transposes.",
            footerHeading = "%nExamples:%n", footer = {
                "  espalier bench gemm", "  espalier bench gemm --edges      1 to 64 columns"})
    int gemm(@Mixin Measured measured, @Option(names = "--edges",
            description = "Instead: products of 1 to 64 columns. None may take longer than the next full tile.")
            boolean edges) {
        return run(measured, s -> edges ? s.edges() : s.gemm());
    }

    @Command(name = "conv", description = "Convolutions of ResNet-20, VGG-16 and MobileNetV2, forward and backward.",
            footerHeading = "%nExamples:%n",
            footer = {"  espalier bench conv", "  espalier bench conv --only forward.resnet20 --forks 10"})
    int conv(@Mixin Measured measured) {
        return run(measured, Suite::conv);
    }

    @Command(name = "step", description = "ResNet-20: training steps, what in them is not convolution, and inference.",
            footerHeading = "%nExamples:%n", footer = {"  espalier bench step", "  espalier bench step --only inference"})
    int step(@Mixin Measured measured) {
        return run(measured, Suite::step);
    }

    @Command(name = "attack", description = "Projected gradient descent on ResNet-20.",
            footerHeading = "%nExamples:%n",
            footer = {"  espalier bench attack", "  espalier bench attack --quick --threads 1"})
    int attack(@Mixin Measured measured) {
        return run(measured, Suite::attack);
    }

    @Command(name = "cliffs", description = "Runs every kernel in fresh JVMs and fails if in any of them it is slower than "
            + Cliff.LEAST + " of the best, by the clock and by its thread's own time, or if it allocates. Each JVM measures "
            + "every kernel " + Cliffs.PASSES + " times and stays alive; those that were slow are asked again, each followed by "
            + "the fastest, in up to " + Cliffs.ROUNDS + " rounds: what disturbs them passes or slows both down, what the "
            + "compiler made of a kernel stays. A JVM's evenness is the best JVM's time over its own, each in its best pass, or "
            + "the median of what they took one after the other; its allocation is that of its last pass; 'passes' tells how "
            + "often the slowest JVM was asked. "
            + "Each takes up to 1 GB as long as the check lasts.",
            footerHeading = "%nExamples:%n", footer = {
                "  espalier bench cliffs", "  espalier bench cliffs --starts 30 --only gemm.256"})
    int cliffs(
            @Option(names = "--starts", paramLabel = "N", defaultValue = "10",
                    description = "Fresh JVMs (default: ${DEFAULT-VALUE}).") int starts,
            @Option(names = "--only", paramLabel = "REGEX", defaultValue = "",
                    description = "Only kernels whose name has a match.") Pattern only,
            @Option(names = "--quick", description = "Measure shortly: to see that it runs.") boolean quick) {
        Options.atLeast(2, starts, "--starts");
        List<Cliff> cliffs = new Cliffs(Output.progress(spec), only, quick).run(starts);
        List<String> bad = cliffs.stream().filter(c -> c.verdict().bad()).map(Cliff::kernel).toList();
        Output.of(spec).emit(Json.tree(cliffs), out -> {
            out.print(Cliffs.table(cliffs));
            out.println();
            out.println(bad.isEmpty()
                    ? "No cliff: in each of " + starts + " starts every kernel was at least " + Cliff.LEAST
                            + " times as fast as in its best, by the clock or by its thread's own time, if need be at the "
                            + "last of several times of asking, and none allocated what it must not."
                    : "Failed: " + String.join(", ", bad));
        });
        return bad.isEmpty() ? 0 : 1;
    }

    @Command(name = "ladder", description = "A matrix product and a convolution, from naive loops to threads: what each "
            + "idea buys.",
            footerHeading = "%nExamples:%n", footer = {"  espalier bench ladder", "  espalier bench ladder --quick"})
    int ladder(@Mixin Measured measured) {
        return run(measured, Suite::ladder);
    }

    @Command(name = "compression", description = "Layers and networks with sparse weights, with weights in 8 bits and with "
            + "both, against our own dense ones; what they were to reach.",
            footerHeading = "%nExamples:%n", footer = {
                "  espalier bench compression --threads 1 --json compression.json",
                "  espalier bench compression --quick", "  espalier bench compression --only \"network.*resnet20\""})
    int compression(@Mixin Measured measured) {
        return run(measured, Suite::compression, measured.only == null ? WeightMemory.figures(measured.quick) : List.of());
    }

    @Command(name = "all", description = "Products, convolutions, steps and attacks, which takes hours, and what they were "
            + "to reach.",
            footerHeading = "%nExamples:%n",
            footer = {"  espalier bench all --json all.json", "  espalier bench all --quick"})
    int all(@Mixin Measured measured) {
        return run(measured, s -> s.gemm().edges().conv().step().attack());
    }

    private int run(Measured measured, Function<Suite, Suite> tasks) {
        return run(measured, tasks, List.of());
    }

    /** @param more figures, which no benchmark measures */
    private int run(Measured measured, Function<Suite, Suite> tasks, List<Figure> more) {
        Suite suite = suite(measured, tasks);
        Output output = Output.of(spec);
        try (ForkLog log = output.file().map(ForkLog::of).orElseGet(ForkLog::temporary)) {
            Report report = new Report(new Figures(new JmhRunner(Output.progress(spec)).run(suite, log)), more);
            output.emit(Json.tree(report.figures()), report::print);
            log.delete();
        }
        return 0;
    }

    private Suite suite(Measured measured, Function<Suite, Suite> tasks) {
        Suite suite = tasks.apply(new Suite(threads(), measured.quick));
        if (suite.entries().stream().map(Suite.Entry::task).noneMatch(measured::asked)) {
            throw Options.usage("--only " + measured.only + " leaves nothing to measure");
        }
        suite.only(measured::wanted);
        suite.peak();
        if (measured.forks != null) {
            suite.forks(Options.atLeast(1, measured.forks, "--forks"));
        }
        return suite;
    }

    /** The number that was asked for, or one and as many as there are processors. */
    private int[] threads() {
        Integer asked = ((EspalierCommand) spec.root().userObject()).threads;
        int cores = Runtime.getRuntime().availableProcessors();
        return asked != null ? new int[] {asked} : cores == 1 ? new int[] {1} : new int[] {1, cores};
    }
}
