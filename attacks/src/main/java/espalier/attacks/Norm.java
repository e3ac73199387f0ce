package espalier.attacks;

import espalier.engine.UserError;
import espalier.engine.kernel.Kernels;
import espalier.engine.kernel.UpdateKernels;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * The norm that measures the perturbation δ = x − origin of one image, and with it the three methods of an attack.
 *
 * <p>They work on n elements from {@code offset} of arrays of one layout, and leave x in the ball ‖δ‖ ≤ epsilon, but for
 * rounding, and in the range of the {@link AttackSpace}, if the origin is there.
 */
public enum Norm {
    /** max |δ|. */
    LINF {
        @Override
        void step(float[] x, float[] origin, float[] gradient, int offset, int n, double size,
                double epsilon, AttackSpace space) {
            update().signStep(origin, x, gradient, x, offset, n, (float) size, (float) epsilon, space.low,
                    space.high);
        }

        @Override
        void randomStart(float[] x, float[] origin, int offset, int n,
                double epsilon, AttackSpace space, SplittableRandom random) {
            for (int i = offset; i < offset + n; i++) {
                float delta = (float) ((2 * random.nextDouble() - 1) * epsilon);
                x[i] = space.clip(origin[i] + delta);
            }
        }

        @Override
        void tighten(float[] x, float[] origin, int offset, int n, double epsilon, AttackSpace space) {
            float e = (float) epsilon;
            for (int i = offset; i < offset + n; i++) {
                float delta = x[i] - origin[i];
                if (delta > e) {
                    x[i] = Math.nextDown(x[i]);
                } else if (delta < -e) {
                    x[i] = Math.nextUp(x[i]);
                }
            }
        }
    },

    /** The Euclidean norm of δ over all pixels and channels of an image. */
    L2 {
        @Override
        void step(float[] x, float[] origin, float[] gradient, int offset, int n, double size,
                double epsilon, AttackSpace space) {
            double length = Math.sqrt(update().sumOfSquares(gradient, offset, n));
            if (length < Double.POSITIVE_INFINITY) {
                float scale = (float) (size / Math.max(length, SHORTEST));
                Kernels.active().elementwise().scaledAdd(scale, gradient, offset, x, offset, n);
            }
            project(x, origin, offset, n, epsilon, space);
        }

        @Override
        void randomStart(float[] x, float[] origin, int offset, int n,
                double epsilon, AttackSpace space, SplittableRandom random) {
            double[] direction = new double[n];
            double squares = 0;
            for (int i = 0; i < n; i++) {
                direction[i] = random.nextGaussian();
                squares += direction[i] * direction[i];
            }
            double scale = epsilon * StrictMath.pow(random.nextDouble(), 1.0 / n) / Math.sqrt(squares);
            for (int i = 0; i < n; i++) {
                x[offset + i] = (float) (origin[offset + i] + scale * direction[i]);
            }
            project(x, origin, offset, n, epsilon, space);
        }

        @Override
        void tighten(float[] x, float[] origin, int offset, int n, double epsilon, AttackSpace space) {
            double factor;
            for (double shorten = 0x1p-24; (factor = factor(x, origin, offset, n, epsilon)) < 1; shorten *= 2) {
                update().pullStep(origin, x, x, offset, n, (float) (factor * Math.max(0, 1 - shorten)), space.low,
                        space.high);
            }
        }

        /** Scales δ down to epsilon, then clips, which shortens it further. */
        private void project(float[] x, float[] origin, int offset, int n, double epsilon, AttackSpace space) {
            update().pullStep(origin, x, x, offset, n, (float) factor(x, origin, offset, n, epsilon), space.low, space.high);
        }

        private double factor(float[] x, float[] origin, int offset, int n, double epsilon) {
            double length = Math.sqrt(update().squaredDistance(x, origin, offset, n));
            return length > epsilon ? epsilon / length : 1;
        }
    };

    /** A gradient shorter than this makes a shorter step, as in PyTorch's {@code clamp_min}. */
    private static final double SHORTEST = 1e-12;

    /**
     * {@code x ← clip(project(x + size · direction))}: a step along the gradient by its dual direction of unit norm; where
     * there is no gradient x stays.
     */
    abstract void step(float[] x, float[] origin, float[] gradient, int offset, int n, double size,
            double epsilon, AttackSpace space);

    /** {@code x ← clip(origin + δ)}, δ being uniformly random in the ball. */
    abstract void randomStart(float[] x, float[] origin, int offset, int n,
            double epsilon, AttackSpace space, SplittableRandom random);

    /**
     * Takes back what rounding left outside: afterwards ‖δ‖ ≤ epsilon as float arithmetic measures it. Done once, at the
     * end, because a change in the last bit sends the following steps another way.
     */
    abstract void tighten(float[] x, float[] origin, int offset, int n, double epsilon, AttackSpace space);

    private static UpdateKernels update() {
        return Kernels.active().update();
    }

    /** {@return the norm called {@code linf} or {@code l2}} */
    public static Norm byName(String name) {
        return Arrays.stream(values()).filter(n -> n.toString().equalsIgnoreCase(name)).findFirst()
                .orElseThrow(() -> new UserError("unknown norm '" + name + "'; there are "
                        + Arrays.stream(values()).map(Norm::toString).collect(Collectors.joining(", "))));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
