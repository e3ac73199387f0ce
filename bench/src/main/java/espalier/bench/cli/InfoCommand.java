package espalier.bench.cli;

import espalier.bench.report.Environment;
import espalier.bench.report.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Tells what the results of this machine will be marked with. */
@Command(
        name = "info",
        description = "Shows the JDK, the processor, its vector width, the kernels in use and the threads.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  espalier info",
            "  espalier info --threads 1 --json -       for a script",
            "  ESPALIER_JAVA_OPTS=-Despalier.simd=256 espalier info"
        })
final class InfoCommand implements Runnable {
    @Spec CommandSpec spec;

    @Override
    public void run() {
        Environment e = Environment.current();
        Output.of(spec).emit(Json.tree(e), out -> {
            out.printf("Espalier  %s%n", e.commit());
            out.printf("JDK       %s%n", e.jdk());
            out.printf("OS        %s%n", e.os());
            out.printf("CPU       %s, %d cores%n", e.cpu(), e.cores());
            out.printf("Kernels   %s, %d-bit vectors%n", e.kernels(), e.vectorWidth());
            out.printf("Threads   %d%n", e.threads());
            out.printf("Heap      at most %d MB%n", e.heapMegabytes());
        });
    }
}
