package espalier.bench.cli;

import picocli.CommandLine;

/** Checks of option values that picocli's types do not make. A wrong one is wrong usage. */
final class Options {
    private Options() {}

    static void atLeast(int least, int value, String option) {
        if (value < least) {
            throw usage(option + " must be at least " + least + ", got " + value);
        }
    }

    /** {@return an exception that ends in exit code 2; the command at fault is not known here, so help is the program's} */
    static CommandLine.ParameterException usage(String message) {
        return new CommandLine.ParameterException(new CommandLine(new EspalierCommand()), message);
    }
}
