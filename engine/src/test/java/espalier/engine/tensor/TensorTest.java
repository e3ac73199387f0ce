package espalier.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TensorTest {
    @Test
    void shapesAreValues() {
        int[] dims = {2, 3};
        Shape s = Shape.of(dims);
        dims[0] = 9;
        s.dims()[1] = 9;
        assertThat(s).isEqualTo(Shape.of(2, 3)).hasSameHashCodeAs(Shape.of(2, 3)).isNotEqualTo(Shape.of(3, 2));
        assertThat(s).hasToString("[2,3]");
        assertThat(s.size()).isEqualTo(6);
        assertThat(s.dim(-1)).isEqualTo(3);
        assertThat(Shape.of().size()).isEqualTo(1);
        assertThat(Shape.of(4, 0, 5).size()).isZero();
    }

    @Test
    void shapesThatNoArrayHoldsAreRefused() {
        assertThatThrownBy(() -> Shape.of(2, -1)).hasMessageContaining("[2,-1]");
        assertThatThrownBy(() -> Shape.of(1 << 16, 1 << 16)).hasMessageContaining("[65536,65536]");
        assertThatThrownBy(() -> Shape.of(1 << 30, 1 << 30, 1 << 30, 1 << 30)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void reshapeSharesCopyDoesNot() {
        Tensor t = Tensor.of(Shape.of(2, 2), 1, 2, 3, 4);
        Tensor view = t.reshape(Shape.of(4));
        Tensor copy = t.copy();
        t.data()[0] = 7;
        assertThat(view.data()[0]).isEqualTo(7);
        assertThat(copy.data()[0]).isEqualTo(1);
        assertThat(t.sharesStorage(view)).isTrue();
        assertThat(t.sharesStorage(copy)).isFalse();
        assertThatThrownBy(() -> t.reshape(Shape.of(5))).hasMessageContaining("[2,2] has 4 elements, [5] has 5");
    }

    @Test
    void sizesMustFit() {
        assertThatThrownBy(() -> Tensor.of(Shape.of(3), 1, 2)).hasMessageContaining("needs 3 elements, got 2");
        assertThatThrownBy(() -> Tensor.zeros(Shape.of(2)).item()).hasMessageContaining("[2]");
        assertThat(Tensor.full(Shape.of(1), 5).item()).isEqualTo(5);
    }
}
