package espalier.compress.prune;

import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.nn.Seeds;
import espalier.nn.layer.BatchNorm;
import espalier.nn.layer.Conv2d;
import espalier.nn.layer.Dropout;
import espalier.nn.layer.Flatten;
import espalier.nn.layer.Linear;
import espalier.nn.layer.Relu;
import espalier.nn.layer.Sequential;
import espalier.nn.model.Model;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A small network in double, by plain loops: logits = V·relu(W·drop(relu(bn(conv(x)))) + b) + c, on images of 2×4×4, of 3
 * classes.
 *
 * <p>The convolution has 3 channels of 3×3 and padding 1, W [5,48], V [3,5]. In training mode batch norm takes mean and
 * variance of the batch and moves the running ones by 0.1, and dropout zeroes what the engine would zero. Everything is
 * written out: no tape, no kernels.
 */
final class SmallNetwork {
    static final int CHANNELS = 2;
    static final int SIDE = 4;
    static final int PIXELS = CHANNELS * SIDE * SIDE;
    static final int CLASSES = 3;
    private static final int MAPS = 3;
    private static final int AREA = SIDE * SIDE;
    private static final int FEATURES = MAPS * AREA;
    private static final int HIDDEN = 5;
    private static final float DROP = 0.25f;
    private static final double EPS = 1e-5;
    /** What {@code Module.setStepSeed} counts: the root is 0, the dropout its fourth child. */
    private static final int DROPOUT_MODULE = 4;

    /** Gradients of the mean loss: by parameter name, and by the images, which must not be confused with that of the sum. */
    record Backward(Map<String, double[]> parameters, double[] images, double[] logits) {}

    private final Map<String, double[]> p = new LinkedHashMap<>();

    /** {@return the same network for the engine} */
    static Model model(long seed) {
        Model model = new Model("small", (_, _, init) -> new Sequential(
                new Conv2d(CHANNELS, MAPS, 3, 1, init), new BatchNorm(MAPS), new Relu(), new Dropout(DROP), new Flatten(),
                new Linear(FEATURES, HIDDEN, init), new Relu(), new Linear(HIDDEN, CLASSES, init)),
                Shape.of(CHANNELS, SIDE, SIDE), CLASSES, new float[] {0.4f, 0.5f}, new float[] {0.2f, 0.25f}, seed);
        // Running statistics that are far from those of any batch.
        var state = model.stateDict();
        Tensor mean = state.tensor("1.running_mean");
        Tensor var = state.tensor("1.running_var");
        for (int i = 0; i < MAPS; i++) {
            mean.data()[i] = 0.3f * i - 0.2f;
            var.data()[i] = 0.7f + 0.4f * i;
        }
        state.put("1.running_mean", mean);
        state.put("1.running_var", var);
        model.loadStateDict(state, "test");
        return model;
    }

    SmallNetwork(Model model) {
        for (String name : new String[] {"0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var",
                "5.weight", "5.bias", "7.weight", "7.bias"}) {
            float[] values = model.stateDict().tensor(name).data();
            double[] copy = new double[values.length];
            for (int i = 0; i < values.length; i++) {
                copy[i] = values[i];
            }
            p.put(name, copy);
        }
    }

    double[] parameter(String name) {
        return p.get(name);
    }

    /**
     * Forwards and backwards through the network.
     *
     * @param x normalized images [n][2·4·4]
     * @param labels of the cross-entropy; null for all 0
     * @param stepSeed null for evaluation mode; in training mode, of dropout
     */
    Backward pass(double[] x, int[] labels, Long stepSeed) {
        int n = x.length / PIXELS;
        boolean training = stepSeed != null;
        double[] conv = new double[n * FEATURES];
        for (int i = 0; i < n; i++) {
            for (int o = 0; o < MAPS; o++) {
                for (int at = 0; at < AREA; at++) {
                    double sum = p.get("0.bias")[o];
                    for (int c = 0; c < CHANNELS; c++) {
                        for (int k = 0; k < 9; k++) {
                            int pixel = pixel(at, k);
                            double w = p.get("0.weight")[(o * CHANNELS + c) * 9 + k];
                            sum += pixel < 0 ? 0 : w * x[i * PIXELS + c * AREA + pixel];
                        }
                    }
                    conv[i * FEATURES + o * AREA + at] = sum;
                }
            }
        }
        double[] mean = p.get("1.running_mean").clone();
        double[] var = p.get("1.running_var").clone();
        if (training) {
            statistics(conv, n, mean, var);
        }
        double[] drop = training ? dropout(n, stepSeed) : null;
        double[] standard = new double[conv.length];
        double[] features = new double[conv.length];
        for (int j = 0; j < conv.length; j++) {
            int o = j / AREA % MAPS;
            standard[j] = (conv[j] - mean[o]) / Math.sqrt(var[o] + EPS);
            features[j] = Math.max(0, standard[j] * p.get("1.weight")[o] + p.get("1.bias")[o]) * (training ? drop[j] : 1);
        }
        double[] hidden = linear(features, n, FEATURES, HIDDEN, "5");
        for (int j = 0; j < hidden.length; j++) {
            hidden[j] = Math.max(0, hidden[j]);
        }
        double[] logits = linear(hidden, n, HIDDEN, CLASSES, "7");

        Map<String, double[]> g = new LinkedHashMap<>();
        double[] byHidden = linearBackward(byLogits(logits, labels, n), hidden, n, HIDDEN, CLASSES, "7", g);
        for (int j = 0; j < hidden.length; j++) {
            byHidden[j] *= hidden[j] > 0 ? 1 : 0;
        }
        double[] byFeatures = linearBackward(byHidden, features, n, FEATURES, HIDDEN, "5", g);
        double[] byConv = new double[conv.length];
        for (int o = 0; o < MAPS; o++) {
            double scale = p.get("1.weight")[o];
            double sum = 0;
            double sumOfProducts = 0;
            for (int j = 0; j < conv.length; j++) {
                if (j / AREA % MAPS == o) {
                    double active = standard[j] * scale + p.get("1.bias")[o] > 0 ? 1 : 0;
                    byConv[j] = byFeatures[j] * active * (training ? drop[j] : 1) * scale;
                    sum += byConv[j];
                    sumOfProducts += byConv[j] * standard[j];
                }
            }
            int count = n * AREA;
            for (int j = 0; j < conv.length; j++) {
                if (j / AREA % MAPS == o) {
                    // The batch's mean and variance depend on every element.
                    double through = training ? (sum + standard[j] * sumOfProducts) / count : 0;
                    byConv[j] = (byConv[j] - through) / Math.sqrt(var[o] + EPS);
                }
            }
        }
        double[] byWeight = new double[p.get("0.weight").length];
        double[] byBias = new double[MAPS];
        double[] byImages = new double[x.length];
        for (int j = 0; j < conv.length; j++) {
            int o = j / AREA % MAPS;
            byBias[o] += byConv[j];
            for (int c = 0; c < CHANNELS; c++) {
                for (int k = 0; k < 9; k++) {
                    int pixel = pixel(j % AREA, k);
                    if (pixel >= 0) {
                        int at = j / FEATURES * PIXELS + c * AREA + pixel;
                        int w = (o * CHANNELS + c) * 9 + k;
                        byWeight[w] += byConv[j] * x[at];
                        byImages[at] += byConv[j] * p.get("0.weight")[w];
                    }
                }
            }
        }
        g.put("0.weight", byWeight);
        g.put("0.bias", byBias);
        return new Backward(g, byImages, logits);
    }

    /** The position in a channel that tap k of the kernel sees from position {@code at}; −1 in the padding. */
    private static int pixel(int at, int k) {
        int row = at / SIDE + k / 3 - 1;
        int column = at % SIDE + k % 3 - 1;
        return row < 0 || row >= SIDE || column < 0 || column >= SIDE ? -1 : row * SIDE + column;
    }

    /** Replaces mean and variance by the batch's, and moves the running ones; these by the variance of a sample. */
    private void statistics(double[] conv, int n, double[] mean, double[] var) {
        int count = n * AREA;
        for (int o = 0; o < MAPS; o++) {
            double sum = 0;
            double squares = 0;
            for (int j = 0; j < conv.length; j++) {
                sum += j / AREA % MAPS == o ? conv[j] : 0;
            }
            for (int j = 0; j < conv.length; j++) {
                squares += j / AREA % MAPS == o ? Math.pow(conv[j] - sum / count, 2) : 0;
            }
            mean[o] = sum / count;
            var[o] = squares / count;
            p.get("1.running_mean")[o] += 0.1 * (sum / count - p.get("1.running_mean")[o]);
            p.get("1.running_var")[o] += 0.1 * (squares / (count - 1) - p.get("1.running_var")[o]);
        }
    }

    private static double[] dropout(int n, long stepSeed) {
        Tensor ones = Tensor.full(Shape.of(n, MAPS, SIDE, SIDE), 1);
        float[] kept = new espalier.engine.op.Dropout(DROP, Seeds.derive(stepSeed, DROPOUT_MODULE)).apply(ones).data();
        double[] drop = new double[kept.length];
        for (int j = 0; j < kept.length; j++) {
            drop[j] = kept[j] == 0 ? 0 : 1 / 0.75;
        }
        return drop;
    }

    private double[] linear(double[] x, int n, int in, int out, String name) {
        double[] y = new double[n * out];
        for (int i = 0; i < n; i++) {
            for (int o = 0; o < out; o++) {
                y[i * out + o] = p.get(name + ".bias")[o];
                for (int k = 0; k < in; k++) {
                    y[i * out + o] += p.get(name + ".weight")[o * in + k] * x[i * in + k];
                }
            }
        }
        return y;
    }

    private double[] linearBackward(double[] gy, double[] x, int n, int in, int out, String name, Map<String, double[]> g) {
        double[] gx = new double[n * in];
        double[] gw = new double[out * in];
        double[] gb = new double[out];
        for (int i = 0; i < n; i++) {
            for (int o = 0; o < out; o++) {
                gb[o] += gy[i * out + o];
                for (int k = 0; k < in; k++) {
                    gw[o * in + k] += gy[i * out + o] * x[i * in + k];
                    gx[i * in + k] += gy[i * out + o] * p.get(name + ".weight")[o * in + k];
                }
            }
        }
        g.put(name + ".weight", gw);
        g.put(name + ".bias", gb);
        return gx;
    }

    /** (softmax − one) / n. */
    private static double[] byLogits(double[] logits, int[] labels, int n) {
        double[] g = new double[logits.length];
        for (int i = 0; i < n; i++) {
            double sum = 0;
            for (int c = 0; c < CLASSES; c++) {
                sum += Math.exp(logits[i * CLASSES + c]);
            }
            for (int c = 0; c < CLASSES; c++) {
                double one = labels != null && labels[i] == c ? 1 : 0;
                g[i * CLASSES + c] = (Math.exp(logits[i * CLASSES + c]) / sum - one) / n;
            }
        }
        return g;
    }
}
