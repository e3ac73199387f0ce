package espalier.nn;

import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import java.util.SplittableRandom;

/** Random first values of parameters. Every tensor has its own stream, so that the same seed gives the same model. */
public final class Init {
    private final SplittableRandom streams;

    public Init(long seed) {
        streams = new SplittableRandom(Seeds.derive(seed, 'i'));
    }

    /** {@return a tensor of values uniform in [−bound, bound)} */
    public Tensor uniform(Shape shape, double bound) {
        SplittableRandom random = streams.split();
        Tensor t = Tensor.zeros(shape);
        float[] x = t.data();
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) ((2 * random.nextDouble() - 1) * bound);
        }
        return t;
    }

    /**
     * {@return a tensor of normal values with mean 0 and standard deviation {@code std}} Source: Marsaglia's polar method.
     */
    public Tensor normal(Shape shape, double std) {
        SplittableRandom random = streams.split();
        Tensor t = Tensor.zeros(shape);
        float[] x = t.data();
        for (int i = 0; i < x.length; i += 2) {
            double u, v, s;
            do {
                u = 2 * random.nextDouble() - 1;
                v = 2 * random.nextDouble() - 1;
                s = u * u + v * v;
            } while (s >= 1 || s == 0);
            // StrictMath: the same bits on every machine.
            double r = std * StrictMath.sqrt(-2 * StrictMath.log(s) / s);
            x[i] = (float) (u * r);
            if (i + 1 < x.length) {
                x[i + 1] = (float) (v * r);
            }
        }
        return t;
    }

    /**
     * {@return PyTorch's default of convolution and linear layers: uniform in ±1/√fanIn} Its kaiming uniform with a = √5.
     */
    public Tensor layerDefault(Shape shape, int fanIn) {
        return uniform(shape, 1 / Math.sqrt(fanIn));
    }

    /**
     * {@return Kaiming normal with ReLU's gain: standard deviation √(2/fan)} Source: He et al. 2015.
     *
     * @param fan how many inputs an output depends on, or how many outputs an input has an effect on
     */
    public Tensor kaimingNormal(Shape shape, int fan) {
        return normal(shape, Math.sqrt(2.0 / fan));
    }
}
