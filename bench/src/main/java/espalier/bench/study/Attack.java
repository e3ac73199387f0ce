package espalier.bench.study;

import espalier.attacks.LabelSource;
import espalier.attacks.Norm;
import espalier.attacks.Target;
import espalier.attacks.ThreatModel;
import java.util.Objects;

/**
 * An attack as people write it down, with defaults for what they leave out.
 *
 * @param norm default {@code linf}
 * @param epsilon the largest perturbation in pixel units: {@code 8/255} or {@code 0.1}
 * @param stepSize default a quarter of epsilon, or all of it for a single step
 * @param steps default 10; 1 is FGSM
 * @param randomStart default false
 * @param restarts default 1
 * @param target default {@code untargeted}; {@code next-class}, {@code least-likely}, {@code fixed}
 * @param targetClass the class of {@code fixed}
 * @param labels default {@code true}; {@code predicted}
 */
public record Attack(Norm norm, Pixels epsilon, Pixels stepSize, Integer steps, Boolean randomStart, Integer restarts,
        Target target, Integer targetClass, LabelSource labels) {

    public Attack {
        norm = Objects.requireNonNullElse(norm, Norm.LINF);
        epsilon = Objects.requireNonNullElseGet(epsilon, () -> new Pixels(8 / 255.0));
        steps = Objects.requireNonNullElse(steps, 10);
        stepSize = stepSize != null ? stepSize : steps == 1 ? epsilon : new Pixels(epsilon.value() / 4);
        randomStart = Objects.requireNonNullElse(randomStart, false);
        restarts = Objects.requireNonNullElse(restarts, 1);
        target = Objects.requireNonNullElse(target, Target.UNTARGETED);
        labels = Objects.requireNonNullElse(labels, LabelSource.TRUE);
    }

    /** {@return the attack led by the attacked model's own gradients} */
    public ThreatModel threatModel() {
        return new ThreatModel(norm, epsilon.value(), stepSize.value(), steps, restarts, randomStart, target, targetClass,
                labels, ThreatModel.SELF);
    }
}
