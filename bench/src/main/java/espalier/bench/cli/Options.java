package espalier.bench.cli;

import picocli.CommandLine;

/** Checks of option values that picocli's types do not make. A wrong one is wrong usage. */
final class Options {
    private Options() {}

    static int atLeast(int least, int value, String option) {
        if (value < least) {
            throw usage(option + " must be at least " + least + ", got " + value);
        }
        return value;
    }

    static void requireBits(int bits) {
        if (bits != 7 && bits != 8) {
            throw usage("--bits must be 7 or 8, got " + bits);
        }
    }

    /** {@return an exception that ends in exit code 2} */
    static Misused usage(String message) {
        return new Misused(message);
    }

    /** Wrong usage that is noticed after the command line was parsed. */
    static final class Misused extends RuntimeException {
        Misused(String message) {
            super(message);
        }
    }
}
