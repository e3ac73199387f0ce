package espalier.engine.op;

import espalier.engine.autograd.Op;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/**
 * One application of an op: what it is applied to, and its definition in double.
 *
 * @param terms the longest sum that an element of the output or of a gradient is made of; tolerances follow from it
 */
record OpCase(Op op, List<Tensor> inputs, int terms, Definition definition) {
    /** The op's definition: the inputs' elements to the output's. */
    interface Definition {
        double[] apply(double[][] inputs);
    }

    /** Inputs that the op must refuse, and what the message must name. */
    record Refused(Op op, List<Shape> shapes, List<String> message) {
        @Override
        public String toString() {
            return op + " of " + shapes;
        }
    }

    @Override
    public String toString() {
        return op.getClass().getSimpleName() + " of " + inputs;
    }

    static List<OpCase> all() {
        var cases = new ArrayList<OpCase>();
        linear(cases);
        convolution(cases);
        batchNorm(cases);
        pooling(cases);
        elementwise(cases);
        layout(cases);
        losses(cases);
        return cases;
    }

    private static void linear(List<OpCase> cases) {
        for (int[] d : new int[][] {{1, 1, 1}, {2, 3, 4}, {17, 65, 33}, {64, 31, 10}, {130, 70, 5}}) {
            Shape x = Shape.of(d[0], d[1]);
            Shape w = Shape.of(d[2], d[1]);
            cases.add(of(new Linear(), d[1] + d[0] + d[2], in -> Naive.linear(d[0], d[1], d[2], in[0], in[1], null), x, w));
            cases.add(of(new Linear(), d[1] + d[0] + d[2], in -> Naive.linear(d[0], d[1], d[2], in[0], in[1], in[2]), x, w,
                    Shape.of(d[2])));
        }
    }

    private static void convolution(List<OpCase> cases) {
        conv(cases, new Conv2d(1, 0, 1, 1), Shape.of(1, 1, 1, 1), Shape.of(1, 1, 1, 1));
        conv(cases, new Conv2d(1, 1, 1, 1), Shape.of(2, 3, 8, 8), Shape.of(5, 3, 3, 3));
        conv(cases, new Conv2d(1, 1, 1, 1), Shape.of(3, 16, 6, 7), Shape.of(17, 16, 3, 3));
        conv(cases, new Conv2d(2, 1, 1, 1), Shape.of(2, 4, 9, 8), Shape.of(6, 4, 3, 3));
        conv(cases, new Conv2d(3, 2, 1, 1), Shape.of(1, 2, 11, 13), Shape.of(3, 2, 5, 3));
        conv(cases, new Conv2d(1, 2, 2, 1), Shape.of(2, 3, 9, 9), Shape.of(4, 3, 3, 3));
        conv(cases, new Conv2d(2, 3, 3, 2), Shape.of(2, 4, 12, 11), Shape.of(6, 2, 3, 3));
        // Height and width even: columns of two phases are interleaved.
        conv(cases, new Conv2d(2, 1, 1, 2), Shape.of(3, 4, 6, 4), Shape.of(6, 2, 3, 3));
        conv(cases, new Conv2d(2, 1, 1, 1), Shape.of(2, 3, 4, 38), Shape.of(2, 3, 3, 3));
        conv(cases, new Conv2d(2, 0, 1, 1), Shape.of(2, 3, 6, 8), Shape.of(4, 3, 1, 1));
        conv(cases, new Conv2d(1, 1, 1, 3), Shape.of(2, 6, 5, 5), Shape.of(9, 2, 3, 3));
        conv(cases, new Conv2d(2, 1, 1, 6), Shape.of(2, 6, 7, 7), Shape.of(12, 1, 3, 3));
        for (int columns : new int[] {4, 8, 12, 16}) {
            conv(cases, new Conv2d(1, 1, 1, 3), Shape.of(2, 3, 5, columns), Shape.of(3, 1, 3, 3));
            conv(cases, new Conv2d(2, 1, 1, 3), Shape.of(2, 3, 5, 2 * columns), Shape.of(3, 1, 3, 3));
        }
        conv(cases, new Conv2d(1, 1, 1, 1), Shape.of(2, 1, 6, 8), Shape.of(1, 1, 3, 3));
        conv(cases, new Conv2d(1, 1, 1, 1), Shape.of(2, 2, 6, 8), Shape.of(1, 2, 3, 3));
        conv(cases, new Conv2d(1, 1, 1, 1), Shape.of(2, 1, 6, 8), Shape.of(2, 1, 3, 3));
        conv(cases, new Conv2d(1, 0, 1, 2), Shape.of(2, 18, 3, 8), Shape.of(2, 9, 1, 1));
        conv(cases, new Conv2d(1, 0, 1, 1), Shape.of(2, 19, 5, 4), Shape.of(7, 19, 1, 1));
        conv(cases, new Conv2d(2, 0, 1, 1), Shape.of(2, 5, 5, 6), Shape.of(4, 5, 1, 1));
        conv(cases, new Conv2d(1, 0, 1, 1), Shape.of(9, 2, 5, 5), Shape.of(3, 2, 5, 5));
    }

    private static void conv(List<OpCase> cases, Conv2d op, Shape x, Shape w) {
        int terms = w.size() / w.dim(0) + x.dim(0) * x.dim(2) * x.dim(3) + w.dim(0) * w.dim(2) * w.dim(3);
        cases.add(of(op, terms, in -> Naive.conv2d(op, x, w, in[0], in[1], null), x, w));
        cases.add(of(op, terms, in -> Naive.conv2d(op, x, w, in[0], in[1], in[2]), x, w, Shape.of(w.dim(0))));
    }

    private static void batchNorm(List<OpCase> cases) {
        for (Shape s : List.of(Shape.of(2, 1), Shape.of(9, 5), Shape.of(33, 18), Shape.of(1, 2, 3, 3), Shape.of(2, 3, 1, 2),
                Shape.of(3, 4, 5, 5), Shape.of(2, 17, 8, 8), Shape.of(2, 2, 33, 31), Shape.of(7, 1, 27, 27))) {
            int c = s.dim(1);
            for (boolean relu : new boolean[] {false, true}) {
                var mean = random(Shape.of(c), 3);
                var variance = Tensor.full(Shape.of(c), .7f);
                // Training overwrites the running statistics, which its output does not depend on.
                batchNorm(cases, new BatchNorm(mean, variance, false, .1f, 1e-5f, relu), s, mean.data(), variance.data());
                batchNorm(cases, new BatchNorm(mean.copy(), variance.copy(), true, .1f, 1e-5f, relu), s, null, null);
            }
        }
    }

    private static void batchNorm(List<OpCase> cases, BatchNorm op, Shape s, float[] mean, float[] variance) {
        Shape perChannel = Shape.of(s.dim(1));
        int terms = s.size() / s.dim(1);
        cases.add(of(op, terms, in -> Naive.batchNorm(s, in[0], null, in[1], in[2], mean, variance, 1e-5f, op.relu()), s,
                perChannel, perChannel));
        cases.add(of(op, terms, in -> Naive.batchNorm(s, in[0], in[1], in[2], in[3], mean, variance, 1e-5f, op.relu()), s, s,
                perChannel, perChannel));
    }

    private static void pooling(List<OpCase> cases) {
        maxPool(cases, Shape.of(2, 3, 4, 6), new MaxPool2d(2), 2, 3);
        maxPool(cases, Shape.of(1, 2, 34, 68), new MaxPool2d(2), 17, 34);
        maxPool(cases, Shape.of(1, 2, 5, 7), new MaxPool2d(2), 2, 3);
        maxPool(cases, Shape.of(1, 2, 5, 7), new MaxPool2d(2, 2, 0, true), 3, 4);
        maxPool(cases, Shape.of(2, 2, 7, 7), new MaxPool2d(3, 2, 1, false), 4, 4);
        maxPool(cases, Shape.of(1, 1, 6, 5), new MaxPool2d(3, 1, 1, false), 6, 5);
        maxPool(cases, Shape.of(1, 1, 7, 40), new MaxPool2d(3, 1, 1, false), 7, 40);
        maxPool(cases, Shape.of(1, 2, 4, 4), new MaxPool2d(3, 3, 1, true), 2, 2);
        maxPool(cases, Shape.of(1, 1, 2, 2), new MaxPool2d(3, 2, 1, false), 1, 1);
        for (int[] d : new int[][] {{8, 8, 8, 8}, {4, 6, 2, 2}, {7, 9, 3, 2}, {5, 5, 2, 3}, {20, 37, 2, 2}}) {
            Shape s = Shape.of(2, 3, d[0], d[1]);
            cases.add(of(new AvgPool2d(d[2], d[3]), d[2] * d[2], in -> Naive.pool(s, in[0], d[2], d[3], 0,
                    (d[0] - d[2]) / d[3] + 1, (d[1] - d[2]) / d[3] + 1, false), s));
        }
        for (Shape s : List.of(Shape.of(2, 3, 1, 1), Shape.of(3, 5, 4, 7), Shape.of(1, 2, 31, 17))) {
            cases.add(of(new GlobalAvgPool(), s.size(), in -> Naive.globalAvgPool(s, in[0]), s));
        }
    }

    private static void maxPool(List<OpCase> cases, Shape s, MaxPool2d op, int oh, int ow) {
        cases.add(of(op, op.kernel() * op.kernel(),
                in -> Naive.pool(s, in[0], op.kernel(), op.stride(), op.padding(), oh, ow, true), s));
    }

    private static void elementwise(List<OpCase> cases) {
        for (Shape s : List.of(Shape.of(1), Shape.of(3, 17), Shape.of(2, 3, 9, 9))) {
            cases.add(of(new Relu(), 1, in -> map(in[0], x -> Math.max(x, 0)), s));
            cases.add(of(new Relu6(), 1, in -> map(in[0], x -> Math.min(Math.max(x, 0), 6)), s));
            cases.add(of(new Add(), 2, in -> zip(in[0], in[1], Double::sum), s, s));
            cases.add(of(new Add(true), 2, in -> zip(in[0], in[1], (a, b) -> Math.max(a + b, 0)), s, s));
            cases.add(of(new Mul(), 1, in -> zip(in[0], in[1], (a, b) -> a * b), s, s));
            var ones = Tensor.full(s, 1f);
            // The mask is the op's own: that it is one, and of the right share, is DropoutTest's matter.
            var dropout = new Dropout(.3f, 77);
            float[] mask = dropout.apply(ones).data().clone();
            cases.add(of(dropout, 1, in -> zip(in[0], doubles(mask), (a, m) -> m == 0 ? 0 : a / (1 - (double) .3f)), s));
        }
    }

    private static void layout(List<OpCase> cases) {
        cases.add(of(new Reshape(Shape.of(3, 8)), 1, in -> in[0], Shape.of(2, 3, 4)));
        cases.add(of(new Flatten(), 1, in -> in[0], Shape.of(2, 3, 4, 5)));
        cases.add(of(new Flatten(), 1, in -> in[0], Shape.of(3)));
        for (Shape[] parts : new Shape[][] {
            {Shape.of(2, 3)}, {Shape.of(3, 2), Shape.of(3, 5)},
            {Shape.of(2, 3, 4, 5), Shape.of(2, 1, 4, 5), Shape.of(2, 6, 4, 5)}}) {
            cases.add(of(new Concat(), 1, in -> Naive.concat(parts, in), parts));
        }
        for (int[] d : new int[][] {{8, 8, 2, 4}, {9, 7, 2, 1}, {5, 5, 3, 0}, {4, 4, 1, 2}}) {
            Shape s = Shape.of(2, 3, d[0], d[1]);
            cases.add(of(new OptionAShortcut(d[2], d[3]), 1, in -> Naive.optionAShortcut(s, in[0], d[2], d[3]), s));
        }
        var normalize = new Normalize(new float[] {.4f, .5f, .6f}, new float[] {.2f, .25f, .3f});
        for (Shape s : List.of(Shape.of(2, 3, 5, 5), Shape.of(4, 3))) {
            cases.add(of(normalize, 2, in -> Naive.normalize(normalize, s, in[0]), s));
        }
    }

    private static void losses(List<OpCase> cases) {
        for (int[] d : new int[][] {{1, 2}, {7, 10}, {3, 101}}) {
            Shape s = Shape.of(d);
            cases.add(of(new LogSoftmax(), d[1], in -> Naive.logSoftmax(d[1], in[0]), s));
            int[] targets = new SplittableRandom(5).ints(d[0], 0, d[1]).toArray();
            for (Reduction reduction : Reduction.values()) {
                for (float smoothing : new float[] {0f, .1f, 1f}) {
                    var op = new CrossEntropy(targets, smoothing, reduction);
                    cases.add(of(op, s.size(), in -> Naive.crossEntropy(op, d[1], in[0]), s));
                }
            }
        }
    }

    static List<Refused> refused() {
        Tensor c3 = Tensor.zeros(Shape.of(3));
        var norm = new BatchNorm(c3, c3, true, .1f, 1e-5f, false);
        Shape image = Shape.of(2, 3, 4, 4);
        return List.of(
                refused(new Linear(), "[2,784] against weight [10,512]: 784 ≠ 512", Shape.of(2, 784), Shape.of(10, 512)),
                refused(new Linear(), "bias [3] against weight [4,5]", Shape.of(2, 5), Shape.of(4, 5), Shape.of(3)),
                refused(new Conv2d(1, 0, 1, 1), "[2,3,4,4] against weight [5,2,3,3]", image, Shape.of(5, 2, 3, 3)),
                refused(new Conv2d(1, 0, 1, 2), "2 groups", Shape.of(2, 4, 4, 4), Shape.of(5, 2, 3, 3)),
                refused(new Conv2d(1, 0, 1, 1), "smaller than weight [5,3,5,5]", image, Shape.of(5, 3, 5, 5)),
                refused(norm, "x [2,4] against weight [3]: 4 ≠ 3", Shape.of(2, 4), Shape.of(3), Shape.of(3)),
                refused(norm, "x [2,3,4]", Shape.of(2, 3, 4), Shape.of(3), Shape.of(3)),
                refused(norm, "bias [2]", image, Shape.of(3), Shape.of(2)),
                refused(norm, "x [2,3,4,4] against residual [2,3,4,5]", image, Shape.of(2, 3, 4, 5), Shape.of(3), Shape.of(3)),
                refused(norm, "runningMean [3]", Shape.of(2, 4), Shape.of(4), Shape.of(4)),
                refused(norm, "more than one element", Shape.of(1, 3), Shape.of(3), Shape.of(3)),
                refused(new Relu(), "takes 1 inputs, got 2", image, image),
                refused(new Relu6(), "takes 1 inputs, got 2", image, image),
                refused(new Add(), "a [2,3] against b [3,2]", Shape.of(2, 3), Shape.of(3, 2)),
                refused(new Add(true), "takes 2 inputs, got 1", image),
                refused(new Mul(), "a [6] against b [3,2]", Shape.of(6), Shape.of(3, 2)),
                refused(new MaxPool2d(2), "x [2,3]", Shape.of(2, 3)),
                refused(new MaxPool2d(5), "[2,3,4,4] against kernel 5", image),
                refused(new AvgPool2d(5, 1), "[2,3,4,4] against kernel 5", image),
                refused(new AvgPool2d(2, 2), "x [4]", Shape.of(4)),
                refused(new GlobalAvgPool(), "x [2,3]", Shape.of(2, 3)),
                refused(new Concat(), "x [2,3] against x [3,3]", Shape.of(2, 3), Shape.of(3, 3)),
                refused(new Concat(), "x [2,3] against x [2,3,1]", Shape.of(2, 3), Shape.of(2, 3, 1)),
                refused(new Concat(), "x [3]", Shape.of(3)),
                refused(new Dropout(.5f, 1), "takes 1 inputs, got 2", image, image),
                refused(new Reshape(Shape.of(7)), "[2,3] has 6 elements, [7] has 7", Shape.of(2, 3)),
                refused(new Flatten(), "x []", Shape.of()),
                refused(new OptionAShortcut(2, 1), "x [2,3]", Shape.of(2, 3)),
                refused(new LogSoftmax(), "x [3]", Shape.of(3)),
                refused(new CrossEntropy(1, 2), "x [3,4] against targets [2]: 3 ≠ 2", Shape.of(3, 4)),
                refused(new CrossEntropy(1, 4), "x [2,4] against target 4", Shape.of(2, 4)),
                refused(new CrossEntropy(), "no example", Shape.of(0, 4)),
                refused(new Normalize(new float[2], new float[2]), "x [2,3,4,4] against mean [2]", image));
    }

    private static Refused refused(Op op, String message, Shape... shapes) {
        return new Refused(op, List.of(shapes), List.of(message));
    }

    /** Inputs are random, distinct, and a little away from 0 and from each other: from where an op has no derivative. */
    private static OpCase of(Op op, int terms, Definition definition, Shape... shapes) {
        var inputs = new ArrayList<Tensor>();
        for (int k = 0; k < shapes.length; k++) {
            inputs.add(random(shapes[k], 17 + k));
        }
        return new OpCase(op, inputs, terms, definition);
    }

    static Tensor random(Shape shape, long seed) {
        var random = new SplittableRandom(seed);
        int n = shape.size();
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        Tensor t = Tensor.zeros(shape);
        for (int i = 0; i < n; i++) {
            t.data()[i] = (order[i] + .25f + .5f * (float) random.nextDouble()) / n * 4f - 1.9f;
        }
        return t;
    }

    private static double[] map(double[] x, DoubleUnaryOperator f) {
        return Arrays.stream(x).map(f).toArray();
    }

    private static double[] zip(double[] a, double[] b, DoubleBinaryOperator f) {
        var y = new double[a.length];
        Arrays.setAll(y, i -> f.applyAsDouble(a[i], b[i]));
        return y;
    }

    static double[] doubles(float[] x) {
        var y = new double[x.length];
        Arrays.setAll(y, i -> x[i]);
        return y;
    }
}
