package espalier.bench.cli;

import espalier.bench.report.Json;
import espalier.bench.report.Progress;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import picocli.CommandLine.Model.CommandSpec;
import tools.jackson.databind.JsonNode;

/** Where a command's result goes: text to stdout, and JSON to the file of {@code --json}. */
record Output(PrintWriter out, Path json) {
    /** What {@code --json} says for standard output. */
    static final String STDOUT = "-";

    static Output of(CommandSpec spec) {
        EspalierCommand root = (EspalierCommand) spec.root().userObject();
        return new Output(spec.commandLine().getOut(), root.json);
    }

    /** {@return where the command shows how far it is} */
    static Progress progress(CommandSpec spec) {
        return Progress.to(spec.commandLine().getErr(), Console.isTerminal());
    }

    /** {@return the file that the JSON goes to; none where it is a stream} */
    Optional<Path> file() {
        return Optional.ofNullable(json)
                .filter(f -> !f.toString().equals(STDOUT) && (Files.isRegularFile(f) || !Files.exists(f)));
    }

    /** Writes the result as text, and as JSON if asked for; {@code --json -} prints the JSON in place of the text. */
    void emit(JsonNode result, Consumer<PrintWriter> text) {
        if (json != null && json.toString().equals(STDOUT)) {
            out.println(Json.pretty(result));
            return;
        }
        text.accept(out);
        // Afterwards: a disk that is full must not take the table of an hour's run with it.
        out.flush();
        if (json != null) {
            Json.write(json, result);
        }
    }
}
