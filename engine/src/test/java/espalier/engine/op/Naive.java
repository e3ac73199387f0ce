package espalier.engine.op;

import espalier.engine.tensor.Shape;
import java.util.Arrays;

/** The ops as their definitions read, in double, with no thought of speed: what the real ones are held against. */
final class Naive {
    private Naive() {}

    /** x [N,I], w [O,I], b [O] or null → [N,O]. */
    static double[] linear(int n, int in, int out, double[] x, double[] w, double[] b) {
        var y = new double[n * out];
        for (int i = 0; i < n; i++) {
            for (int o = 0; o < out; o++) {
                double sum = b == null ? 0 : b[o];
                for (int k = 0; k < in; k++) {
                    sum += x[i * in + k] * w[o * in + k];
                }
                y[i * out + o] = sum;
            }
        }
        return y;
    }

    /** x of shape xs [N,C,H,W], w of shape ws [O,C/groups,KH,KW], b [O] or null. */
    static double[] conv2d(Conv2d op, Shape xs, Shape ws, double[] x, double[] w, double[] b) {
        int oh = (xs.dim(2) + 2 * op.padding() - op.dilation() * (ws.dim(2) - 1) - 1) / op.stride() + 1;
        int ow = (xs.dim(3) + 2 * op.padding() - op.dilation() * (ws.dim(3) - 1) - 1) / op.stride() + 1;
        int out = ws.dim(0);
        var y = new double[xs.dim(0) * out * oh * ow];
        int at = 0;
        for (int n = 0; n < xs.dim(0); n++) {
            for (int o = 0; o < out; o++) {
                int firstChannel = o / (out / op.groups()) * ws.dim(1);
                for (int i = 0; i < oh; i++) {
                    for (int j = 0; j < ow; j++) {
                        double sum = b == null ? 0 : b[o];
                        for (int c = 0; c < ws.dim(1); c++) {
                            for (int r = 0; r < ws.dim(2); r++) {
                                for (int q = 0; q < ws.dim(3); q++) {
                                    sum += w[((o * ws.dim(1) + c) * ws.dim(2) + r) * ws.dim(3) + q]
                                            * pixel(xs, x, n, firstChannel + c,
                                                    i * op.stride() + r * op.dilation() - op.padding(),
                                                    j * op.stride() + q * op.dilation() - op.padding(), 0);
                                }
                            }
                        }
                        y[at++] = sum;
                    }
                }
            }
        }
        return y;
    }

    private static double pixel(Shape s, double[] x, int n, int c, int i, int j, double outside) {
        return i < 0 || j < 0 || i >= s.dim(2) || j >= s.dim(3)
                ? outside
                : x[((n * s.dim(1) + c) * s.dim(2) + i) * s.dim(3) + j];
    }

    /** x of shape s [N,C,…]; mean and variance are of the batch where null. */
    static double[] batchNorm(Shape s, double[] x, double[] residual, double[] w, double[] b, float[] mean, float[] variance,
            double eps, boolean relu) {
        int channels = s.dim(1);
        int size = s.size() / (s.dim(0) * channels);
        var y = new double[x.length];
        for (int c = 0; c < channels; c++) {
            double m = mean != null ? mean[c] : moment(x, c, channels, size, 0, 1);
            double v = variance != null ? variance[c] : moment(x, c, channels, size, m, 2);
            for (int i = 0; i < x.length; i++) {
                if (i / size % channels == c) {
                    double out = (x[i] - m) / Math.sqrt(v + eps) * w[c] + b[c]
                            + (residual == null ? 0 : residual[i]);
                    y[i] = relu ? Math.max(out, 0) : out;
                }
            }
        }
        return y;
    }

    /** {@return the mean of (x − center)^power over channel c} */
    static double moment(double[] x, int c, int channels, int size, double center, int power) {
        double sum = 0;
        int count = 0;
        for (int i = 0; i < x.length; i++) {
            if (i / size % channels == c) {
                sum += Math.pow(x[i] - center, power);
                count++;
            }
        }
        return sum / count;
    }

    /** The windows that start in [−padding, …) by stride, oh by ow of them; their maximum, or their sum over kernel². */
    static double[] pool(Shape s, double[] x, int kernel, int stride, int padding, int oh, int ow, boolean max) {
        var y = new double[s.dim(0) * s.dim(1) * oh * ow];
        int at = 0;
        for (int n = 0; n < s.dim(0); n++) {
            for (int c = 0; c < s.dim(1); c++) {
                for (int i = 0; i < oh; i++) {
                    for (int j = 0; j < ow; j++) {
                        double result = max ? Double.NEGATIVE_INFINITY : 0;
                        for (int r = 0; r < kernel; r++) {
                            for (int q = 0; q < kernel; q++) {
                                double v = pixel(s, x, n, c, i * stride + r - padding, j * stride + q - padding,
                                        Double.NEGATIVE_INFINITY);
                                result = max ? Math.max(result, v) : result + v / (kernel * kernel);
                            }
                        }
                        y[at++] = result;
                    }
                }
            }
        }
        return y;
    }

    static double[] globalAvgPool(Shape s, double[] x) {
        int size = s.dim(2) * s.dim(3);
        var y = new double[x.length / size];
        for (int i = 0; i < x.length; i++) {
            y[i / size] += x[i] / size;
        }
        return y;
    }

    /** Joins [N,C₀,…], [N,C₁,…], … along dimension 1. */
    static double[] concat(Shape[] shapes, double[][] x) {
        int n = shapes[0].dim(0);
        var y = new double[Arrays.stream(x).mapToInt(a -> a.length).sum()];
        int at = 0;
        for (int i = 0; i < n; i++) {
            for (double[] part : x) {
                int row = part.length / n;
                System.arraycopy(part, i * row, y, at, row);
                at += row;
            }
        }
        return y;
    }

    static double[] optionAShortcut(Shape s, double[] x, int stride, int pad) {
        int h = (s.dim(2) + stride - 1) / stride;
        int w = (s.dim(3) + stride - 1) / stride;
        int channels = s.dim(1) + 2 * pad;
        var y = new double[s.dim(0) * channels * h * w];
        for (int i = 0; i < y.length; i++) {
            int c = i / (h * w) % channels - pad;
            if (c >= 0 && c < s.dim(1)) {
                y[i] = pixel(s, x, i / (h * w * channels), c, i / w % h * stride, i % w * stride, Double.NaN);
            }
        }
        return y;
    }

    static double[] logSoftmax(int k, double[] x) {
        var y = new double[x.length];
        for (int row = 0; row < x.length; row += k) {
            double sum = 0;
            for (int i = row; i < row + k; i++) {
                sum += Math.exp(x[i]);
            }
            for (int i = row; i < row + k; i++) {
                y[i] = x[i] - Math.log(sum);
            }
        }
        return y;
    }

    static double[] crossEntropy(CrossEntropy op, int k, double[] x) {
        double[] logP = logSoftmax(k, x);
        double loss = 0;
        for (int i = 0; i < x.length; i++) {
            double q = op.labelSmoothing() / (double) k + (op.targets()[i / k] == i % k ? 1.0 - op.labelSmoothing() : 0);
            loss -= q * logP[i];
        }
        return new double[] {op.reduction() == Reduction.MEAN ? loss / op.targets().length : loss};
    }

    static double[] normalize(Normalize op, Shape s, double[] x) {
        int size = s.size() / (s.dim(0) * s.dim(1));
        var y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            int c = i / size % s.dim(1);
            y[i] = (x[i] - op.mean()[c]) / op.std()[c];
        }
        return y;
    }
}
