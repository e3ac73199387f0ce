package espalier.attacks;

import espalier.engine.UserError;

/**
 * What the attacker may do: printed and stored with every robustness figure, which means nothing without it.
 *
 * @param norm how a perturbation is measured
 * @param epsilon the largest perturbation, in units of the space: of pixels
 * @param stepSize the length of a step, in the same
 * @param steps the number of steps
 * @param restarts how often the attack is tried on an image; more than once needs a random start
 * @param randomStart whether an attack starts at a random point of the ball, rather than at the image
 * @param target which class to reach, or none
 * @param targetClass the class of {@link Target#FIXED}, else null
 * @param labels the class that an image is taken to have
 * @param gradientSource whose gradients lead the attack: {@link #SELF}, {@link #FLOAT_PARENT},
 *     {@link #NONE} or {@link #transferFrom}
 * @param space what is moved; null, as in files of old, for pixels
 */
public record ThreatModel(Norm norm, double epsilon, double stepSize, int steps, int restarts, boolean randomStart,
        Target target, Integer targetClass, LabelSource labels, String gradientSource, AttackSpace space) {
    /** The judged model's own gradients: a white-box attack. */
    public static final String SELF = "self";
    /** Nobody's: a random perturbation. */
    public static final String NONE = "none, a random perturbation";
    /** Those of the float model that the judged one was quantized from. */
    public static final String FLOAT_PARENT = "float parent";

    /** @throws UserError when a value is out of its range, or two do not go together */
    public ThreatModel {
        require(epsilon >= 0 && epsilon < Double.POSITIVE_INFINITY, "epsilon must be a number from 0, got " + epsilon);
        require(stepSize >= 0 && stepSize < Double.POSITIVE_INFINITY, "step size must be a number from 0, got " + stepSize);
        require(steps >= 1, "steps must be at least 1, got " + steps);
        require(restarts >= 1, "restarts must be at least 1, got " + restarts);
        require(restarts == 1 || randomStart, restarts + " restarts need a random start, or all are the same");
        require(target != Target.FIXED || targetClass != null && targetClass >= 0,
                "target 'fixed' needs a class, got " + targetClass);
        require(target == Target.FIXED || targetClass == null,
                "target class " + targetClass + " goes with target 'fixed', not with '" + target + "'");
        space = space == null ? AttackSpace.PIXELS : space;
    }

    /** In pixels. */
    public ThreatModel(Norm norm, double epsilon, double stepSize, int steps, int restarts, boolean randomStart,
            Target target, Integer targetClass, LabelSource labels, String gradientSource) {
        this(norm, epsilon, stepSize, steps, restarts, randomStart, target, targetClass, labels, gradientSource,
                AttackSpace.PIXELS);
    }

    /** {@return projected gradient descent, untargeted, from the image itself, once, by the judged model's own gradients} */
    public static ThreatModel pgd(Norm norm, double epsilon, double stepSize, int steps) {
        return new ThreatModel(norm, epsilon, stepSize, steps, 1, false, Target.UNTARGETED, null, LabelSource.TRUE, SELF);
    }

    /** {@return the fast gradient (sign) method: one step of size {@code epsilon}} */
    public static ThreatModel fgsm(Norm norm, double epsilon) {
        return pgd(norm, epsilon, epsilon, 1);
    }

    /** {@return the gradient source of images made on another model} */
    public static String transferFrom(String model) {
        return "transfer from " + model;
    }

    /** {@return this, from a random point of the ball, the best of {@code restarts}} */
    public ThreatModel withRandomStart(int restarts) {
        return new ThreatModel(norm, epsilon, stepSize, steps, restarts, true, target, targetClass, labels, gradientSource,
                space);
    }

    /** {@return this, towards a class; {@code targetClass} is for {@link Target#FIXED}, else null} */
    public ThreatModel withTarget(Target target, Integer targetClass) {
        return new ThreatModel(norm, epsilon, stepSize, steps, restarts, randomStart, target, targetClass, labels,
                gradientSource, space);
    }

    /** {@return this, with an image's class taken from {@code labels}} */
    public ThreatModel withLabels(LabelSource labels) {
        return new ThreatModel(norm, epsilon, stepSize, steps, restarts, randomStart, target, targetClass, labels,
                gradientSource, space);
    }

    /** {@return this, led by the gradients of {@code gradientSource}} */
    public ThreatModel withGradientSource(String gradientSource) {
        return new ThreatModel(norm, epsilon, stepSize, steps, restarts, randomStart, target, targetClass, labels,
                gradientSource, space);
    }

    /** {@return this, moving what {@code space} says} */
    public ThreatModel withSpace(AttackSpace space) {
        return new ThreatModel(norm, epsilon, stepSize, steps, restarts, randomStart, target, targetClass, labels,
                gradientSource, space);
    }

    /** {@return whether a class is to be reached, rather than left} */
    public boolean targeted() {
        return target != Target.UNTARGETED;
    }

    /** {@return the attack in a few words, without whose gradients it has: {@code pgd linf 8/255, 10 steps}} */
    public String attack() {
        return (oneStep() ? "fgsm " : "pgd ") + norm + " " + PixelUnits.print(epsilon)
                + (steps == 1 ? "" : ", " + count(steps, "step")) + (targeted() ? ", target: " + target : "")
                + (space == AttackSpace.PIXELS ? "" : " of normalized images");
    }

    private boolean oneStep() {
        return steps == 1 && stepSize == epsilon && !randomStart;
    }

    /**
     * {@return one line with everything: {@code pgd linf epsilon 8/255, 10 steps of 2/255, 1 restart, no random start,
     * untargeted, true labels, gradient: self}}
     */
    @Override
    public String toString() {
        return (oneStep() ? "fgsm " : "pgd ") + norm + " epsilon " + PixelUnits.print(epsilon) + ", "
                + count(steps, "step") + " of " + PixelUnits.print(stepSize) + ", " + count(restarts, "restart") + ", "
                + (randomStart ? "random start, " : "no random start, ")
                + (targeted() ? "target: " + target + (targetClass == null ? "" : " class " + targetClass) : target) + ", "
                + labels + " labels, gradient: " + gradientSource
                + (space == AttackSpace.PIXELS ? "" : ", of normalized images, not clipped");
    }

    private static String count(int n, String noun) {
        return n + " " + noun + (n == 1 ? "" : "s");
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new UserError(message);
        }
    }
}
