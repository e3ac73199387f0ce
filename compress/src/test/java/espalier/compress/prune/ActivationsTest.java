package espalier.compress.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import espalier.attacks.LabelledImages;
import espalier.compress.Reading;
import espalier.datasets.Split;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.nn.Init;
import espalier.nn.layer.Conv2d;
import espalier.nn.layer.Flatten;
import espalier.nn.layer.Linear;
import espalier.nn.layer.Sequential;
import espalier.nn.model.Model;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** On two convolutions, the second in groups, and a linear layer, without activations between: by plain loops in double. */
class ActivationsTest {
    private static final int N = 7;
    private final Tensor first = new Init(1).normal(Shape.of(4, 2, 1, 1), 1);
    private final Tensor firstBias = new Init(2).normal(Shape.of(4), 1);
    private final Tensor second = new Init(3).normal(Shape.of(6, 2, 1, 1), 1);
    private final Tensor secondBias = new Init(4).normal(Shape.of(6), 1);
    private final Model model = new Model("small", (_, classes, init) -> new Sequential(
            new Conv2d(first, firstBias, 1, 0, 1, 1), new Conv2d(second, secondBias, 1, 0, 1, 2), new Flatten(),
            new Linear(36, 5, init), new Linear(5, classes, init)),
            Shape.of(2, 3, 2), 3, new float[] {0.4f, 0.5f}, new float[] {0.2f, 0.3f}, 1);
    private final Split images = images();

    private static Split images() {
        byte[] pixels = new byte[N * 12];
        new SplittableRandom(3).nextBytes(pixels);
        return new Split(pixels, new byte[N], Shape.of(2, 3, 2));
    }

    /**
     * The mean image that the convolution of 1×1 {@code weight} makes of the mean image {@code x} [C][6]: both are linear.
     */
    private static double[][] convolve(double[][] x, Tensor weight, Tensor bias, int groups) {
        int out = weight.shape().dim(0);
        int in = weight.shape().dim(1);
        double[][] y = new double[out][6];
        for (int o = 0; o < out; o++) {
            for (int p = 0; p < 6; p++) {
                y[o][p] = bias.data()[o];
                for (int i = 0; i < in; i++) {
                    y[o][p] += weight.data()[o * in + i] * x[o / (out / groups) * in + i][p];
                }
            }
        }
        return y;
    }

    private static double[] figures(double[][] mean) {
        double[] figures = new double[mean.length];
        for (int c = 0; c < mean.length; c++) {
            for (double v : mean[c]) {
                figures[c] += Math.abs(v) / 6;
            }
        }
        return figures;
    }

    private double[][] meanInput() {
        double[][] mean = new double[2][6];
        float[] x = images.images(0, N).data();
        for (int i = 0; i < x.length; i++) {
            int c = i / 6 % 2;
            mean[c][i % 6] += (x[i] - (c == 0 ? 0.4 : 0.5)) / (c == 0 ? 0.2 : 0.3) / N;
        }
        return mean;
    }

    @Test
    void areThoseOfTheDefinition() {
        double[][] input = meanInput();
        double[][] middle = convolve(input, first, firstBias, 1);
        double[][] last = convolve(middle, second, secondBias, 2);
        Map<String, Tensor> seen = observe();
        double[] of1 = figures(input);
        double[] of2 = figures(middle);
        for (int i = 0; i < 8; i++) {
            assertThat((double) seen.get("0.weight").data()[i]).isCloseTo(of1[i % 2], within(1e-5));
        }
        for (int i = 0; i < 12; i++) {
            // Six outputs in two groups, each of two channels of its own.
            assertThat((double) seen.get("1.weight").data()[i]).isCloseTo(of2[i / 6 * 2 + i % 2], within(1e-5));
        }
        double sum = 0;
        for (double v : of2) {
            sum += v;
        }
        // Over six positions.
        assertThat((double) seen.get("1.bias").data()[3]).isCloseTo(6 * sum / 4, within(1e-5));
        double mean = 0;
        for (int i = 0; i < 36; i++) {
            double expected = Math.abs(last[i / 6][i % 6]);
            mean += expected / 36;
            assertThat((double) seen.get("3.weight").data()[2 * 36 + i]).isCloseTo(expected, within(1e-5));
        }
        assertThat((double) seen.get("3.bias").data()[1]).isCloseTo(mean, within(1e-5));
        assertThat(seen.keySet()).isEqualTo(Prunable.of(model).keySet());
    }

    private Map<String, Tensor> observe() {
        return new Observation(model, LabelledImages.of(N, images::images, images::labels), 3, null, Reading.CORRECTED, 0)
                .gather(Evidence.Kind.ACTIVATION, _ -> {}).values();
    }

    @Test
    void areSeenBehindMasksToo() {
        Tensor mask = Tensor.full(first.shape(), 1);
        mask.data()[1] = 0;
        model.setMasks(Map.of("0.weight", mask));
        double[] middle = figures(convolve(meanInput(), first, firstBias, 1));
        assertThat((double) observe().get("1.weight").data()[0]).isCloseTo(middle[0], within(1e-5));
    }
}
