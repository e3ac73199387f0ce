package espalier.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import espalier.engine.UserError;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ThreatModelTest {
    private final ThreatModel pgd = ThreatModel.pgd(Norm.LINF, 8 / 255.0, 2 / 255.0, 10);

    @Test
    void oneLineSaysEverything() {
        assertThat(pgd).hasToString("pgd linf epsilon 8/255, 10 steps of 2/255, 1 restart, no random start, untargeted, "
                + "true labels, gradient: self");
        assertThat(ThreatModel.fgsm(Norm.L2, 0.5).withTarget(Target.FIXED, 3).withGradientSource(ThreatModel.FLOAT_PARENT))
                .hasToString("fgsm l2 epsilon 0.5, 1 step of 0.5, 1 restart, no random start, target: fixed class 3, "
                        + "true labels, gradient: float parent");
        assertThat(pgd.withRandomStart(5).withTarget(Target.LEAST_LIKELY, null).withLabels(LabelSource.PREDICTED)
                .withGradientSource(ThreatModel.transferFrom("resnet20")))
                .hasToString("pgd linf epsilon 8/255, 10 steps of 2/255, 5 restarts, random start, target: least-likely, "
                        + "predicted labels, gradient: transfer from resnet20");
        assertThat(pgd.withSpace(AttackSpace.NORMALIZED)).hasToString(pgd + ", of normalized images, not clipped");
    }

    @Test
    void jsonComesBackEqual() {
        JsonMapper json = JsonMapper.builder().build();
        for (ThreatModel t : new ThreatModel[] {pgd, pgd.withRandomStart(2).withTarget(Target.FIXED, 7),
                pgd.withSpace(AttackSpace.NORMALIZED)}) {
            assertThat(json.readValue(json.writeValueAsString(t), ThreatModel.class)).isEqualTo(t);
        }
        String old = json.writeValueAsString(pgd).replace(",\"space\":\"pixels\"", "");
        assertThat(json.readValue(old, ThreatModel.class)).isEqualTo(pgd);
        JsonNode tree = json.valueToTree(pgd);
        assertThat(tree.get("norm").asString()).isEqualTo("linf");
        assertThat(tree.get("epsilon").asDouble()).isEqualTo(8 / 255.0);
        assertThat(tree.get("target").asString()).isEqualTo("untargeted");
        assertThat(tree.size()).as("components only").isEqualTo(11);
    }

    static Stream<Runnable> contradictions() {
        ThreatModel t = ThreatModel.pgd(Norm.LINF, 0.1, 0.1, 1);
        return Stream.of(() -> ThreatModel.pgd(Norm.LINF, -0.1, 0.1, 1),
                () -> ThreatModel.pgd(Norm.LINF, Double.NaN, 0.1, 1),
                () -> ThreatModel.pgd(Norm.LINF, 0.1, -1, 1), () -> ThreatModel.pgd(Norm.LINF, 0.1, 0.1, 0),
                () -> t.withRandomStart(0), () -> t.withTarget(Target.FIXED, null), () -> t.withTarget(Target.FIXED, -1),
                () -> t.withTarget(Target.NEXT_CLASS, 3), () -> new ThreatModel(Norm.LINF, 0.1, 0.1, 1, 2, false,
                        Target.UNTARGETED, null, LabelSource.TRUE, "self"));
    }

    @ParameterizedTest
    @MethodSource("contradictions")
    void refusesContradictions(Runnable make) {
        assertThatThrownBy(make::run).isInstanceOf(UserError.class);
    }

    @ParameterizedTest
    @CsvSource({"8/255, 8/255", "2/255, 2/255", "0.25/255, 0.25/255", "0.5, 0.5", "0, 0", "1, 1", "0/255, 0", "255/255, 1",
            "1e-2, 0.01", " 16 / 255 , 16/255", "0.123456, 0.123456"})
    void pixelUnits(String text, String printed) {
        assertThat(PixelUnits.print(PixelUnits.parse(text))).isEqualTo(printed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "1/0", "1/2/3", "/255", "NaN", "Infinity"})
    void notPixelUnits(String text) {
        assertThatThrownBy(() -> PixelUnits.parse(text)).isInstanceOf(UserError.class)
                .hasMessageContaining("'" + text + "'");
    }

    @Test
    void normsByName() {
        assertThat(Norm.byName("linf")).isEqualTo(Norm.LINF);
        assertThat(Norm.byName("L2")).isEqualTo(Norm.L2);
        assertThatThrownBy(() -> Norm.byName("l1")).isInstanceOf(UserError.class).hasMessageContaining("linf, l2");
    }
}
