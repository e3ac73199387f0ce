package espalier.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import espalier.engine.UserError;
import espalier.engine.tensor.Shape;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SplitTest {
    private static final Split SPLIT =
            new Split(new byte[] {0, 51, -1, 127, 1, 2}, new byte[] {3, -56, 1}, Shape.of(1, 1, 2));

    @Test
    void pixelsAreSharesOf255AndBytesUnsigned() {
        assertThat(SPLIT.images(0, 2).shape()).isEqualTo(Shape.of(2, 1, 1, 2));
        assertThat(SPLIT.images(0, 2).data()).containsExactly(0f, 0.2f, 1f, 127 / 255f);
        assertThat(SPLIT.labels(0, 3)).containsExactly(3, 200, 1);
        assertThat(SPLIT.label(1)).isEqualTo(200);
        assertThat(SPLIT.images(3, 3).size()).isZero();
    }

    @Test
    void headIsThePrefix() {
        assertThat(SPLIT.head(2).size()).isEqualTo(2);
        assertThat(SPLIT.head(2).labels(0, 2)).containsExactly(3, 200);
        assertThat(SPLIT.head(9).size()).isEqualTo(3);
        assertThatThrownBy(() -> SPLIT.head(2).labels(0, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> SPLIT.head(2).images(2, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> SPLIT.head(-1)).hasMessageContaining("-1");
    }

    @Test
    void arraysThatDoNotFitAreRefused() {
        assertThatThrownBy(() -> new Split(new byte[5], new byte[3], Shape.of(1, 1, 2)))
                .hasMessage("split: 5 pixels against 3 labels of images [1,1,2]");
        assertThatThrownBy(() -> new Split(new byte[6], new byte[3], Shape.of(1, 2))).hasMessageContaining("[1,2]");
    }

    @Test
    void dataSetsGoByName() {
        assertThat(Datasets.names()).containsExactly("digits", "shapes", "mnist", "fashion-mnist", "cifar10", "cifar100");
        for (String name : Datasets.names()) {
            DatasetInfo info = Datasets.info(name);
            assertThat(info.name()).isEqualTo(name);
            assertThat(info.classNames()).hasSize(name.equals("cifar100") ? 100 : 10);
            assertThat(info.mean()).hasSize(info.imageShape().dim(0));
            assertThat(info.std()).hasSize(info.imageShape().dim(0));
        }
        assertThatThrownBy(() -> Datasets.load("imagenet", Path.of(".")))
                .isInstanceOf(UserError.class)
                .hasMessage("unknown data set \"imagenet\": it must be one of "
                        + "digits, shapes, mnist, fashion-mnist, cifar10, cifar100");
    }

    @Test
    void theDataRootIsTheFlagElseTheVariableElseAtHome() {
        assertThat(DataRoot.resolve(Path.of("flag"), "variable", "home")).isEqualTo(Path.of("flag"));
        assertThat(DataRoot.resolve(null, "variable", "home")).isEqualTo(Path.of("variable"));
        assertThat(DataRoot.resolve(null, null, "home")).isEqualTo(Path.of("home/.espalier/data"));
        assertThat(DataRoot.resolve(null, " ", "home")).isEqualTo(Path.of("home/.espalier/data"));
    }
}
