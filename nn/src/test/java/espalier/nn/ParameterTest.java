package espalier.nn;

import static org.assertj.core.api.Assertions.assertThat;

import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;
import org.junit.jupiter.api.Test;

class ParameterTest {
    /** Whoever writes into the original, and does not say so, brings no pruned weight back to life. */
    @Test
    void theValueIsMaskedWhateverTheOriginalIs() {
        Parameter p = new Parameter(Tensor.full(Shape.of(3), 2f));
        p.setMask(Tensor.of(Shape.of(3), 1, 0, 1));
        p.data().data()[1] = 5;

        try (Workspace _ = Workspace.open()) {
            assertThat(p.value().data()).startsWith(2f, 0f, 2f);
        }
    }
}
