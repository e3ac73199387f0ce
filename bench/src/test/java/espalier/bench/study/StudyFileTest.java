package espalier.bench.study;

import static org.assertj.core.api.Assertions.assertThat;

import espalier.attacks.Norm;
import espalier.attacks.Target;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StudyFileTest {
    @ParameterizedTest
    @ValueSource(strings = {"quickstart", "mnist", "cifar10"})
    void presetsSurviveWritingAndReading(String preset) {
        StudyConfig config = StudyFile.read(preset, Map.of());

        assertThat(config.name()).isEqualTo(preset);
        assertThat(config.strategies()).hasSize(7);
        assertThat(StudyFile.parse("again", StudyFile.write(config), Map.of())).isEqualTo(config);
    }

    @Test
    void whatAFileLeavesOutIsAsInQuickstart() {
        StudyConfig quickstart = StudyFile.read("quickstart", Map.of());
        StudyConfig mine = StudyFile.parse("mine", "name: mine\ntraining: {epochs: 9}\nattacks: [{epsilon: 8/255}]\n",
                Map.of());

        assertThat(mine.name()).isEqualTo("mine");
        assertThat(mine.training().epochs()).isEqualTo(9);
        assertThat(mine.training().optimizer()).isEqualTo(quickstart.training().optimizer());
        assertThat(mine.strategies()).isEqualTo(quickstart.strategies());
        assertThat(mine.attacks()).containsExactly(new Attack(Norm.LINF, new Pixels(8 / 255.0), new Pixels(2 / 255.0), 10,
                false, 1, Target.UNTARGETED, null, null));
    }

    @Test
    void optionsComeInPlaceOfWhatTheFileSays() {
        StudyConfig c = StudyFile.parse("mine", "training: {epochs: 9}",
                Map.of("training.epochs", 2, "seeds", List.of(7L), "compressions", List.of(2.5)));

        assertThat(c.training().epochs()).isEqualTo(2);
        assertThat(c.seeds()).containsExactly(7L);
        assertThat(c.compressions()).containsExactly(2.5);
    }

    @Test
    void aCellsDigestTellsWhatDecidesItAndNothingElse() {
        String yaml = "strategies: [random, global-gap]\ncompressions: [2]\n";
        List<Cell> cells = Plan.of(StudyFile.parse("a", yaml, Map.of())).cells();
        List<Cell> renamed = Plan.of(StudyFile.parse("b", yaml + "name: other\n", Map.of())).cells();
        List<Cell> rescored = Plan.of(StudyFile.parse("c", yaml + "scores: {images: 7}\n", Map.of())).cells();

        assertThat(cells).hasSize(6);
        assertThat(cells.stream().map(Cell::digest)).doesNotHaveDuplicates();
        assertThat(renamed.stream().map(Cell::digest)).isEqualTo(cells.stream().map(Cell::digest).toList());
        // Only GAP looks at the images that scores are summed over.
        for (int i = 0; i < cells.size(); i++) {
            boolean gap = cells.get(i).network().strategy().equals("global-gap");
            assertThat(rescored.get(i).digest().equals(cells.get(i).digest())).isEqualTo(!gap);
        }
    }
}
