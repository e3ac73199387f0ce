package espalier.bench.cli;

import espalier.engine.UserError;
import espalier.nn.checkpoint.AtomicFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Runs a command line and turns what goes wrong into one line and an exit code. */
public final class Cli {
    private Cli() {}

    /** {@return the exit code of the command that {@code args} name; without any, the quickstart study} */
    public static int run(String... args) {
        return run(new PrintWriter(System.out, true), new PrintWriter(System.err, true), args);
    }

    /** As {@link #run(String...)}, with results and messages written to {@code out} and {@code err}. */
    public static int run(PrintWriter out, PrintWriter err, String... args) {
        CommandLine line = commandLine().setOut(out).setErr(err);
        try {
            return line.execute(args.length == 0 ? new String[] {"study", "quickstart"} : args);
        } catch (Throwable e) {
            // picocli hands exceptions to our handler, but lets errors such as OutOfMemoryError pass.
            return fail(line, e);
        } finally {
            out.flush();
            err.flush();
        }
    }

    /** {@return the whole command line as picocli sees it} */
    public static CommandLine commandLine() {
        CommandLine line = new CommandLine(new EspalierCommand());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.registerConverter(Pattern.class, new Names.Regex());
        line.setUsageHelpWidth(100);
        line.setUsageHelpAutoWidth(true);
        line.setUsageHelpLongOptionsMaxWidth(32);
        line.setParameterExceptionHandler((e, _) -> misused(e));
        line.setExecutionExceptionHandler((e, command, _) -> fail(command, e));
        line.setExecutionStrategy(parsed -> {
            try {
                line.<EspalierCommand>getCommand().prepare();
            } catch (Options.Misused | UserError e) {
                return fail(line, e);
            }
            return new CommandLine.RunLast().execute(parsed);
        });
        return line;
    }

    private static int misused(ParameterException e) {
        String hint = "";
        if (e instanceof UnmatchedArgumentException unmatched && !unmatched.getSuggestions().isEmpty()) {
            hint = "; did you mean " + unmatched.getSuggestions().getFirst() + "?";
        }
        return misused(e.getCommandLine(), e, hint);
    }

    private static int misused(CommandLine command, RuntimeException e, String hint) {
        command.getErr().println("espalier: " + oneLine(e.getMessage()) + hint + "; see "
                + command.getCommandSpec().qualifiedName() + " --help");
        trace(command, e);
        return CommandLine.ExitCode.USAGE;
    }

    private static int fail(CommandLine command, Throwable e) {
        if (e instanceof Options.Misused misused) {
            return misused(command, misused, "");
        }
        command.getErr().println("espalier: " + describe(e));
        trace(command, e);
        return CommandLine.ExitCode.SOFTWARE;
    }

    private static void trace(CommandLine command, Throwable e) {
        if (command.getCommandSpec().root().userObject() instanceof EspalierCommand root && root.debug) {
            e.printStackTrace(command.getErr());
        }
    }

    /** {@return one line that tells what went wrong and, where we know, what to do} */
    static String describe(Throwable e) {
        return switch (e) {
            case UserError u -> oneLine(u.getMessage());
            case UncheckedIOException u -> describe(u.getCause());
            case FileSystemException f when f.getFile() != null -> f.getFile() + ": " + AtomicFile.reason(f);
            case IOException io -> oneLine(AtomicFile.reason(io));
            case OutOfMemoryError _ -> "out of memory with a heap of " + (Runtime.getRuntime().maxMemory() >> 20)
                    + " MB: lower --batch-size, or set ESPALIER_JAVA_OPTS=-Xmx4g";
            default -> oneLine(e + " (a bug: --debug shows the trace)");
        };
    }

    private static String oneLine(String message) {
        return String.valueOf(message).strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
