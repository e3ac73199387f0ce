package espalier.bench.cli;

import espalier.attacks.LabelSource;
import espalier.attacks.Norm;
import espalier.attacks.Target;
import espalier.bench.study.Attack;
import espalier.bench.study.Pixels;
import espalier.engine.UserError;
import java.util.Locale;
import picocli.CommandLine.Option;

/** What the attacker may do. */
final class AttackOptions {
    /** {@code --attack}. */
    enum Method {
        PGD, FGSM;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Option(names = "--norm", paramLabel = "NORM", converter = Names.NormName.class,
            description = "One of ${COMPLETION-CANDIDATES} (default: linf).")
    Norm norm;

    @Option(names = "--epsilon", paramLabel = "X", converter = Names.PixelsConverter.class,
            description = "The largest perturbation, pixels being in [0, 1]: 8/255 or 0.1 (default: 8/255).")
    Pixels epsilon;

    @Option(names = "--step-size", paramLabel = "X", converter = Names.PixelsConverter.class,
            description = "Of one step (default: a quarter of epsilon).")
    Pixels stepSize;

    @Option(names = "--steps", paramLabel = "N", description = "(default: 10)")
    Integer steps;

    @Option(names = "--random-start", negatable = true, defaultValue = "true", fallbackValue = "true",
            description = "Start at a random point of the ball, or at the image (default: random).")
    boolean randomStart;

    @Option(names = "--restarts", paramLabel = "N",
            description = "Attacks on each image, of which the best counts (default: 1).")
    Integer restarts;

    @Option(names = "--target", paramLabel = "TARGET", converter = Names.TargetName.class,
            description = "One of ${COMPLETION-CANDIDATES} (default: untargeted).")
    Target target;

    @Option(names = "--target-class", paramLabel = "N", description = "For --target fixed.")
    Integer targetClass;

    @Option(names = "--labels", paramLabel = "SOURCE", converter = Names.LabelsName.class,
            description = "The class an image is taken to have: one of ${COMPLETION-CANDIDATES} (default: true).")
    LabelSource labels;

    Attack attack(Method method) {
        boolean oneStep = method == Method.FGSM;
        if (oneStep && (steps != null || stepSize != null || restarts != null)) {
            throw Options.usage("--attack fgsm is one step of epsilon: --steps, --step-size and --restarts are for pgd");
        }
        try {
            Attack attack = new Attack(norm, epsilon, stepSize, oneStep ? Integer.valueOf(1) : steps,
                    !oneStep && randomStart, restarts, target, targetClass, labels);
            attack.threatModel();
            return attack;
        } catch (UserError e) {
            throw Options.usage(e.getMessage());
        }
    }

    /** Refuses options that would have no effect. */
    void requireUnused() {
        if (norm != null || epsilon != null || stepSize != null || steps != null || restarts != null || target != null
                || targetClass != null || labels != null) {
            throw Options.usage("these options need --attack pgd or --attack fgsm");
        }
    }
}
