package espalier.bench.report;

/** Lengths of time for people. */
public final class Durations {
    private Durations() {}

    /** {@return {@code 42 s}, {@code 3 min 5 s} or {@code 2 h 10 min}} */
    public static String print(double seconds) {
        long s = Math.round(seconds);
        return s < 60 ? s + " s" : s < 3600 ? s / 60 + " min " + s % 60 + " s" : s / 3600 + " h " + s % 3600 / 60 + " min";
    }
}
