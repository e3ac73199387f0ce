package espalier.bench.lesson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import espalier.bench.measure.Fork;
import espalier.bench.measure.Measured;
import espalier.bench.measure.Suite;
import espalier.bench.peer.LayerTask;
import espalier.bench.peer.Task;
import espalier.bench.report.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

class LessonTest {
    @TempDir Path folder;

    /** As if every operation took as long as any other, but for sparse layers, whose take {@code sparse} times as long. */
    private static Measured measured(Lesson lesson, double sparse) {
        Map<Suite.Entry, Map<String, List<Fork>>> forks = new LinkedHashMap<>();
        for (Suite.Entry e : lesson.suite(true).entries()) {
            Task t = e.task();
            double work = t.flops() > 0 ? t.flops() / 100 : t.items() * 1e6;
            boolean slower = t instanceof LayerTask l && l.form().zeros() > 0;
            double nanos = work * (slower ? sparse : 1);
            forks.put(e, Map.of("espalier", List.of(new Fork(nanos, nanos, 0))));
        }
        return new Measured(forks, Map.of());
    }

    private String html(Lesson lesson, double sparse) throws Exception {
        lesson.write(folder, true, measured(lesson, sparse));
        return Files.readString(folder.resolve(lesson + ".html"));
    }

    @ParameterizedTest
    @EnumSource
    void writesBothPagesAndTheRawFigures(Lesson lesson) throws Exception {
        String html = html(lesson, 1.5);
        assertThat(html.replaceAll("http://www.w3.org/[^\"]*", "")).doesNotContain("http:", "https:", "src=", "NaN", "Infinity",
                "null").contains("<svg", "prefers-color-scheme: dark", "Try it.");
        assertThat(Pattern.compile(" id=\"([^\"]+)\"").matcher(html).results().map(m -> m.group(1))).doesNotHaveDuplicates();
        long parts = html.lines().filter(l -> l.startsWith("<h2>")).count();
        assertThat(html.lines().filter(l -> l.startsWith("<aside>")).count()).as("an exercise for each part").isEqualTo(parts);
        String markdown = Files.readString(folder.resolve(lesson + ".md"));
        assertThat(markdown).startsWith("# ").doesNotContain("NaN", "Infinity", "null");
        Pattern.compile("\\]\\((\\S+\\.svg)\\)").matcher(markdown).results()
                .forEach(m -> assertThat(folder.resolve(m.group(1))).isRegularFile());
        JsonNode json = Json.MAPPER.readTree(Files.readString(folder.resolve(lesson + ".json")));
        assertThat(json.get("environment").has("cpu")).isTrue();
        assertThat(json.get("figures")).isNotEmpty().anyMatch(f -> f.has("sparsity") && f.has("format") && f.has("median"));
    }

    @Test
    void whatIsSaidFollowsFromWhatWasMeasured() throws Exception {
        assertThat(html(Lesson.SPARSITY, 1.5)).contains("Already at the first point").contains("6.67×");
        assertThat(html(Lesson.SPARSITY, 3)).contains("Break-even: about");
        assertThat(html(Lesson.SPARSITY, 1000)).contains("Nowhere on this curve");
    }

    @Test
    void breakEvenLiesBetweenTheTwoPointsAroundIt() {
        assertThat(SparsityLesson.breakEven(new double[] {50, 60, 90}, new double[] {0.8, 1.2, 5})).isEqualTo(55, within(1e-9));
        assertThat(SparsityLesson.breakEven(new double[] {50, 90}, new double[] {0.1, 0.2})).isNaN();
    }
}
