package espalier.bench.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/** A command line run in this JVM. */
public record Run(int exit, String out, String err) {
    /** {@return what came of it} */
    public static Run of(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = Cli.run(new PrintWriter(out), new PrintWriter(err), args);
        return new Run(exit, out.toString(), err.toString());
    }
}
