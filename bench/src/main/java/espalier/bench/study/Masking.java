package espalier.bench.study;

import espalier.attacks.ThreatModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Signs that a network only hides its gradients: then an attack's failure says little. The checklist is that of Athalye et
 * al. 2018 (arXiv 1802.00420) and Carlini et al. 2019 (arXiv 1902.06705).
 */
public final class Masking {
    /** McNemar's χ² that chance exceeds once in a hundred. */
    private static final double SIGNIFICANT = 6.63;
    /** What is right this rarely leaves nothing to be stronger about. */
    private static final double NEXT_TO_NOTHING = 0.02;

    private Masking() {}

    /**
     * {@return a line for each sign} Images that a network was wrong about from the start do not count.
     *
     * @param results of any networks; those without outcomes say nothing
     */
    public static List<String> signs(List<Result> results) {
        List<String> signs = new ArrayList<>();
        Map<List<Object>, List<Result>> attacks = new LinkedHashMap<>();
        for (Result r : results) {
            if (r.outcomes() != null) {
                single(r, signs);
                attacks.computeIfAbsent(List.of(r.cell().network(), r.quantized(), String.valueOf(r.resultReading())),
                        _ -> new ArrayList<>()).add(r);
            }
        }
        // The gradients of an int8 network are its float parent's.
        attacks.values().stream().filter(of -> !of.getFirst().quantized()).forEach(of -> {
            lost(of.getFirst(), signs);
            compare(of, signs);
        });
        return signs;
    }

    private static void single(Result r, List<String> signs) {
        Outcomes o = r.outcomes();
        if (stronger(r, o.transfer(), o.adversarial()) && !r.cell().network().isDense()) {
            signs.add(who(r) + attack(r) + ": images made on the dense parent fool it more often than its own ("
                    + left(r, o.transfer()) + " against " + left(r, o.adversarial()) + ")");
        }
        if (stronger(r, o.noise(), o.adversarial())) {
            signs.add(who(r) + attack(r) + ": random noise fools it more often than the attack ("
                    + left(r, o.noise()) + " against " + left(r, o.adversarial()) + ")");
        }
    }

    private static void lost(Result r, List<String> signs) {
        int lost = r.outcomes().useless().count();
        if (lost > 0) {
            signs.add(who(r) + ": the gradient is zero for " + lost + " of " + r.attackImages() + " images");
        }
    }

    private static void compare(List<Result> attacks, List<String> signs) {
        for (Result weak : attacks) {
            for (Result strong : attacks) {
                String more = more(weak.threatModel(), strong.threatModel());
                int stays = survivors(weak, weak.outcomes().adversarial()).count();
                // As good as equal is a sign too, where there is something left to fool.
                if (more != null && stays > NEXT_TO_NOTHING * weak.attackImages()
                        && survivors(strong, strong.outcomes().adversarial()).count() >= stays) {
                    signs.add(who(weak) + attack(weak) + ": " + more + " do not hurt more ("
                            + left(strong, strong.outcomes().adversarial()) + " against "
                            + left(weak, weak.outcomes().adversarial()) + ")");
                }
            }
        }
    }

    /** {@return the images that the network was right about before and after} */
    private static Images survivors(Result r, Images after) {
        return r.outcomes().attackedClean().and(after);
    }

    /** {@return whether {@code a} leaves fewer images right than {@code b}, by more than chance} McNemar's test of pairs. */
    private static boolean stronger(Result r, Images a, Images b) {
        double onlyA = survivors(r, b).without(a).count();
        double onlyB = survivors(r, a).without(b).count();
        return onlyA > onlyB && (onlyA - onlyB) * (onlyA - onlyB) / (onlyA + onlyB) > SIGNIFICANT;
    }

    /** {@return in what the second attack is the stronger one, if in something and nothing else differs that matters} */
    private static String more(ThreatModel weak, ThreatModel strong) {
        boolean alike = weak.norm() == strong.norm() && weak.target() == strong.target() && weak.labels() == strong.labels()
                && weak.space() == strong.space();
        if (!alike || strong.steps() < weak.steps() || strong.epsilon() < weak.epsilon()) {
            return null;
        }
        return strong.epsilon() > weak.epsilon() ? "a larger epsilon and no fewer steps"
                : strong.steps() > weak.steps() ? strong.steps() + " steps in place of " + weak.steps() : null;
    }

    private static String who(Result r) {
        return r.model() + " " + r.cell().network().title() + (r.quantized() ? " int8" : "") + ", seed " + r.seed()
                + (r.resultReading() == null ? "" : ", results [" + r.resultReading() + "]");
    }

    private static String attack(Result r) {
        return ", " + StudyTable.shortName(r.threatModel());
    }

    private static String left(Result r, Images after) {
        return survivors(r, after).count() + " of " + r.outcomes().attackedClean().count() + " stay right";
    }
}
