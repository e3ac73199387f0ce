package espalier.engine.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import espalier.engine.op.Add;
import espalier.engine.op.Conv2d;
import espalier.engine.op.CrossEntropy;
import espalier.engine.op.Flatten;
import espalier.engine.op.Linear;
import espalier.engine.op.Mul;
import espalier.engine.op.Relu;
import espalier.engine.op.Reshape;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class TapeTest {
    private static final Add ADD = new Add();

    private final Tensor a = vector(1, -2, 3);
    private final Tensor b = vector(4, 5, -6);
    private final Tensor c = vector(.5f, 2, 3);
    private final Tensor one = vector(1, 1, 1);

    private static Tensor vector(float... values) {
        return Tensor.of(Shape.of(values.length), values);
    }

    private static float[] gradient(Gradients g, Tensor t) {
        return g.of(t).data();
    }

    @Test
    void tensorUsedTwiceGetsTheSum() {
        Gradients g = Tape.record(List.of(a), () -> new Mul().apply(a, a), one);
        assertThat(g.value().data()).containsExactly(1, 4, 9);
        assertThat(gradient(g, a)).containsExactly(2, -4, 6);
        g = Tape.record(List.of(a), () -> ADD.apply(a, a), one);
        assertThat(gradient(g, a)).containsExactly(2, 2, 2);
    }

    /** Add hands the very array of its output's gradient to both inputs: summing into it would corrupt the other's. */
    @Test
    void chainsOfAddsKeepTheirGradientsApart() {
        Gradients g = Tape.record(List.of(a, b), () -> ADD.apply(a, ADD.apply(a, b)), one);
        assertThat(gradient(g, a)).containsExactly(2, 2, 2);
        assertThat(gradient(g, b)).containsExactly(1, 1, 1);

        g = Tape.record(List.of(a, b, c), () -> {
            Tensor ab = ADD.apply(a, b);
            Tensor abc = ADD.apply(ab, c);
            return ADD.apply(new Mul().apply(ab, abc), ADD.apply(ab, ADD.apply(abc, a)));
        }, one);
        // f = s·t + s + t + a with s = a + b, t = s + c.
        for (int i = 0; i < 3; i++) {
            float s = a.data()[i] + b.data()[i];
            float t = s + c.data()[i];
            assertThat(gradient(g, a)[i]).isEqualTo(s + t + 3);
            assertThat(gradient(g, b)[i]).isEqualTo(s + t + 2);
            assertThat(gradient(g, c)[i]).isEqualTo(s + 1);
        }
    }

    @Test
    void viewsShareDataButNotGradients() {
        Tensor x = Tensor.of(Shape.of(2, 2), 1, 2, 3, 4);
        Tensor cotangent = vector(1, 10, 100, 1000);
        Gradients g = Tape.record(List.of(x), () -> {
            Tensor flat = new Reshape(Shape.of(4)).apply(x);
            Tensor again = new Reshape(Shape.of(4)).apply(ADD.apply(x, x));
            return ADD.apply(flat, ADD.apply(again, new Flatten().apply(flat.reshape(Shape.of(1, 4))).reshape(Shape.of(4))));
        }, cotangent);
        assertThat(g.of(x).shape()).isEqualTo(x.shape());
        assertThat(gradient(g, x)).containsExactly(3, 30, 300, 3000);
    }

    @Test
    void threeInputsThatGetTheSameArray() {
        record Sum3() implements Op {
            @Override
            public Tensor forward(Call call) {
                return ADD.forward(call);
            }

            @Override
            public Tensor[] vjp(Call call, Tensor gradOutput) {
                return new Tensor[] {gradOutput, gradOutput};
            }
        }
        Gradients g = Tape.record(List.of(a, b), () -> new Sum3().apply(a, new Sum3().apply(b, new Sum3().apply(a, a))), one);
        assertThat(gradient(g, a)).containsExactly(3, 3, 3);
        assertThat(gradient(g, b)).containsExactly(1, 1, 1);
    }

    @Test
    void everyGradientHasItsOwnArray() {
        Gradients g = Tape.record(List.of(a, b), () -> ADD.apply(a, b), one);
        Arrays.fill(gradient(g, a), 7);
        assertThat(gradient(g, b)).containsExactly(1, 1, 1);
        assertThat(one.data()).containsExactly(1, 1, 1);
    }

    @Test
    void unconnectedGetsZerosAndUnwatchedAnError() {
        Gradients g = Tape.record(List.of(a, b), () -> new Relu().apply(a), one);
        assertThat(gradient(g, a)).containsExactly(1, 0, 1);
        assertThat(gradient(g, b)).containsExactly(0, 0, 0);
        assertThatThrownBy(() -> g.of(c)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("not watched");
    }

    @Test
    void watchedTwiceIsWatchedOnce() {
        Gradients g = Tape.record(List.of(a, a), () -> new Relu().apply(a), one);
        assertThat(gradient(g, a)).containsExactly(1, 0, 1);
    }

    @Test
    void theValueItselfMayBeWatched() {
        Gradients g = Tape.record(List.of(a), () -> a, b);
        assertThat(gradient(g, a)).containsExactly(b.data());
        assertThat(g.value()).isSameAs(a);
    }

    @Test
    void refusesValuesWithoutACotangentOfTheirShape() {
        assertThatThrownBy(() -> Tape.record(List.of(a), () -> new Relu().apply(a))).hasMessageContaining("[3]");
        assertThatThrownBy(() -> Tape.record(List.of(a), () -> new Relu().apply(a), vector(1, 2)))
                .hasMessageContaining("cotangent [2] against value [3]");
    }

    /** Remembers what it was asked for. */
    record Spy(Op op, List<String> asked) implements Op {
        @Override
        public Tensor forward(Call call) {
            return op.forward(call);
        }

        @Override
        public Tensor[] vjp(Call call, Tensor gradOutput) {
            var needs = new StringBuilder();
            for (int i = 0; i < call.inputs(); i++) {
                needs.append(call.needs(i) ? 'y' : 'n');
            }
            asked.add(needs.toString());
            return op.vjp(call, gradOutput);
        }
    }

    @Test
    void watchingTheInputComputesNoWeightGradient() {
        Tensor x = Tensor.full(Shape.of(2, 3, 5, 5), .3f);
        Tensor w1 = Tensor.full(Shape.of(4, 3, 3, 3), .1f);
        Tensor w2 = Tensor.full(Shape.of(2, 36), .2f);
        var asked = new ArrayList<String>();
        Supplier<Tensor> loss = () -> {
            Tensor h = new Spy(new Conv2d(1, 0, 1, 1), asked).apply(x, w1);
            return new CrossEntropy(0, 1).apply(new Spy(new Linear(), asked).apply(new Flatten().apply(h), w2));
        };
        Tape.record(List.of(x), loss);
        assertThat(asked).containsExactly("yn", "yn");
        asked.clear();
        Tape.record(List.of(w2), loss);
        assertThat(asked).as("nothing below the watched weight").containsExactly("ny");
        asked.clear();
        Tape.record(List.of(w1, w2), loss);
        assertThat(asked).containsExactly("yy", "ny");
        asked.clear();
        Tape.record(List.of(), loss);
        assertThat(asked).isEmpty();
    }

    @Test
    void whatIsMadeInsideDiesButForValueAndGradients() {
        var inside = new ArrayList<Tensor>();
        Gradients g = Tape.record(List.of(a), () -> {
            Tensor y = new Relu().apply(a);
            inside.add(y);
            inside.add(new Relu().apply(b));
            return new Reshape(Shape.of(3, 1)).apply(ADD.apply(y, b));
        }, Tensor.full(Shape.of(3, 1), 2f));
        assertThat(inside).allSatisfy(t -> assertThatThrownBy(t::data).hasMessageContaining("after its workspace closed"));
        assertThat(g.value().data()).containsExactly(5, 5, -3);
        assertThat(gradient(g, a)).containsExactly(2, 0, 2);
    }

    @Test
    void insideAWorkspaceTheResultsBelongToIt() {
        Gradients g;
        try (Workspace outer = Workspace.open()) {
            g = Tape.record(List.of(a), () -> new Relu().apply(a), one);
            assertThat(g.value().data()).containsExactly(1, 0, 3);
            assertThat(gradient(g, a)).containsExactly(1, 0, 1);
        }
        assertThatThrownBy(() -> g.value().data()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> gradient(g, a)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void recordsNest() {
        Gradients outer = Tape.record(List.of(a), () -> {
            Gradients inner = Tape.record(List.of(a), () -> new Mul().apply(a, a), one);
            return new Mul().apply(a, inner.of(a));
        }, one);
        // The inner gradient 2a is a constant to the outer tape.
        assertThat(outer.value().data()).containsExactly(2, 8, 18);
        assertThat(gradient(outer, a)).containsExactly(2, -4, 6);
    }

    @Test
    void anErrorInsideLeavesNoTapeNorWorkspaceBehind() {
        assertThatThrownBy(() -> Tape.record(List.of(a), () -> ADD.apply(a, vector(1))))
                .hasMessageContaining("[3] against b [1]");
        assertThat(Tape.recording()).isFalse();
        Tensor y = new Relu().apply(a);
        assertThat(y.data()).containsExactly(1, 0, 3);
    }

    @Test
    void aWrongGradientIsReportedWithItsOp() {
        record Wrong() implements Op {
            @Override
            public Tensor forward(Call call) {
                return new Relu().forward(call);
            }

            @Override
            public Tensor[] vjp(Call call, Tensor gradOutput) {
                return new Tensor[] {gradOutput.reshape(Shape.of(3, 1))};
            }
        }
        assertThatThrownBy(() -> Tape.record(List.of(a), () -> new Wrong().apply(a), one))
                .hasMessageContainingAll("Wrong", "[3,1]", "[3]");
    }

    @Test
    void traceListsEveryCall() {
        List<Call> calls = Tape.trace(() -> ADD.apply(new Relu().apply(a), new Mul().apply(b, c)));
        assertThat(calls).extracting(Call::op).containsExactly(new Relu(), new Mul(), ADD);
        assertThat(calls.getLast().input(0)).isSameAs(calls.getFirst().output());
        assertThat(calls).noneMatch(Call::recording);
    }

    @Test
    void savedTensorsGoBackAsSoonAsTheyAreConsumed() {
        record Saving(List<Tensor> saved) implements Op {
            @Override
            public Tensor forward(Call call) {
                Tensor s = Workspace.empty(call.input(0).shape());
                saved.add(s);
                call.save(s);
                return new Relu().forward(call);
            }

            @Override
            public Tensor[] vjp(Call call, Tensor gradOutput) {
                assertThat(call.saved(0)).isSameAs(saved.getFirst());
                return new Tensor[] {gradOutput};
            }
        }
        var saved = new ArrayList<Tensor>();
        try (Workspace w = Workspace.open()) {
            new Saving(saved).apply(a);
            assertThatThrownBy(() -> saved.getFirst().data()).as("nothing recorded").isInstanceOf(IllegalStateException.class);
            saved.clear();
            Tape.record(List.of(a), () -> {
                Tensor y = new Saving(saved).apply(a);
                assertThat(saved.getFirst().data()).hasSize(3);
                return y;
            }, one);
            assertThatThrownBy(() -> saved.getFirst().data()).isInstanceOf(IllegalStateException.class);
        }
    }
}
