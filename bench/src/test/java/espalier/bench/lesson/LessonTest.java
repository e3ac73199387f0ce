package espalier.bench.lesson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import espalier.bench.measure.Fork;
import espalier.bench.measure.Measured;
import espalier.bench.measure.Suite;
import espalier.bench.peer.LayerTask;
import espalier.bench.peer.LoweredTask;
import espalier.bench.peer.Task;
import espalier.bench.peer.Values;
import espalier.bench.report.Json;
import espalier.datasets.Dataset;
import espalier.datasets.Split;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.nn.model.Model;
import espalier.nn.model.Models;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

class LessonTest {
    @TempDir Path folder;

    /** As if every operation took as long as any other, but for sparse layers, whose take {@code sparse} times as long. */
    private static Measured measured(Lesson lesson, double sparse) {
        return measured(lesson, Subject.INITIALIZED, sparse);
    }

    private static Measured measured(Lesson lesson, Subject subject, double sparse) {
        Map<Suite.Entry, Map<String, List<Fork>>> forks = new LinkedHashMap<>();
        for (Suite.Entry e : lesson.suite(true, subject).entries()) {
            Task t = e.task();
            double work = t.flops() > 0 ? t.flops() / 100 : t.items() * 1e6;
            boolean slower = t instanceof LayerTask l && l.form().zeros() > 0;
            double nanos = work * (slower ? sparse : 1);
            forks.put(e, Map.of("espalier", List.of(new Fork(nanos, nanos, 0, 0))));
        }
        return new Measured(forks, Map.of());
    }

    private String html(Lesson lesson, double sparse) throws Exception {
        lesson.write(folder, true, Subject.INITIALIZED, measured(lesson, sparse));
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

    /** The images are of the classes that the network takes them for. */
    private Subject subject() {
        float[] mean = {0.491f, 0.482f, 0.447f};
        float[] std = {0.247f, 0.243f, 0.262f};
        Model model = Models.create("resnet20", Shape.of(3, 32, 32), 10, mean, std, 2);
        model.setTraining(false);
        // As initialized, it takes all images for the same.
        model.parameters().forEach((name, p) -> {
            if (name.endsWith("weight") && p.data().shape().rank() == 2) {
                System.arraycopy(Values.uniform(p.data().size(), -8, 8, 1), 0, p.data().data(), 0, p.data().size());
            }
        });
        Path file = folder.resolve("weights.safetensors");
        model.save(file);
        byte[] pixels = new byte[200 * 3 * 32 * 32];
        new SplittableRandom(3).nextBytes(pixels);
        Tensor logits = model.logits(new Split(pixels, new byte[200], model.imageShape()).images(0, 200));
        byte[] labels = new byte[200];
        for (int i = 0; i < labels.length; i++) {
            for (int c = 1; c < 10; c++) {
                labels[i] = logits.data()[10 * i + c] > logits.data()[10 * i + labels[i]] ? (byte) c : labels[i];
            }
        }
        Split split = new Split(pixels, labels, model.imageShape());
        return new Subject(file.toString(), new Dataset("cifar10", model.imageShape(),
                IntStream.range(0, 10).mapToObj(Integer::toString).toList(), split, split, mean, std));
    }

    @ParameterizedTest
    @EnumSource
    void tellsOfANetworkThatIsGivenWhatCompressionCostsIt(Lesson lesson) throws Exception {
        Subject subject = subject();
        Measured measured = measured(lesson, subject, 1.5);
        assertThat(measured.forks().keySet()).extracting(Suite.Entry::task)
                .filteredOn(LoweredTask.class::isInstance).isNotEmpty()
                .allSatisfy(t -> assertThat(((LoweredTask) t).file()).isEqualTo(subject.weights()));
        lesson.write(folder, true, subject, measured);
        String page = Files.readString(folder.resolve(lesson + ".md"));
        assertThat(page).contains("right of the first 200 test images", "weights of `" + subject.weights() + "`")
                .doesNotContain("not trained");
        assertThat(page.lines().filter(l -> l.matches("\\| dense +\\|.* 100.0 % \\|"))).hasSize(1);
        Matcher other = Pattern.compile("\\| (dense 90 %|int8, 8 bits) +\\| +([\\d.]+) % \\|").matcher(page);
        assertThat(other.find()).isTrue();
        assertThat(Double.parseDouble(other.group(2))).as(other.group(1))
                .isBetween(80.0, lesson == Lesson.SPARSITY ? 99.9 : 100);
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
