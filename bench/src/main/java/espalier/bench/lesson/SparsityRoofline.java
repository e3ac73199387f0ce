package espalier.bench.lesson;

import static espalier.bench.lesson.Facts.number;
import static espalier.bench.lesson.Facts.percent;
import static espalier.bench.lesson.Facts.times;
import static espalier.bench.lesson.SparsityTasks.NINETY;

import espalier.bench.chart.Axis;
import espalier.bench.chart.Ink;
import espalier.bench.chart.Line;
import espalier.bench.chart.LineChart;
import espalier.bench.lesson.Block.Exercise;
import espalier.bench.lesson.Block.Heading;
import espalier.bench.lesson.Block.Plot;
import espalier.bench.lesson.Block.Rows;
import espalier.bench.lesson.Block.Text;
import espalier.bench.peer.LayerTask;
import espalier.bench.peer.LayerTask.How;
import espalier.compress.lower.Format;
import espalier.engine.kernel.GemmKernels;
import espalier.engine.kernel.Kernels;
import espalier.engine.kernel.SparseKernels;
import java.awt.Color;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Where the time goes: what is loaded for each multiply-add, against what this machine can load and multiply. */
final class SparsityRoofline {
    /** Of a non-zero: its value, its column, and the offset that the column stands for. */
    private static final int NONZERO_BYTES = Float.BYTES + Character.BYTES + Integer.BYTES;
    private static final double FROM = 1.0 / 16;
    private static final double TO = 8;

    private final SparsityTasks tasks;
    private final Facts facts;

    /** @param intensity multiplications and additions for each byte that is loaded */
    private record Kernel(String name, LayerTask task, double intensity, Color color) {}

    SparsityRoofline(SparsityTasks tasks, Facts facts) {
        this.tasks = tasks;
        this.facts = facts;
    }

    List<Block> blocks() {
        SparseKernels sparse = Kernels.active().sparse();
        GemmKernels gemm = Kernels.active().gemm();
        int block = SparseKernels.runs(sparse.maxVectors()) * sparse.maxVectors() * sparse.lanes();
        double sparseIntensity = 2.0 * block / (Float.BYTES * block + NONZERO_BYTES);
        int columns = gemm.maxVectors() * gemm.lanes();
        double denseIntensity = 2.0 * GemmKernels.ROWS * columns / (Float.BYTES * (columns + GemmKernels.ROWS));
        List<Kernel> kernels = List.of(new Kernel("dense product", tasks.product(), denseIntensity, Ink.VERMILION),
                new Kernel("csr " + NINETY + " %", tasks.csr(NINETY), sparseIntensity, Ink.BLUE),
                new Kernel("csr " + NINETY + " %, naive", tasks.layer(Format.CSR, NINETY, How.NAIVE),
                        2.0 / (Float.BYTES + NONZERO_BYTES), Ink.SKY));
        List<Block> blocks = new ArrayList<>();
        blocks.add(new Heading("4. Where the time goes"));
        blocks.add(new Text("A processor does two things here: it loads numbers, and it multiplies and adds them. Both have a "
                + "limit, and both can be measured. Multiply-adds in registers, and nothing else: **"
                + number(facts.peak()) + " billion operations a second** (GFLOP/s; a multiply-add counts as two). Loads and "
                + "nothing else:"));
        blocks.add(new Rows(1, List.of("read again and again", "GB/s", "bytes for each operation at the peak"),
                IntStream.range(0, SparsityTasks.LOADS.size()).mapToObj(i -> List.of(
                        SparsityTasks.LOADS.get(i).shape()
                                + List.of(" (first-level cache)", " (second-level cache)", " (memory)").get(i),
                        number(bandwidth(i)), number(bandwidth(i) / facts.peak()))).toList()));
        blocks.add(new Text("A dense matrix product (of " + tasks.product().layer().name().replace("linear/", "")
                + " rows, in place of the convolution, which may take Winograd's short cut) holds a tile of "
                + GemmKernels.ROWS + " channels by " + columns + " positions in registers. "
                + "For " + GemmKernels.ROWS * columns + " multiply-adds it loads " + columns + " pixels and "
                + GemmKernels.ROWS + " weights: each pixel serves " + GemmKernels.ROWS + " channels. In a sparse weight the "
                + "channels have their non-zeros in different columns, so a pixel that is loaded serves one channel only. "
                + "For " + block + " multiply-adds the sparse kernel loads " + block + " pixels, one weight and its index."));
        blocks.add(new Plot("roofline", chart(kernels), "The roofline: to the left the slope of what loads allow, on top "
                + "the flat roof of what can be multiplied. A kernel cannot lie above the slope of the memory that its "
                + "numbers come from."));
        blocks.add(new Rows(1, List.of("kernel", "operations for a byte", "allowed from first cache", "measured",
                "of what is allowed"),
                kernels.stream().map(k -> List.of(k.name, number(k.intensity), number(allowed(k)) + " GFLOP/s",
                        number(speed(k)) + " GFLOP/s", percent(speed(k) / allowed(k)))).toList()));
        blocks.add(new Text(verdict(kernels.get(0), kernels.get(1)) + " The indices, which one often hears blamed, are "
                + percent((double) (NONZERO_BYTES - Float.BYTES) / (Float.BYTES * block + NONZERO_BYTES))
                + " of the bytes that are loaded, since one index serves " + block + " positions. In the naive kernel, where it "
                + "serves one, they are " + percent((double) (NONZERO_BYTES - Float.BYTES) / (Float.BYTES + NONZERO_BYTES))
                + "."));
        blocks.add(new Exercise("If pairs of channels had their zeros in the same places, a pixel that is loaded would "
                + "serve two. Where would the kernel lie on the roofline, and what would be its limit? What does that ask "
                + "of whoever prunes?"));
        return blocks;
    }

    private String verdict(Kernel dense, Kernel sparse) {
        double products = speed(sparse) / speed(dense);
        String start = "Per second the sparse kernel does " + times(products) + " the operations of the dense product, but "
                + "only those that count. ";
        double share = speed(sparse) / allowed(sparse);
        if (share > 1.02) {
            return start + "It lies above what loads of single pixels would allow, because it shares some of them.";
        }
        boolean loads = allowed(sparse) < 0.95 * facts.peak();
        return start + (loads
                ? "The slope stops it at " + percent(allowed(sparse) / facts.peak()) + " of the peak: **it is bound by loads, "
                        + "not by multiplication.** "
                : "On this machine the first-level cache feeds as many numbers as can be multiplied, so that the slope and the "
                        + "roof meet near it: **each multiply-add needs a load of its own, and there is one to be had.** ")
                + (share < 0.7 ? "It reaches " + percent(share) + " of that; part of its pixels come from the second "
                + "cache, and a row of the output costs something beside its products." : "It reaches " + percent(share)
                + " of that.");
    }

    private double bandwidth(int level) {
        return facts.speed(SparsityTasks.LOADS.get(level));
    }

    private double allowed(Kernel k) {
        return Math.min(facts.peak(), k.intensity * bandwidth(0));
    }

    private double speed(Kernel k) {
        return k.task.flops() / facts.milliseconds(k.task) / 1e6;
    }

    private LineChart chart(List<Kernel> kernels) {
        List<Line> lines = new ArrayList<>();
        List<String> names = List.of("first-level cache", "second-level cache", "memory");
        List<Color> colors = List.of(Ink.GREEN, Ink.ORANGE, Ink.PURPLE);
        for (int i = 0; i < names.size(); i++) {
            double corner = Math.clamp(facts.peak() / bandwidth(i), FROM, TO);
            double[] x = {FROM, corner, TO};
            double slope = bandwidth(i);
            double[] y = IntStream.range(0, x.length).mapToDouble(j -> Math.min(facts.peak(), x[j] * slope)).toArray();
            lines.add(new Line(names.get(i), new Line.Look(colors.get(i), false, Line.Marker.NONE),
                    Line.of("", 0, x, y).points()));
        }
        for (Kernel k : kernels) {
            lines.add(new Line(k.name, new Line.Look(k.color, false, Line.Marker.CIRCLE),
                    List.of(new Line.Point(k.intensity, speed(k)))));
        }
        return new LineChart("Roofline of this machine, one thread", Axis.doubling("operations for each byte loaded"),
                Axis.doubling("GFLOP/s"), lines);
    }
}
