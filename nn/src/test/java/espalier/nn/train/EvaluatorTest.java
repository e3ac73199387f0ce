package espalier.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import espalier.datasets.Split;
import espalier.engine.UserError;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.nn.model.Model;
import espalier.nn.model.Models;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EvaluatorTest {
    private static final float NAN = Float.NaN;

    private static Evaluation of(int label, float... logits) {
        Split split = new Split(new byte[1], new byte[] {(byte) label}, Shape.of(1, 1, 1));
        return Evaluator.evaluate(_ -> Tensor.of(Shape.of(1, logits.length), logits), split, 4);
    }

    @Test
    void rankDecidesAndTiesGoToTheLowerClass() {
        assertThat(of(1, 0, 3, 1, 0, 0, 0, 0)).matches(e -> e.top1() == 1 && e.top5() == 1);
        assertThat(of(2, 9, 3, 1, 0, 0, 0, 0)).matches(e -> e.top1() == 0 && e.top5() == 1);
        assertThat(of(6, 9, 8, 7, 6, 5, 4, 3)).matches(e -> e.top1() == 0 && e.top5() == 0);
        assertThat(of(4, 9, 8, 7, 6, 5, 4, 3)).matches(e -> e.top5() == 1);
        assertThat(of(5, 9, 8, 7, 6, 5, 4, 3)).matches(e -> e.top5() == 0);
        assertThat(of(0, 2, 2, 0)).matches(e -> e.top1() == 1);
        assertThat(of(1, 2, 2, 0)).matches(e -> e.top1() == 0);
        assertThat(of(0, 2, 2, 0).loss()).isCloseTo(Math.log(2 + Math.exp(-2)), within(1e-12));
    }

    @Test
    void notANumberIsNeverRight() {
        assertThat(of(0, NAN, 1, 1, 1, 1, 1, 1)).matches(e -> e.top1() == 0 && e.top5() == 0);
        assertThat(of(0, NAN, NAN, NAN, NAN, NAN, NAN)).matches(e -> e.top1() == 0 && e.top5() == 0);
        assertThat(of(0, 1, NAN, 0).top1()).isZero();
    }

    @Test
    void theBatchSizeChangesNothing() {
        SplittableRandom random = new SplittableRandom(4);
        byte[] pixels = new byte[37 * 784];
        byte[] labels = new byte[37];
        random.nextBytes(pixels);
        for (int i = 0; i < labels.length; i++) {
            labels[i] = (byte) random.nextInt(10);
        }
        Split split = new Split(pixels, labels, Shape.of(1, 28, 28));
        Model model = Models.create("lenet", split.imageShape(), 10, new float[1], new float[] {0.1f}, 3);
        List<Integer> progress = new ArrayList<>();
        Evaluation whole = Evaluator.evaluate(model::logits, split, 37, progress::add);
        assertThat(progress).containsExactly(37);
        for (int batchSize : new int[] {1, 5, 36, 100}) {
            assertThat(Evaluator.evaluate(model::logits, split, batchSize)).as("batch %d", batchSize).isEqualTo(whole);
        }
        assertThat(Evaluator.evaluate(model::logits, split.head(10), 4).images()).isEqualTo(10);
        assertThatThrownBy(() -> Evaluator.evaluate(model::logits, split.head(0), 4)).isInstanceOf(UserError.class);
    }
}
