package espalier.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class WorkspaceTest {
    /** An odd size, so that no other test's arrays come into play. */
    private static final Shape SHAPE = Shape.of(10_007);

    @Test
    void whatIsMadeInsideDiesWithItAndTheArrayComesBack() {
        Tensor t;
        float[] array;
        try (Workspace w = Workspace.open()) {
            t = Workspace.empty(SHAPE);
            array = t.data();
        }
        assertThatThrownBy(t::data).isInstanceOf(IllegalStateException.class).hasMessageContaining("[10007]");
        assertThat(array).as("poison").containsOnly(Float.NaN);
        try (Workspace w = Workspace.open()) {
            Tensor next = Workspace.zeros(SHAPE);
            assertThat(next.data()).isSameAs(array).containsOnly(0f);
        }
    }

    @Test
    void keptTensorsBelongToTheEnclosingWorkspace() {
        Tensor kept;
        try (Workspace outer = Workspace.open()) {
            try (Workspace inner = Workspace.open()) {
                kept = inner.keep(Workspace.zeros(SHAPE));
                Tensor view = kept.reshape(Shape.of(1, 10_007));
                inner.keep(view);
            }
            assertThat(kept.data()).hasSize(10_007);
        }
        assertThatThrownBy(kept::data).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void keptByTheOutermostTheyAreOrdinaryTensors() {
        Tensor kept;
        try (Workspace w = Workspace.open()) {
            kept = w.keep(Workspace.zeros(SHAPE));
        }
        try (Workspace w = Workspace.open()) {
            assertThat(Workspace.empty(SHAPE).data()).isNotSameAs(kept.data());
            Workspace.release(kept);
        }
        assertThat(kept.data()).containsOnly(0f);
    }

    @Test
    void releaseGivesBackOnceAndTakesTheViewsAlong() {
        try (Workspace w = Workspace.open()) {
            Tensor t = Workspace.empty(SHAPE);
            Tensor view = t.reshape(Shape.of(10_007, 1));
            float[] array = t.data();
            Workspace.release(view);
            Workspace.release(t);
            assertThatThrownBy(t::data).isInstanceOf(IllegalStateException.class);
            Tensor first = Workspace.empty(SHAPE);
            Tensor second = Workspace.empty(SHAPE);
            assertThat(first.data()).isSameAs(array);
            assertThat(second.data()).as("given back twice, an array would be handed out twice").isNotSameAs(array);
        }
    }

    @Test
    void tensorsOfTheHeapAreLeftAlone() {
        Tensor heap = Tensor.full(SHAPE, 3f);
        try (Workspace w = Workspace.open()) {
            Workspace.release(heap);
            assertThat(w.keep(heap)).isSameAs(heap);
        }
        assertThat(heap.data()).containsOnly(3f);
        assertThat(Workspace.empty(SHAPE).data()).as("no workspace is open").containsOnly(0f);
    }

    @Test
    void aCopySurvives() {
        Tensor copy;
        try (Workspace w = Workspace.open()) {
            Tensor t = Workspace.zeros(SHAPE);
            t.data()[5] = 4f;
            copy = t.copy();
        }
        assertThat(copy.data()[5]).isEqualTo(4f);
    }

    @Test
    void innerClosesBeforeOuterInTheSameThread() throws InterruptedException {
        Workspace outer = Workspace.open();
        Workspace inner = Workspace.open();
        assertThatThrownBy(outer::close).isInstanceOf(IllegalStateException.class);
        var failure = new Throwable[1];
        Thread other = new Thread(() -> {
            try {
                inner.close();
            } catch (IllegalStateException e) {
                failure[0] = e;
            }
        });
        other.start();
        other.join();
        assertThat(failure[0]).isInstanceOf(IllegalStateException.class);
        inner.close();
        outer.close();
    }

    @Test
    void anotherThreadDoesNotSeeIt() throws InterruptedException {
        try (Workspace w = Workspace.open()) {
            var made = new Tensor[1];
            Thread other = new Thread(() -> made[0] = Workspace.empty(SHAPE));
            other.start();
            other.join();
            w.keep(made[0]);
            Workspace.release(made[0]);
            assertThat(made[0].data()).as("of the heap").hasSize(10_007);
        }
    }
}
