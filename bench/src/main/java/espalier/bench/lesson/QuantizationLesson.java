package espalier.bench.lesson;

import static espalier.bench.lesson.Facts.number;
import static espalier.bench.lesson.Facts.percent;
import static espalier.bench.lesson.Facts.times;
import static espalier.bench.lesson.QuantizationTasks.BOTH;
import static espalier.bench.lesson.QuantizationTasks.NARROW;
import static espalier.bench.lesson.QuantizationTasks.SPARSE;
import static espalier.bench.lesson.QuantizationTasks.WIDE;

import espalier.bench.chart.Bars;
import espalier.bench.chart.Ink;
import espalier.bench.lesson.Block.Code;
import espalier.bench.lesson.Block.Exercise;
import espalier.bench.lesson.Block.Heading;
import espalier.bench.lesson.Block.Plot;
import espalier.bench.lesson.Block.Points;
import espalier.bench.lesson.Block.Rows;
import espalier.bench.lesson.Block.Text;
import espalier.bench.peer.ConvLayer;
import espalier.bench.peer.LayerTask;
import espalier.bench.peer.LoweredTask;
import espalier.bench.peer.WeightForm;
import espalier.compress.lower.LoweredModel;
import espalier.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.DoubleStream;

/** What 8 bits are worth, with the instructions that Java can reach and with those that it cannot. */
final class QuantizationLesson {
    /** Multiply-adds of a lane of 32 bits in one dot-product instruction. */
    private static final int DOT = 4;

    private final QuantizationTasks tasks;
    private final Facts facts;
    private final List<Block> blocks = new ArrayList<>();

    private QuantizationLesson(QuantizationTasks tasks, Facts facts) {
        this.tasks = tasks;
        this.facts = facts;
    }

    static Page of(QuantizationTasks tasks, Facts facts) {
        QuantizationLesson lesson = new QuantizationLesson(tasks, facts);
        lesson.introduction();
        lesson.bytes();
        lesson.product();
        lesson.dotProducts();
        lesson.layers();
        lesson.networks();
        lesson.advice();
        return new Page("What are 8 bits worth?", lesson.blocks);
    }

    private void introduction() {
        blocks.add(new Text("A network is trained in floating point of 32 bits. It does not need them to be used: a weight "
                + "can be rounded to one of 255 integers times a scale, and so can what flows between layers. That is a "
                + "quarter of the memory, and, one reads, four times the speed. This page measures what is left of that "
                + "promise."));
        blocks.add(new Text(facts.machine()));
    }

    private void bytes() {
        blocks.add(new Heading("1. What is rounded, and what it saves"));
        blocks.add(new Code("weight ≈ integer · scale of its output channel\n"
                + "         integer in −127 .. 127\n"
                + "pixel  ≈ (integer − zero point) · scale of its layer\n"
                + "         integer in 0 .. 127 (7 bits) or 0 .. 255 (8 bits)"));
        List<List<String>> rows = new ArrayList<>();
        long dense = 0;
        for (WeightForm form : List.of(WeightForm.DENSE, NARROW, SPARSE, BOTH)) {
            long bytes = tasks.network(form, 1).lowered().weightBytes();
            dense = dense == 0 ? bytes : dense;
            rows.add(List.of(form.toString(), String.format("%,d", bytes), times((double) dense / bytes)));
        }
        blocks.add(new Rows(1, List.of("weights of ResNet-20", "bytes", "smaller"), rows));
        blocks.add(new Text("What it costs is error. With the same random image, the outputs of this network in 8 bits "
                + "differ from those in float32 by " + percent(error(NARROW)) + " of their size with pixels of 7 bits, and "
                + "by " + percent(error(WIDE)) + " with 8 bits (root of the mean square; " + tasks.subject().about() + ")."));
        List<Block> accuracies = tasks.subject().accuracies(List.of(WeightForm.DENSE, NARROW, WIDE));
        blocks.add(new Text(accuracies.isEmpty()
                ? "What that does to accuracy only a trained network and its images can tell: `espalier quantize` measures it."
                : "What that does to accuracy, calibrated on training images:"));
        blocks.addAll(accuracies);
        blocks.add(new Exercise("A layer's weights lie between −0.5 and 0.5, but for a single one of 4. What is the scale, "
                + "and how many different integers are left for the others? What does a scale for each channel help?"));
    }

    private double error(WeightForm form) {
        float[] exact = logits(WeightForm.DENSE);
        float[] rounded = logits(form);
        double squares = 0;
        double size = 0;
        for (int i = 0; i < exact.length; i++) {
            squares += Math.pow((double) exact[i] - rounded[i], 2);
            size += Math.pow(exact[i], 2);
        }
        return Math.sqrt(squares / Math.max(size, Double.MIN_NORMAL));
    }

    private float[] logits(WeightForm form) {
        LoweredTask task = tasks.network(form, 1);
        LoweredModel model = task.lowered();
        Tensor y = model.logits(task.pixels());
        return y.data();
    }

    private double macs(LayerTask t) {
        return t.items() / 2 / facts.milliseconds(t) * 1000;
    }

    private void product() {
        LayerTask dense = tasks.product(WeightForm.DENSE);
        LayerTask narrow = tasks.product(NARROW);
        LayerTask wide = tasks.product(WIDE);
        blocks.add(new Heading("2. Integer products with the instructions of Java"));
        blocks.add(new Text("A matrix product of " + dense.layer().out() + "×" + dense.layer().in() + " by "
                + dense.layer().in() + "×"
                + dense.batch() + ", counted in billions of multiply-adds a second (GMAC/s):"));
        List<Bars.Bar> bars = List.of(bar("float32", dense, Ink.VERMILION), bar("7 bits × 8 bits", narrow, Ink.BLUE),
                bar("8 bits × 8 bits", wide, Ink.SKY));
        blocks.add(new Plot("product", new Bars("Matrix product, GMAC/s", bars, Double.NaN, 560),
                "The same product in floating point and in integers; more is better."));
        blocks.add(new Text("Not four times: " + times(facts.speedup(narrow, dense)) + " with 7 bits and "
                + times(facts.speedup(wide, dense)) + " with 8. The products of 8-bit numbers need 16 bits, their sums 32. "
                + "There is a fused multiply-add for floats; for integers, multiplication, widening and addition are "
                + "separate instructions, as long as one may not use the special ones of part 3. So the kernel plays a "
                + "trick: **products are added in lanes of 16 bits for as long as their sum is sure to fit**, and only then "
                + "widened. The weights are known beforehand: with 7-bit pixels, the positive weights of such a group may "
                + "sum up to 258, and so may the negative ones (258 · 127 = 32,766 < 32,768). With 8-bit pixels it is 128, "
                + "and a group is half as long."));
        blocks.add(new Code("a group of 8 products at 32 positions, vectors of 512 bits\n"
                + "in float32:  16 fused multiply-adds of 16 lanes\n"
                + "in integers: 8 multiplications and 8 additions of 32 lanes,\n"
                + "             1 shift and 2 additions of 16 lanes"));
        blocks.add(new Text("That the sums are exact is worth something of its own: the result is the same bit for bit on "
                + "every machine, with any number of threads."));
        blocks.add(new Exercise("Nineteen instructions against sixteen, and yet it is " + (facts.speedup(narrow, dense) > 1
                ? "faster" : "not slower by half")
                + ". Which of the nineteen can a processor execute beside each other that it cannot with multiply-adds? And "
                + "how many bytes does each of the two load?"));
    }

    private Bars.Bar bar(String name, LayerTask t, java.awt.Color color) {
        return new Bars.Bar(name, macs(t), number(macs(t)) + " (" + times(facts.speedup(t, tasks.product(WeightForm.DENSE)))
                + ")",
                color);
    }

    private void dotProducts() {
        double peak = facts.peak() / 2;
        LayerTask narrow = tasks.product(NARROW);
        blocks.add(new Heading("3. With dot-product instructions"));
        String has = Processor.dotProducts();
        blocks.add(new Text("Newer processors multiply four pairs of 8-bit numbers and add all four products to a 32-bit "
                + "sum in one instruction: VNNI on x86, `sdot` and `udot` on ARM. " + (has.isEmpty()
                ? "Of this processor we could not find out whether it has one."
                : "This processor has one (`" + has + "`).") + " Java's Vector API does not offer them, so what follows is "
                + "**theory, not a measurement**: " + DOT + " multiply-adds for each lane of 32 bits, where the fused "
                + "multiply-add does one."));
        blocks.add(new Plot("peaks", new Bars("GMAC/s, one thread", List.of(
                new Bars.Bar("float32, measured", macs(tasks.product(WeightForm.DENSE)),
                        number(macs(tasks.product(WeightForm.DENSE))),
                        Ink.VERMILION),
                new Bars.Bar("float32, peak measured", peak, number(peak), Ink.GREY),
                new Bars.Bar("7 bits in Java, measured", macs(narrow), number(macs(narrow)), Ink.BLUE),
                new Bars.Bar("8 bits in Java, measured", macs(tasks.product(WIDE)), number(macs(tasks.product(WIDE))), Ink.SKY),
                new Bars.Bar("dot products, in theory", DOT * peak, number(DOT * peak), Ink.GREY)), Double.NaN, 560),
                "Grey bars are limits, coloured ones real programs. The last one assumes as many dot products as fused "
                        + "multiply-adds a cycle."));
        blocks.add(new Text("If there are as many of these instructions a cycle as multiply-adds, the limit is "
                + number(DOT * peak)
                + " GMAC/s, " + times(DOT * peak / macs(narrow)) + " what our kernel reaches. A library that uses them, such as "
                + "ONNX Runtime, gets a good part of it. The promise of four times is theirs; without them it is "
                + times(facts.speedup(narrow, tasks.product(WeightForm.DENSE))) + "."));
        blocks.add(new Exercise("With dot products at their limit, and reading memory at "
                + number(facts.speed(QuantizationTasks.MEMORY))
                + " GB/s as measured here: how often must a weight be used after it was read from memory until arithmetic, not "
                + "memory, is the limit?"));
    }

    private void layers() {
        blocks.add(new Heading("4. Layer by layer"));
        List<ConvLayer> layers = SparsityTasks.layers();
        blocks.add(new Rows(1, List.of("layer", "products a sum", "float32", "7 bits", "speedup", "8 bits", "speedup"),
                layers.stream().map(l -> {
            LayerTask dense = tasks.layer(l, WeightForm.DENSE);
            return List.of(l.name().substring(l.name().indexOf('/') + 1), Integer.toString(dense.terms()), facts.time(dense),
                    facts.time(tasks.layer(l, NARROW)), times(speedup(l, NARROW)), facts.time(tasks.layer(l, WIDE)),
                    times(speedup(l, WIDE)));
        }).toList()));
        ConvLayer best = layers.stream().max(Comparator.comparingDouble(l -> speedup(l, NARROW))).orElseThrow();
        ConvLayer worst = layers.stream().min(Comparator.comparingDouble(l -> speedup(l, NARROW))).orElseThrow();
        blocks.add(new Text("From " + times(speedup(worst, NARROW)) + " (`" + worst.name() + "`, "
                + tasks.layer(worst, NARROW).terms()
                + " products a sum) to " + times(speedup(best, NARROW)) + " (`" + best.name() + "`, "
                + tasks.layer(best, NARROW).terms()
                + "). Around the products an integer layer has more to do than a float one: pixels are widened to 16 bits, "
                + "sums are scaled, rounded and cut back to 8 bits. That is paid once for each pixel and once for each "
                + "output, so it weighs most where a sum is short."));
        blocks.add(new Exercise("The first layer has 27 products a sum. Would you leave it in float32? What would then have "
                + "to happen between it and the second?"));
    }

    private double speedup(ConvLayer l, WeightForm form) {
        return facts.speedup(tasks.layer(l, form), tasks.layer(l, WeightForm.DENSE));
    }

    private void networks() {
        blocks.add(new Heading("5. The whole network, and zeros as well"));
        List<List<String>> rows = new ArrayList<>();
        for (int n : List.of(1, tasks.largeBatch())) {
            for (WeightForm form : List.of(WeightForm.DENSE, NARROW, WIDE, SPARSE, BOTH)) {
                LoweredTask t = tasks.network(form, n);
                rows.add(List.of(Integer.toString(n), form.toString(), facts.time(t), number(n / facts.milliseconds(t) * 1000),
                        times(speedup(form, n))));
            }
        }
        blocks.add(new Rows(2, List.of("batch", "weights", "time", "images/s", "speedup"), rows));
        int n = tasks.largeBatch();
        double both = speedup(BOTH, n);
        double single = Math.max(speedup(NARROW, n), speedup(SPARSE, n));
        blocks.add(new Text("With batch " + n + ", 8 bits alone give " + times(speedup(NARROW, n)) + ", "
                + QuantizationTasks.NINETY
                + " % zeros alone " + times(speedup(SPARSE, n)) + ", both together " + times(both) + ". " + (both > 1.05 * single
                ? "Both at once is the fastest of all, though far from the product of the two: both save the same work."
                : both > 0.95 * single ? "Both at once is no faster than the better one alone: what the one saves, the "
                + "other cannot save again."
                : "Both at once is slower than the better one alone. The trick of part 2 lives on neighbouring products, of "
                + "which zeros leave fewer; what is left of both together is the size of the file.")));
        blocks.add(new Exercise("Rank the five by bytes, by time at batch 1, and by time at batch " + n
                + ". Is there one that is best in none of the three, and should ever be chosen?"));
    }

    private double speedup(WeightForm form, int n) {
        return facts.speedup(tasks.network(form, n), tasks.network(WeightForm.DENSE, n));
    }

    private void advice() {
        double best = DoubleStream.of(speedup(NARROW, tasks.largeBatch()), speedup(WIDE, tasks.largeBatch())).max().orElseThrow();
        double narrower = facts.milliseconds(tasks.product(WIDE)) / facts.milliseconds(tasks.product(NARROW));
        blocks.add(new Heading("6. If you want a faster network"));
        blocks.add(new Points(List.of(
                "A quarter of the bytes is certain. The speed depends on instructions: " + times(best)
                        + " here with what Java can reach, more in a library with dot products.",
                "7 bits for pixels round twice as coarsely, and " + (narrower > 1 ? "buy" : "bought no") + " speed: "
                        + times(narrower) + " against 8 bits in a matrix product here.",
                "Calibrate on training images that look like those to come: a range that is too narrow cuts off, one that "
                        + "is too wide rounds coarsely.",
                "Measure accuracy after quantizing, on test images; and robustness, if it matters: `espalier evaluate "
                        + "--attack pgd`.",
                "Ask whether zeros would do more: `espalier lesson sparsity`.")));
        blocks.add(new Exercise("Quantize a network of yours with `--bits 7` and `--bits 8` (`espalier quantize`), and note "
                + "accuracy and images a second of each."));
    }
}
