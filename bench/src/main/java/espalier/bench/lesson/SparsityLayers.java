package espalier.bench.lesson;

import static espalier.bench.lesson.Facts.number;
import static espalier.bench.lesson.Facts.percent;
import static espalier.bench.lesson.Facts.times;
import static espalier.bench.lesson.SparsityTasks.NINETY;

import espalier.bench.chart.Bars;
import espalier.bench.chart.Ink;
import espalier.bench.lesson.Block.Exercise;
import espalier.bench.lesson.Block.Heading;
import espalier.bench.lesson.Block.Plot;
import espalier.bench.lesson.Block.Rows;
import espalier.bench.lesson.Block.Text;
import espalier.bench.peer.ConvLayer;
import espalier.bench.peer.LayerTask;
import espalier.compress.lower.Format;
import espalier.compress.lower.LoweredModel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Which layers of a network gain. */
final class SparsityLayers {
    private final SparsityTasks tasks;
    private final Facts facts;

    SparsityLayers(SparsityTasks tasks, Facts facts) {
        this.tasks = tasks;
        this.facts = facts;
    }

    List<Block> blocks() {
        List<ConvLayer> layers = SparsityTasks.layers();
        ConvLayer first = layers.getFirst();
        List<Block> blocks = new ArrayList<>();
        blocks.add(new Heading("5. Layer by layer"));
        blocks.add(new Text("Every kind of convolution that ResNet-20 has, each with " + NINETY + " % zeros:"));
        blocks.add(new Plot("layers", new Bars("Speedup over dense, " + NINETY + " % zeros",
                layers.stream().map(l -> new Bars.Bar(name(l), speedup(l), times(speedup(l)),
                        l == first ? Ink.VERMILION : Ink.BLUE)).toList(), 1, 560),
                "The upright line is the dense kernel; the first layer is red."));
        blocks.add(new Rows(1, List.of("layer", "shape", "products a sum", "left of them", "dense", "csr", "speedup"),
                layers.stream().map(l -> {
                    LayerTask dense = SparsityTasks.layer(l, Format.DENSE);
                    LayerTask csr = SparsityTasks.layer(l, Format.CSR);
                    return List.of(name(l), l.geometry(), Integer.toString(dense.terms()),
                            number(dense.terms() * (100 - NINETY) / 100.0), facts.time(dense), facts.time(csr),
                            times(speedup(l)));
                }).toList()));
        ConvLayer best = layers.stream().max(Comparator.comparingDouble(this::speedup)).orElseThrow();
        ConvLayer worst = layers.stream().min(Comparator.comparingDouble(this::speedup)).orElseThrow();
        ConvLayer last = layers.getLast();
        LayerTask firstDense = SparsityTasks.layer(first, Format.DENSE);
        blocks.add(new Text("`" + name(best) + "` gains most, " + times(speedup(best)) + "; `" + name(worst) + "` least, "
                + times(speedup(worst)) + ". The first layer gains " + times(speedup(first)) + ". It has " + first.in()
                + " input channels, so an output is a sum of " + firstDense.terms() + " products, and after pruning of "
                + number(firstDense.terms() * (100 - NINETY) / 100.0) + ". To begin a sum, to add the bias, to cut off at "
                + "zero and to write the result costs the same as in `" + name(last) + "`, a layer of "
                + SparsityTasks.layer(last, Format.DENSE).terms()
                + " products: **a short sum is mostly beginning and end.** A product takes the sparse kernel "
                + times(slowness(first, last, Format.CSR)) + " as long as it does there. It takes the dense kernel "
                + times(slowness(first, last, Format.DENSE)) + " as long, and a speedup compares only the two. Besides, it writes "
                + number((double) first.output(1).size() / first.input(1).size()) + " numbers for each that it reads."));
        List<LoweredModel.Layer> pruned = tasks.network(Format.CSR, NINETY, 1).lowered().layers();
        blocks.add(new Text("A pruning by magnitude that ranks the weights of all layers together, as is usual, spares some "
                + "layers: of the network of the next part, pruned to " + NINETY + " % zeros, the first layer keeps "
                + percent(1 - pruned.getFirst().weight().sparsity()) + " of its weights, the one before the last "
                + percent(1 - pruned.get(pruned.size() - 2).weight().sparsity()) + ". The first layer has only "
                + percent((double) first.weight().size() / layers.stream().mapToLong(l -> l.weight().size()).sum())
                + " of the weights of these kinds of layers, so it saves next to no memory either. That is why many leave "
                + "it dense, and why `auto` decides for each layer by itself."));
        blocks.add(new Exercise("Compute for each layer how many multiply-adds it is in all (shape, and how often ResNet-20 "
                + "has it). If only the best layer ran at its sparse speed, how much faster would the network be? (This is "
                + "Amdahl's law.)"));
        return blocks;
    }

    private double speedup(ConvLayer l) {
        return facts.speedup(SparsityTasks.layer(l, Format.CSR), SparsityTasks.layer(l, Format.DENSE));
    }

    /** {@return how many times as long as one of {@code other} a product of {@code l} takes, zeros counted as in dense weights} */
    private double slowness(ConvLayer l, ConvLayer other, Format format) {
        return facts.speed(SparsityTasks.layer(other, format)) / facts.speed(SparsityTasks.layer(l, format));
    }

    private static String name(ConvLayer l) {
        return l.name().substring(l.name().indexOf('/') + 1);
    }
}
