package espalier.compress.prune;

import espalier.engine.UserError;
import java.util.Locale;

/**
 * How many prunable parameters stay: {@code f = (N/c − N_fixed)/N_prunable} for compression c = original/remaining.
 *
 * @param parameters N, all parameters of the model
 * @param prunable N_prunable, those that may be removed
 * @param keepFraction f
 */
record KeepBudget(int parameters, int prunable, double keepFraction) {
    /** @throws UserError when {@code compression} cannot be reached */
    static KeepBudget of(int parameters, int prunable, double compression) {
        if (!(compression >= 1)) {
            throw new UserError("compression is original/remaining parameters and at least 1, got " + compression);
        }
        int fixed = parameters - prunable;
        double keepFraction = prunable == 0 ? 1 : (parameters / compression - fixed) / prunable;
        if (keepFraction < 0 || prunable == 0 && compression > 1) {
            // Rounded down, or the compression named would be out of reach itself.
            double largest = Math.floor(1000.0 * parameters / fixed) / 1000;
            throw new UserError(String.format(Locale.ROOT,
                    "compression %s cannot be reached: %d of %d parameters are not prunable; the largest is %s",
                    number(compression), fixed, parameters, number(largest)));
        }
        return new KeepBudget(parameters, prunable, keepFraction);
    }

    /** {@return how many of {@code n} stay: f·n, half rounded to even} */
    int of(int n) {
        return round(keepFraction * n);
    }

    static int round(double count) {
        return (int) Math.rint(count);
    }

    static String number(double v) {
        return v == Math.rint(v) && Math.abs(v) < 1e9 ? Long.toString((long) v) : Double.toString(v);
    }
}
