package espalier.bench.study;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** What the table of a study tells about speed: of each network its fastest format, with the study's batch. */
final class Speeds {
    /** Of the columns. */
    static final List<String> HEAD = List.of("runs as", "kB", "ms, 1 image", "ms, batch", "speedup", "in theory");

    private Speeds() {}

    /** {@return the columns of a result; empty ones where it was not timed} */
    static List<String> cells(Result r) {
        Timing t = fastest(r);
        return t == null ? List.of("", "", "", "", "", "") : List.of(t.format(), number(t.bytes() / 1e3),
                number(t.single().medianMillis()), number(t.batch().medianMillis()), number(t.batch().speedup()),
                number(t.theoreticalSpeedup()));
    }

    /** {@return whether no other network of the same model is right as often and faster, or as fast and right more often} */
    static boolean onFront(Result r, List<Result> results) {
        Timing own = fastest(r);
        return own != null && results.stream().filter(o -> o.model().equals(r.model())).noneMatch(o -> {
            Timing t = fastest(o);
            return t != null && o.cleanAccuracy() >= r.cleanAccuracy() && milliseconds(t) <= milliseconds(own)
                    && (o.cleanAccuracy() > r.cleanAccuracy() || milliseconds(t) < milliseconds(own));
        });
    }

    /** {@return what the columns mean; empty where nothing was timed} */
    static String legend(List<Result> results) {
        Timing any = results.stream().map(Speeds::fastest).filter(Objects::nonNull).findFirst().orElse(null);
        return any == null ? "" : String.format(Locale.ROOT, "runs as: the faster of its formats; ms: the median for one image, "
                + "and for %d, threads: %d; speedup: of the batch, over the dense network in float32, measured in turn with it; "
                + "in theory: by MACs. *: no other network is as fast and right more often, or faster and right as often.%n",
                any.batch().images(), any.threads());
    }

    private static Timing fastest(Result r) {
        return r.timings() == null ? null
                : r.timings().stream().min(Comparator.comparingDouble(Speeds::milliseconds)).orElse(null);
    }

    private static double milliseconds(Timing t) {
        return t.batch().medianMillis();
    }

    private static String number(double x) {
        return String.format(Locale.ROOT, x >= 100 ? "%,.0f" : x >= 10 ? "%.1f" : x >= 1 ? "%.2f" : "%.3f", x);
    }
}
