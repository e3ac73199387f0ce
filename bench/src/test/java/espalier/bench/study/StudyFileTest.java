package espalier.bench.study;

import static org.assertj.core.api.Assertions.assertThat;

import espalier.attacks.Norm;
import espalier.attacks.Target;
import espalier.bench.report.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StudyFileTest {
    @ParameterizedTest
    @ValueSource(strings = {"quickstart", "mnist", "cifar10", "paper", "paper-small", "ablation"})
    void presetsSurviveWritingAndReading(String preset) {
        StudyConfig config = StudyFile.read(preset, Map.of());

        assertThat(config.name()).isEqualTo(preset);
        assertThat(config.strategies()).hasSize(preset.startsWith("paper") ? 10 : preset.equals("ablation") ? 6 : 7);
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

    @Test
    void whatIsTheSameInSeveralReadingsIsComputedOnce() {
        StudyConfig ablation = StudyFile.parse("a", "reading: [corrected, one-batch, quantile, predicted-labels, paper]\n"
                + "strategies: [global-magnitude, global-gap]\ncompressions: [4]\n", Map.of());
        List<Plan.Job> networks = Plan.of(ablation).networks();

        assertThat(networks).extracting(j -> j.network().title()).containsExactly("dense", "global-magnitude ÷4",
                "global-magnitude ÷4 [quantile]", "global-gap ÷4", "global-gap ÷4 [quantile]",
                "global-gap ÷4 [predicted-labels]", "global-gap ÷4 [paper]");
        assertThat(readings(networks.get(0))).containsExactly(null, "predicted-labels", "paper");
        // Of one-batch and quantile no attack knows, and magnitude of no predicted labels.
        assertThat(readings(networks.get(1))).containsExactly(null, "predicted-labels");
        assertThat(readings(networks.get(2))).containsExactly(null, "paper");
        assertThat(readings(networks.get(3))).containsExactly((String) null);
        assertThat(readings(networks.get(5))).containsExactly("predicted-labels");
        assertThat(readings(networks.get(6))).containsExactly("paper");
        assertThat(StudyFile.write(StudyFile.read("ablation", Map.of()))).contains("model: resnet20\n", "- training-mode\n");
    }

    private static List<String> readings(Plan.Job job) {
        List<String> readings = new ArrayList<>();
        job.cells().stream().filter(c -> !c.quantized()).forEach(c -> readings.add(c.reading()));
        return readings;
    }

    /** Results of before there were readings stay valid. */
    @Test
    void aCorrectedCellIsRecordedAsItEverWas() {
        Cell cell = Plan.of(StudyFile.read("cifar10", Map.of())).cells().get(4);

        assertThat(Json.tree(cell).propertyNames()).containsExactly("network", "quantization", "attack", "testImages",
                "attackImages");
        assertThat(Json.tree(cell.network()).propertyNames()).containsExactly("parent", "strategy", "compression", "scores",
                "fineTuning");
        assertThat(Json.MAPPER.readValue(Json.MAPPER.writeValueAsString(cell), Cell.class)).isEqualTo(cell);
    }
}
