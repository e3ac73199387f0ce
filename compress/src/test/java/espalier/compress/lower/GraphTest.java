package espalier.compress.lower;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import espalier.engine.UserError;
import espalier.engine.op.Add;
import espalier.engine.op.BatchNorm;
import espalier.engine.op.Conv2d;
import espalier.engine.op.Dropout;
import espalier.engine.op.Relu;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.nn.model.Model;
import espalier.nn.model.Models;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tracing and folding: the graph computes what the model computes. */
class GraphTest {
    private static final Shape IMAGE = Shape.of(3, 16, 16);

    private static Tensor noise(long seed, double low, double high, Shape shape) {
        SplittableRandom random = new SplittableRandom(seed);
        Tensor t = Tensor.zeros(shape);
        for (int i = 0; i < t.size(); i++) {
            t.data()[i] = (float) random.nextDouble(low, high);
        }
        return t;
    }

    private static Model model(String name) {
        Model model = Models.create(name, IMAGE, 10, new float[] {.4f, .5f, .6f}, new float[] {.2f, .3f, .25f}, 5);
        // A fresh batch norm folds to nothing: give it statistics.
        var state = model.stateDict();
        state.tensors().keySet().stream().filter(k -> k.endsWith("running_mean") || k.endsWith("running_var")).toList()
                .forEach(k -> state.put(k, noise(k.hashCode(), k.endsWith("var") ? 0.5 : -0.3, k.endsWith("var") ? 2 : 0.3,
                        state.tensor(k).shape())));
        model.loadStateDict(state, "test");
        return model;
    }

    @ParameterizedTest
    @CsvSource({"mlp, Linear", "lenet, Conv2d", "resnet20, Conv2d"})
    void foldedGraphComputesWhatTheModelComputes(String name, String op) {
        Model model = model(name);
        Graph graph = Graph.trace(model::logits, IMAGE);
        Graph folded = Fusion.apply(graph);
        assertThat(folded.nodes()).extracting(Node::name).contains(op).doesNotContain("BatchNorm", "Relu");
        assertThat(folded.nodes().size()).isLessThan(graph.nodes().size());
        Tensor x = noise(1, 0, 1, Shape.of(3, 3, 16, 16));
        Tensor expected = model.logits(x);
        assertThat(new FloatGraph(graph).apply(x).data()).containsExactly(expected.data());
        assertThat(new FloatGraph(folded).apply(x).data()).containsExactly(expected.data(), within(1e-4f));
    }

    @Test
    void masksAreBakedIntoTheConstants() {
        Model model = model("lenet");
        Tensor weight = model.parameters().firstEntry().getValue().data();
        Tensor mask = Tensor.full(weight.shape(), 1f);
        mask.data()[0] = 0;
        model.parameters().firstEntry().getValue().setMask(mask);
        Graph graph = Graph.trace(model::logits, IMAGE);
        Node first = graph.nodes().stream().filter(n -> n.op() instanceof Conv2d).findFirst().orElseThrow();
        assertThat(graph.nodes()).extracting(Node::name).doesNotContain("Mul");
        assertThat(first.constants().getFirst().data()[0]).isZero();
        // Frozen: what is trained on later does not move the graph.
        float before = first.constants().getFirst().data()[1];
        weight.data()[1] += 1;
        assertThat(first.constants().getFirst().data()[1]).isEqualTo(before);
    }

    @Test
    void aValueThatIsReadTwiceIsNotFoldedAway() {
        Tensor w = noise(2, -1, 1, Shape.of(4, 3, 1, 1));
        Tensor ones = Tensor.full(Shape.of(4), 1f);
        BatchNorm norm = new BatchNorm(Tensor.full(Shape.of(4), .5f), Tensor.full(Shape.of(4), 2f), false, .1f, 1e-5f, true);
        Graph graph = Fusion.apply(Graph.trace(x -> {
            Tensor y = new Conv2d(1, 0, 1, 1).apply(x, w);
            new Relu().apply(y);
            return new Add(false).apply(y, norm.apply(y, ones, ones));
        }, IMAGE));
        assertThat(graph.nodes()).extracting(Node::name).containsExactly("Conv2d", "BatchNorm", "Add");
    }

    @Test
    void trainingModeIsRefused() {
        Model model = model("resnet20");
        model.setTraining(true);
        assertThatThrownBy(() -> Graph.trace(model::logits, IMAGE)).isInstanceOf(UserError.class)
                .hasMessageContaining("BatchNorm is in training mode");
        assertThatThrownBy(() -> Graph.trace(x -> new Dropout(.5f, 1).apply(x), IMAGE)).isInstanceOf(UserError.class)
                .hasMessageContaining("Dropout is active");
        assertThatThrownBy(() -> Graph.trace(_ -> noise(1, 0, 1, Shape.of(2, 3)), IMAGE)).isInstanceOf(UserError.class)
                .hasMessageContaining("does not depend on its input");
    }
}
