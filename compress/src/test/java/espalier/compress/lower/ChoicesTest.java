package espalier.compress.lower;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What was measured once is not measured again, on the same machine; and no file can do harm. */
class ChoicesTest {
    private static final Choices.Times TIMES = new Choices.Times(300, 200);
    private static final Choices.Times OTHERS = new Choices.Times(1, 2);

    @TempDir
    Path folder;

    @Test
    void remembersForTheMachineAndTheLayer() {
        Path file = folder.resolve("made").resolve("choices.json");
        assertThat(new Choices(file, "a").of("layer", () -> TIMES)).isEqualTo(new Choices.Found(TIMES, false));
        assertThat(new Choices(file, "b").of("layer", () -> OTHERS)).isEqualTo(new Choices.Found(OTHERS, false));
        Choices again = new Choices(file, "a");
        assertThat(again.of("layer", () -> OTHERS)).isEqualTo(new Choices.Found(TIMES, true));
        assertThat(again.of("another", () -> OTHERS)).isEqualTo(new Choices.Found(OTHERS, false));
    }

    /** Of two programs at the same time, neither loses what the other measured meanwhile. */
    @Test
    void whatAnotherProgramWroteStays() {
        Path file = folder.resolve("choices.json");
        Choices one = new Choices(file, "a");
        Choices two = new Choices(file, "a");
        one.of("layer", () -> TIMES);
        two.of("another", () -> OTHERS);
        Choices later = new Choices(file, "a");
        assertThat(later.of("layer", () -> OTHERS)).isEqualTo(new Choices.Found(TIMES, true));
        assertThat(later.of("another", () -> TIMES)).isEqualTo(new Choices.Found(OTHERS, true));
        assertThat(folder.toFile().list()).containsExactly("choices.json");
    }

    @Test
    void whatWasMeasuredWithoutWarmUpIsNotTrusted() throws IOException {
        Path file = Files.writeString(folder.resolve("choices.json"), "{\"a\": {\"layer\": {\"dense\": 1, \"sparse\": 2}}}");
        assertThat(new Choices(file, "a").of("layer", () -> TIMES)).isEqualTo(new Choices.Found(TIMES, false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{\"a\": {\"layer\": {\"den", "[]", "null", "{\"a\": null}", "{\"a\": {\"layer\": null}}",
            "{\"a\": {\"layer\": {\"dense\": -1, \"sparse\": 2}}}"})
    void aCorruptFileIsIgnoredAndLeftAsItIs(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("choices.json"), text);
        Choices choices = new Choices(file, "a");
        assertThat(choices.of("layer", () -> TIMES)).isEqualTo(new Choices.Found(TIMES, false));
        assertThat(choices.of("layer", () -> OTHERS).times()).isEqualTo(TIMES);
        assertThat(file).hasContent(text);
    }
}
