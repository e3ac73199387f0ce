package espalier.bench.cli;

import espalier.bench.lesson.Lesson;
import espalier.bench.lesson.Subject;
import espalier.bench.measure.Figure;
import espalier.bench.report.Json;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Pages to learn from. */
@Command(
        name = "lesson",
        description = "Measures on this machine, in a few minutes, what compression is worth, and writes a page that "
                + "explains it: "
                + "Markdown, HTML with all its figures in it, and the raw figures as JSON.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  espalier lesson sparsity                 why a pruned network is not faster, and how it can be",
            "  espalier lesson quantization --out lessons",
            "  espalier lesson quantization --weights resnet20.safetensors --data data",
            "  espalier lesson sparsity --quick         fewer figures, less exact, in two minutes"
        })
final class LessonCommand implements Runnable {
    @Spec CommandSpec spec;

    @Parameters(paramLabel = "LESSON", converter = Names.LessonName.class,
            description = "sparsity or quantization.")
    Lesson lesson;

    @Option(names = "--out", paramLabel = "DIR", defaultValue = "lessons",
            description = "Folder for the page (default: ${DEFAULT-VALUE}).")
    Path out;

    @Option(names = "--weights", paramLabel = "FILE",
            description = "Whole networks: the ResNet-20 for ten classes of this safetensors file (default: an initialized one).")
    Path weights;

    @Option(names = "--data", paramLabel = "DIR",
            description = "Tell accuracies, too, with --weights: the folder that holds CIFAR-10.")
    Path data;

    @Option(names = "--quick", description = "Fewer figures, measured shortly.")
    boolean quick;

    @Override
    public void run() {
        if (data != null && weights == null) {
            throw Options.usage("--data needs --weights: only a trained network is right more often than by chance");
        }
        Subject subject = weights == null ? Subject.INITIALIZED : Subject.of(weights, data);
        List<Figure> figures = lesson.run(out, quick, subject, Output.progress(spec));
        Output.of(spec).emit(Json.tree(figures), text -> text.println("read " + out.resolve(lesson + ".html") + " or "
                + out.resolve(lesson + ".md")));
    }
}
