package espalier.bench.peer;

import espalier.engine.UserError;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Vectors that are read again and again from an array of so many kilobytes: what the memory that it fits into can deliver. */
public record LoadTask(int kilobytes) implements Task {
    private static final Pattern SHAPE = Pattern.compile("(\\d+) kB");
    /** Read in one run at least. */
    private static final int LEAST = 1 << 20;

    /** {@return the task of {@link #shape}} */
    public static LoadTask parse(String shape) {
        Matcher s = SHAPE.matcher(shape);
        if (!s.matches()) {
            throw new UserError("loads: shape '" + shape + "' is not like '16 kB'");
        }
        return new LoadTask(Integer.parseInt(s.group(1)));
    }

    int floats() {
        return kilobytes << 8;
    }

    int times() {
        return Math.max(1, LEAST / (kilobytes << 10));
    }

    @Override
    public String benchmark() {
        return "loads";
    }

    @Override
    public String shape() {
        return kilobytes + " kB";
    }

    @Override
    public double flops() {
        return 0;
    }

    /** Gigabytes. */
    @Override
    public double items() {
        return 4.0 * floats() * times() / 1e9;
    }

    @Override
    public String unit() {
        return "GB/s";
    }
}
