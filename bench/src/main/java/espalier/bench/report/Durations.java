package espalier.bench.report;

/** Lengths of time for people. */
public final class Durations {
    private Durations() {}

    /** {@return {@code 42 s}, {@code 3 min 5 s}, {@code 2 h 10 min} or {@code 12 d 3 h}} */
    public static String print(double seconds) {
        long s = Math.round(seconds);
        if (s < 3600) {
            return s < 60 ? s + " s" : s / 60 + " min " + s % 60 + " s";
        }
        return s < 48 * 3600 ? s / 3600 + " h " + s % 3600 / 60 + " min" : s / 86_400 + " d " + s % 86_400 / 3600 + " h";
    }
}
