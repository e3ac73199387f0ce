package espalier.compress.lower;

import espalier.engine.op.Add;
import espalier.engine.op.AvgPool2d;
import espalier.engine.op.Concat;
import espalier.engine.op.Conv2d;
import espalier.engine.op.Flatten;
import espalier.engine.op.GlobalAvgPool;
import espalier.engine.op.Linear;
import espalier.engine.op.MaxPool2d;
import espalier.engine.op.OptionAShortcut;
import espalier.engine.op.Relu;
import espalier.engine.op.Relu6;
import espalier.engine.quant.QuantParams;
import espalier.engine.tensor.Shape;
import espalier.engine.weight.CsrInt8Weight;
import espalier.engine.weight.Int8Weight;
import java.util.ArrayList;
import java.util.List;

/** A quantized model the plain way: one image, loops over its definition, sums in 64 bits, rounding by {@link Math#rint}. */
final class Int8Oracle {
    private record Value(long[] q, Shape shape, QuantParams params) {
        long at(int c, int y, int x) {
            int h = shape.dim(1);
            int w = shape.dim(2);
            return y < 0 || y >= h || x < 0 || x >= w ? params.zeroPoint() : q[(c * h + y) * w + x];
        }
    }

    private Int8Oracle() {}

    /** {@return the logits of one image of pixels} */
    static float[] logits(LoweredModel model, float[] pixels) {
        List<Value> values = new ArrayList<>();
        long[] in = new long[pixels.length];
        int plane = pixels.length / model.imageShape().dim(0);
        QuantParams p = model.input();
        for (int i = 0; i < in.length; i++) {
            float x = model.normalize() == null ? pixels[i]
                    : (pixels[i] - model.normalize().mean()[i / plane]) / model.normalize().std()[i / plane];
            in[i] = Math.clamp((long) Math.rint(x * (1f / p.scale())) + p.zeroPoint(), p.qmin(), p.qmax());
        }
        values.add(new Value(in, model.imageShape(), p));
        for (int i = 0; i < model.steps().size(); i++) {
            Step s = model.steps().get(i);
            List<Value> inputs = s.inputs().intStream().mapToObj(values::get).toList();
            if (s.integers().toFloat()) {
                return floats(s, inputs.getFirst());
            }
            values.add(new Value(run(s, inputs), s.shape(), s.integers().output()));
        }
        Value last = values.getLast();
        float[] y = new float[last.q.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = (last.q[i] - last.params.zeroPoint()) * last.params.scale();
        }
        return y;
    }

    private static Int8Weight weight(Step s) {
        return s.weight() instanceof CsrInt8Weight w ? w.toInt8() : (Int8Weight) s.weight();
    }

    private static float[] floats(Step s, Value x) {
        float[] y = new float[s.shape().size()];
        for (int o = 0; o < y.length; o++) {
            y[o] = linear(s, x, o) * (x.params.scale() * weight(s).scales()[o]);
        }
        return y;
    }

    private static long[] run(Step s, List<Value> inputs) {
        Value x = inputs.getFirst();
        QuantParams to = s.integers().output();
        long[] y = new long[s.shape().size()];
        int h = s.shape().rank() == 3 ? s.shape().dim(1) : 1;
        int w = s.shape().rank() == 3 ? s.shape().dim(2) : 1;
        for (int i = 0; i < y.length; i++) {
            int c = i / (h * w);
            int row = i / w % h;
            int column = i % w;
            y[i] = switch (s.op()) {
                case Conv2d conv -> clamp(s, convolution(s, conv, x, c, row, column)
                        * (float) ((double) x.params.scale() * weight(s).scales()[c] / to.scale()));
                case Linear _ -> clamp(s, linear(s, x, i)
                        * (float) ((double) x.params.scale() * weight(s).scales()[i] / to.scale()));
                case Add _ -> {
                    Value b = inputs.get(1);
                    yield clamp(s, (x.q[i] - x.params.zeroPoint()) * (float) ((double) x.params.scale() / to.scale())
                            + (b.q[i] - b.params.zeroPoint()) * (float) ((double) b.params.scale() / to.scale()));
                }
                case MaxPool2d p -> maximum(x, p, c, row, column);
                case AvgPool2d p -> clamp(s, sum(x, c, row * p.stride(), column * p.stride(), p.kernel(), p.kernel())
                        * mean(x, to, p.kernel() * p.kernel()));
                case GlobalAvgPool _ -> clamp(s, sum(x, i, 0, 0, x.shape.dim(1), x.shape.dim(2))
                        * mean(x, to, x.shape.dim(1) * x.shape.dim(2)));
                case OptionAShortcut o -> c < o.padChannels() || c >= o.padChannels() + x.shape.dim(0) ? x.params.zeroPoint()
                        : x.at(c - o.padChannels(), row * o.stride(), column * o.stride());
                case Concat _ -> concat(s, inputs, i);
                case Relu _, Relu6 _ -> Math.clamp(x.q[i], s.integers().low(), s.integers().high());
                case Flatten _ -> x.q[i];
                default -> throw new AssertionError(s);
            };
        }
        return y;
    }

    private static long clamp(Step s, float v) {
        return Math.clamp((long) Math.rint(v) + s.integers().output().zeroPoint(), s.integers().low(), s.integers().high());
    }

    private static long convolution(Step s, Conv2d conv, Value x, int o, int row, int column) {
        Shape w = s.weight().shape();
        int first = o / (w.dim(0) / conv.groups()) * w.dim(1);
        long sum = s.integers().bias()[o];
        for (int c = 0; c < w.dim(1); c++) {
            for (int ky = 0; ky < w.dim(2); ky++) {
                for (int kx = 0; kx < w.dim(3); kx++) {
                    long q = x.at(first + c, row * conv.stride() - conv.padding() + ky * conv.dilation(),
                            column * conv.stride() - conv.padding() + kx * conv.dilation());
                    int k = ((o * w.dim(1) + c) * w.dim(2) + ky) * w.dim(3) + kx;
                    sum += (q - x.params.zeroPoint()) * weight(s).values()[k];
                }
            }
        }
        return Math.toIntExact(sum);
    }

    private static long linear(Step s, Value x, int o) {
        long sum = s.integers().bias()[o];
        for (int k = 0; k < x.q.length; k++) {
            sum += (x.q[k] - x.params.zeroPoint()) * weight(s).values()[o * x.q.length + k];
        }
        return Math.toIntExact(sum);
    }

    private static long maximum(Value x, MaxPool2d p, int c, int row, int column) {
        long max = Long.MIN_VALUE;
        for (int y = row * p.stride() - p.padding(); y < row * p.stride() - p.padding() + p.kernel(); y++) {
            for (int z = column * p.stride() - p.padding(); z < column * p.stride() - p.padding() + p.kernel(); z++) {
                if (y >= 0 && y < x.shape.dim(1) && z >= 0 && z < x.shape.dim(2)) {
                    max = Math.max(max, x.at(c, y, z));
                }
            }
        }
        return max;
    }

    private static long sum(Value x, int c, int top, int left, int height, int width) {
        long sum = 0;
        for (int y = top; y < top + height; y++) {
            for (int z = left; z < left + width; z++) {
                sum += x.at(c, y, z) - x.params.zeroPoint();
            }
        }
        return sum;
    }

    private static float mean(Value x, QuantParams to, int count) {
        return (float) ((double) x.params.scale() / ((double) to.scale() * count));
    }

    private static long concat(Step s, List<Value> inputs, int i) {
        for (Value x : inputs) {
            if (i < x.q.length) {
                return clamp(s, (x.q[i] - x.params.zeroPoint())
                        * (float) ((double) x.params.scale() / s.integers().output().scale()));
            }
            i -= x.q.length;
        }
        throw new AssertionError(s);
    }
}
