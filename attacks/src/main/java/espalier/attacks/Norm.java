package espalier.attacks;

import espalier.engine.UserError;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * The norm that measures a perturbation δ = x − origin of one image. It supplies the three methods that an attack is made of.
 *
 * <p>Each works on n elements from {@code offset} of arrays of one layout, in place, and knows nothing of pixel bounds.
 */
public enum Norm {
    /** max |δ|. */
    LINF {
        @Override
        void step(float[] x, float[] gradient, int offset, int n, double size) {
            float up = (float) size;
            for (int i = offset; i < offset + n; i++) {
                float g = gradient[i];
                x[i] += g > 0 ? up : g < 0 ? -up : 0f;
            }
        }

        @Override
        void project(float[] x, float[] origin, int offset, int n, double epsilon) {
            float e = (float) epsilon;
            for (int i = offset; i < offset + n; i++) {
                float o = origin[i];
                float v = Math.max(o - e, Math.min(o + e, x[i]));
                // o ± e was rounded, perhaps outwards; one step back is inside.
                if (v - o > e) {
                    v = Math.nextDown(v);
                } else if (o - v > e) {
                    v = Math.nextUp(v);
                }
                x[i] = v;
            }
        }

        @Override
        void randomStart(float[] x, int offset, int n, double epsilon, SplittableRandom random) {
            for (int i = offset; i < offset + n; i++) {
                x[i] += (float) ((2 * random.nextDouble() - 1) * epsilon);
            }
        }
    },

    /** The Euclidean norm of δ over all pixels and channels of an image. */
    L2 {
        @Override
        void step(float[] x, float[] gradient, int offset, int n, double size) {
            double norm = length(gradient, null, offset, n);
            if (norm > 0 && norm < Double.POSITIVE_INFINITY) {
                double scale = size / norm;
                for (int i = offset; i < offset + n; i++) {
                    x[i] += (float) (scale * gradient[i]);
                }
            }
        }

        @Override
        void project(float[] x, float[] origin, int offset, int n, double epsilon) {
            // The first pass is the projection. Rounding x may leave it a hair outside, which a growing shortening takes back.
            double shorten = 0;
            for (double norm; (norm = length(x, origin, offset, n)) > epsilon; shorten = Math.max(0x1p-24, 2 * shorten)) {
                double scale = epsilon / norm * Math.max(0, 1 - shorten);
                for (int i = offset; i < offset + n; i++) {
                    x[i] = (float) (origin[i] + scale * ((double) x[i] - origin[i]));
                }
            }
        }

        @Override
        void randomStart(float[] x, int offset, int n, double epsilon, SplittableRandom random) {
            double[] direction = new double[n];
            double squares = 0;
            for (int i = 0; i < n; i++) {
                direction[i] = random.nextGaussian();
                squares += direction[i] * direction[i];
            }
            double scale = epsilon * StrictMath.pow(random.nextDouble(), 1.0 / n) / Math.sqrt(squares);
            for (int i = 0; i < n; i++) {
                x[offset + i] += (float) (scale * direction[i]);
            }
        }
    };

    /** {@code x += size · direction}: the steepest ascent of unit norm; an element or image without a gradient stays. */
    abstract void step(float[] x, float[] gradient, int offset, int n, double size);

    /** Moves {@code x} to the point of the ball ‖x − origin‖ ≤ epsilon that is nearest to it, as float arithmetic measures it. */
    abstract void project(float[] x, float[] origin, int offset, int n, double epsilon);

    /** Moves {@code x} by a uniformly random point of the ball of radius epsilon. */
    abstract void randomStart(float[] x, int offset, int n, double epsilon, SplittableRandom random);

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

    private static double length(float[] x, float[] origin, int offset, int n) {
        double squares = 0;
        for (int i = offset; i < offset + n; i++) {
            double d = origin == null ? x[i] : (double) x[i] - origin[i];
            squares += d * d;
        }
        return Math.sqrt(squares);
    }
}
