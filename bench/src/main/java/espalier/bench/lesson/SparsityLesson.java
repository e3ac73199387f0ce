package espalier.bench.lesson;

import static espalier.bench.lesson.Facts.number;
import static espalier.bench.lesson.Facts.percent;
import static espalier.bench.lesson.Facts.times;
import static espalier.bench.lesson.SparsityTasks.NINETY;

import espalier.bench.chart.Axis;
import espalier.bench.chart.Bars;
import espalier.bench.chart.Ink;
import espalier.bench.chart.Line;
import espalier.bench.chart.LineChart;
import espalier.bench.lesson.Block.Code;
import espalier.bench.lesson.Block.Exercise;
import espalier.bench.lesson.Block.Heading;
import espalier.bench.lesson.Block.Plot;
import espalier.bench.lesson.Block.Points;
import espalier.bench.lesson.Block.Rows;
import espalier.bench.lesson.Block.Text;
import espalier.bench.peer.ConvLayer;
import espalier.bench.peer.LayerTask;
import espalier.bench.peer.LayerTask.How;
import espalier.bench.peer.LoweredTask;
import espalier.bench.peer.WeightForm;
import espalier.compress.Sizes;
import espalier.compress.lower.Format;
import espalier.engine.kernel.ConvShape;
import espalier.engine.kernel.WinogradProduct;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Why zeros do not make a network faster by themselves, and how they can. */
final class SparsityLesson {
    private final SparsityTasks tasks;
    private final Facts facts;
    private final List<Block> blocks = new ArrayList<>();

    private SparsityLesson(SparsityTasks tasks, Facts facts) {
        this.tasks = tasks;
        this.facts = facts;
    }

    static Page of(SparsityTasks tasks, Facts facts) {
        SparsityLesson lesson = new SparsityLesson(tasks, facts);
        lesson.introduction();
        lesson.mask();
        lesson.ladder();
        lesson.sweep();
        lesson.blocks.addAll(new SparsityRoofline(tasks, facts).blocks());
        lesson.blocks.addAll(new SparsityLayers(tasks, facts).blocks());
        lesson.batches();
        lesson.advice();
        return new Page("Why is my pruned network not faster?", lesson.blocks);
    }

    private void introduction() {
        LayerTask layer = tasks.dense();
        blocks.add(new Text("Pruning sets weights to zero. Often nine in ten of them go, and the network is still right "
                + "almost as often as before. Then one measures it, and it is not faster at all. This page shows why, and "
                + "what it takes until zeros save time. It needs no more than that you know what a convolution is."));
        blocks.add(new Text("Most of it is about one layer, the `" + layer.layer().name() + "` that ResNet-20 has several "
                + "of: " + layer.layer().in() + " input channels, " + layer.layer().out() + " output channels, "
                + "a kernel of 3×3, images of " + layer.layer().size() + "×" + layer.layer().size() + ", " + layer.batch()
                + " of them at a time. Each output is a sum of " + layer.terms() + " products of a weight and a "
                + "pixel; the whole layer is " + number(layer.items() * 500) + " million multiply-adds."));
        blocks.add(new Text(facts.machine()));
    }

    private void mask() {
        LayerTask masked = tasks.layer(Format.DENSE, NINETY, How.KERNEL);
        double ratio = facts.speedup(masked, tasks.dense());
        LoweredTask dense = tasks.network(Format.DENSE, 0, tasks.largeBatch());
        double network = facts.speedup(tasks.network(Format.DENSE, NINETY, tasks.largeBatch()), dense);
        blocks.add(new Heading("1. What a mask costs, and what it saves"));
        blocks.add(new Text("In training, a pruned weight is kept at zero by a mask: a second array of ones and zeros that the "
                + "weight is multiplied with. The convolution behind it does not know. It multiplies zeros as carefully as "
                + "everything else, because looking at each weight first would cost more than the product does."));
        blocks.add(new Rows(1, List.of("one layer", "time", "against dense"), List.of(
                List.of("no zeros", facts.time(tasks.dense()), "1.00×"),
                List.of(NINETY + " % zeros, still dense", facts.time(masked), times(ratio)))));
        blocks.add(new Text("With " + NINETY + " % zeros the layer runs at " + times(ratio) + " the speed, the whole network at "
                + times(network) + ". " + (Math.abs(ratio - 1) < 0.15
                ? "That is no difference beyond the noise of a measurement: **zeros that are stored and multiplied are not "
                        + "free, they cost exactly what other numbers cost.**"
                : "Such a difference comes from the measurement (another program, another clock speed): the instructions that "
                        + "are executed are the same, for zeros as for other numbers.")
                + " The file is not smaller either, unless something compresses it."));
        List<Block> accuracies = tasks.subject().accuracies(IntStream.of(0, 50, 80, NINETY)
                .mapToObj(z -> WeightForm.of(Format.DENSE, z)).toList());
        if (!accuracies.isEmpty()) {
            blocks.add(new Text("What zeros cost is accuracy. This is what is left of it where the weights are set to zero and nothing "
                    + "is trained after that (" + tasks.subject().about() + "). Training on with the mask in force brings most of "
                    + "it back: `espalier prune`."));
            blocks.addAll(accuracies);
        }
        blocks.add(new Exercise("Halve the number of channels of a layer instead of masking half of its weights. How much faster "
                + "should it be, and why does that work without any new kernel?"));
    }

    private void ladder() {
        blocks.add(new Heading("2. From a list of non-zeros to a fast kernel"));
        blocks.add(new Text("To save the work, the zeros must go from memory. The usual form is **compressed rows** (CSR): "
                + "for each output channel the list of its non-zero weights, and next to each the number of its column, "
                + "that is, which pixel it is multiplied with. Then there are several ways to go through these lists:"));
        LayerTask naive = tasks.layer(Format.CSR, NINETY, How.NAIVE);
        LayerTask rows = tasks.layer(Format.CSR, NINETY, How.ROWS);
        LayerTask fast = tasks.csr(NINETY);
        LayerTask masked = tasks.layer(Format.DENSE, NINETY, How.KERNEL);
        blocks.add(new Code("""
                naive:   for each output channel o, for each position p:
                           sum = bias[o]
                           for each non-zero k of row o:
                             sum += value[k] * x[offset[column[k]] + p]

                rows:    for each output channel o:
                           for each non-zero k of row o:
                             for all positions p of an image row:
                               y[o][p] += value[k] * x[offset[column[k]] + p]

                kernel:  for each output channel o:
                           for a block of positions that fits into registers:
                             for each non-zero k of row o:
                               sums += value[k] * x[offset[column[k]] + block]"""));
        List<Bars.Bar> bars = new ArrayList<>();
        for (var way : List.of(masked, naive, rows, fast)) {
            double speed = facts.speedup(way, tasks.dense());
            String name = way == masked ? "masked, dense kernel" : "csr, " + way.how();
            bars.add(new Bars.Bar(name, speed, times(speed) + " (" + facts.time(way) + ")",
                    way == fast ? Ink.BLUE : way == masked ? Ink.GREY : Ink.SKY));
        }
        blocks.add(new Plot("ladder", new Bars("Speed against the dense layer, " + NINETY + " % zeros", bars, 1, 560),
                "The same layer with the same zeros in four ways. The upright line is the dense kernel."));
        double lost = facts.speedup(naive, tasks.dense());
        blocks.add(new Text("The naive way does a tenth of the products and is " + (lost < 1
                ? "still " + times(1 / lost) + " slower than the dense kernel, which does all of them"
                : times(lost) + " as fast as the dense kernel, where ten times would be possible")
                + ". Dense kernels are the most polished loops there are: one instruction multiplies and adds "
                + facts.environment().vectorWidth() / Float.SIZE + " numbers, and numbers stay in registers while they are "
                + "needed. The naive sum handles one number at a time, and finds each of them by a detour."));
        blocks.add(new Text("Turning the loops round (`rows`) helps " + times(facts.speedup(rows, naive)) + ": a non-zero is "
                + "now multiplied with neighbouring positions, which lie next to each other in memory, so that one instruction "
                + "handles a whole vector. But each product now reads and writes its sum in memory. The `kernel` keeps the "
                + "sums of a block of positions in registers until the row is finished, and has no separate lists of "
                + "pixels: a column is an offset into the image, whose border of zeros is already there. That is another "
                + times(facts.speedup(fast, rows)) + ", and " + times(facts.speedup(fast, naive)) + " in all."));
        if (WinogradProduct.suits(shape(fast.layer()), 1)) {
            blocks.add(new Text("And the dense kernel has a trick that sparse ones cannot have: **Winograd's algorithm** "
                    + "computes 2×2 neighbouring outputs of a 3×3 convolution with 16 multiplications in place of 36. It "
                    + "multiplies sums of weights, and sums of zeros and non-zeros are seldom zero. So where it is used the "
                    + "dense kernel does 2.25 times fewer multiplications than one counts, and of the ten times that "
                    + NINETY + " % zeros promise, "
                    + times(10 / 2.25) + " are left. Every honest comparison is with the best dense kernel, not with the "
                    + "one that is easiest to beat."));
        }
        blocks.add(new Exercise("In `rows`, count what is read and written for one product: weight, pixel, sum. Which of "
                + "these does the kernel save, and for how many products does it read a weight once?"));
    }

    private static ConvShape shape(ConvLayer l) {
        return new ConvShape(l.in(), l.size(), l.size(), l.out(), l.kernel(), l.kernel(), l.stride(), l.padding(), 1);
    }

    private void sweep() {
        double[] x = tasks.zeros().stream().mapToDouble(z -> z).toArray();
        double[] y = tasks.zeros().stream().mapToDouble(z -> facts.speedup(tasks.csr(z), tasks.dense())).toArray();
        double[] ideal = tasks.zeros().stream().mapToDouble(z -> 100.0 / (100 - z)).toArray();
        blocks.add(new Heading("3. How many zeros it takes"));
        blocks.add(new Text("If each non-zero cost what a weight costs in the dense kernel, a share s of zeros would make "
                + "the layer 1/(1−s) times as fast: twice at 50 %, ten times at 90 %. The measured curve lies elsewhere:"));
        double[] one = {1, 1};
        blocks.add(new Plot("sweep", new LineChart("Speedup over dense", Axis.of("zeros in %"), Axis.doubling("times as fast"),
                List.of(new Line("measured", new Line.Look(Ink.BLUE, false, Line.Marker.CIRCLE), Line.of("", 0, x, y).points()),
                        new Line("ideal 1/(1−s)", new Line.Look(Ink.GREY, true, Line.Marker.NONE),
                                Line.of("", 0, x, ideal).points()),
                        new Line("dense", new Line.Look(Ink.VERMILION, true, Line.Marker.NONE),
                                Line.of("", 0, new double[] {x[0], x[x.length - 1]}, one).points()))),
                "Each step upwards doubles the speed. Where the blue line crosses the red one, zeros begin to pay."));
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < x.length; i++) {
            rows.add(List.of(Math.round(x[i]) + " %", facts.time(tasks.csr(tasks.zeros().get(i))), times(y[i]), times(ideal[i]),
                    percent(y[i] / ideal[i])));
        }
        blocks.add(new Rows(0, List.of("zeros", "time", "speedup", "ideal", "of ideal"), rows));
        double even = breakEven(x, y);
        blocks.add(new Text((Double.isNaN(even)
                ? y[0] >= 1 ? "Already at the first point, " + Math.round(x[0]) + " % zeros, the sparse kernel is faster "
                + "than the dense one."
                        : "Nowhere on this curve is the sparse kernel faster than the dense one on this machine."
                : "**Break-even: about " + Math.round(even) + " % zeros.** With fewer, the dense kernel is faster although it "
                        + "does more.")
                + " A product in the sparse kernel costs " + times(1 / (y[0] * (1 - x[0] / 100))) + " one in the dense kernel "
                + "when there are " + Math.round(x[0]) + " % zeros, and " + times(ideal[x.length - 1] / y[x.length - 1])
                + " at " + Math.round(x[x.length - 1]) + " %, where what a row of the output costs beside its products (a "
                + "bias, a relu, writing it) is shared by few products."));
        blocks.add(new Exercise("A pruned network of yours has 60 % zeros. Read off its speedup here. Is pruning it for "
                + "speed worth the trouble? What would a structured pruning of 30 % of the channels give?"));
    }

    /** {@return where {@code y} crosses 1; NaN if it does not} */
    static double breakEven(double[] x, double[] y) {
        for (int i = 1; i < x.length; i++) {
            if (y[i - 1] < 1 && y[i] >= 1) {
                return x[i - 1] + (1 - y[i - 1]) / (y[i] - y[i - 1]) * (x[i] - x[i - 1]);
            }
        }
        return Double.NaN;
    }

    private void batches() {
        blocks.add(new Heading("6. One image, and many"));
        blocks.add(new Text("A whole ResNet-20, pruned to " + NINETY + " % zeros by magnitude over all layers together ("
                + tasks.subject().about() + "). `auto` chooses dense or sparse layer by layer. The theoretical speedup only "
                + "counts multiply-adds."));
        List<List<String>> rows = new ArrayList<>();
        Sizes sizes = tasks.network(Format.CSR, NINETY, 1).sizes();
        double theoretical = (double) sizes.macs() / sizes.nonzeroMacs();
        for (int n : List.of(1, tasks.largeBatch())) {
            LoweredTask dense = tasks.network(Format.DENSE, 0, n);
            for (Format f : List.of(Format.DENSE, Format.CSR, Format.AUTO)) {
                LoweredTask t = tasks.network(f, f == Format.DENSE ? 0 : NINETY, n);
                rows.add(List.of(Integer.toString(n), f.toString(), facts.time(t), number(n / facts.milliseconds(t) * 1000),
                        times(facts.speedup(t, dense)), f == Format.DENSE ? "" : times(theoretical)));
            }
        }
        blocks.add(new Rows(2, List.of("batch", "weights", "time", "images/s", "speedup", "theoretical"), rows));
        double one = best(1);
        double many = best(tasks.largeBatch());
        blocks.add(new Text("For one image the best is " + times(one) + ", for " + tasks.largeBatch() + " images " + times(many)
                + " the dense network's speed. " + (one < 0.9 * many
                ? "A batch lets a weight that was read once be used for many images, and its pixels fill whole vectors "
                        + "however small the image has become; a single image of 8×8 pixels does not."
                : one > 1.1 * many ? "A single image is where the dense kernel is weak: its small images fill vectors badly, and "
                        + "fewer products help more than a good loop does."
                : "That is about the same: both need enough neighbouring positions to fill vectors, and both have them.")
                + (Math.max(one, many) < theoretical
                ? " What is left between these and the theoretical " + times(theoretical)
                + " is what no pruning removes: adding the shortcuts, pooling, loading the pixels; and that a sparse "
                + "product costs more than a dense one."
                : " That is no less than the theoretical " + times(theoretical) + ", which takes every multiply-add for "
                + "equal: some of the dense network's must cost more than those that are left.")));
        blocks.add(new Exercise("Which of the two batches stands for a phone that recognizes what its camera sees? Which for a "
                + "server with a queue? Which speedup would you print on the box?"));
    }

    private double best(int n) {
        LoweredTask dense = tasks.network(Format.DENSE, 0, n);
        return Math.max(facts.speedup(tasks.network(Format.CSR, NINETY, n), dense),
                facts.speedup(tasks.network(Format.AUTO, NINETY, n), dense));
    }

    private void advice() {
        double even = breakEven(tasks.zeros().stream().mapToDouble(z -> z).toArray(),
                tasks.zeros().stream().mapToDouble(z -> facts.speedup(tasks.csr(z), tasks.dense())).toArray());
        double best = best(tasks.largeBatch());
        blocks.add(new Heading("7. If you want a faster network"));
        blocks.add(new Points(List.of(
                "Masks alone save nothing. What runs must not contain the zeros: `espalier lower --format csr` or `auto`.",
                "Have enough zeros. " + (Double.isNaN(even) ? "Measure where sparse weights begin to pay on your machine."
                        : "Below about " + Math.round(even) + " % sparse weights made this layer slower here; 90 % and more "
                        + "is where it becomes interesting."),
                "Do not believe multiply-adds that are counted. Here they promised "
                        + times((double) tasks.network(Format.CSR, NINETY, 1).sizes().macs()
                        / tasks.network(Format.CSR, NINETY, 1).sizes().nonzeroMacs()) + ", and the clock said " + times(best)
                                + ".",
                "Compare with a good dense kernel. Against a slow one every sparse kernel looks fast: our naive one would be "
                        + "praised for the zeros it leaves out.",
                "Measure the whole network, at the batch that you will use, and tell the number of threads.",
                "Ask what else would do: fewer channels, a smaller network, or 8 bits (`espalier lesson quantization`).")));
        blocks.add(new Exercise("Prune a network of your own (`espalier prune`), lower it (`espalier lower --format auto`), "
                + "and compare the three figures that matter: accuracy, latency, bytes."));
    }
}
