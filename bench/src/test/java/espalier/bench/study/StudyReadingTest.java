package espalier.bench.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import espalier.bench.cli.Run;
import espalier.bench.report.Json;
import espalier.nn.checkpoint.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A study in two readings, with strategies that prune and train by turns, on a handful of images. */
class StudyReadingTest {
    private static final String YAML = """
            name: tiny
            model: resnet20
            batchSize: 16
            reading: [corrected, paper]
            training: {epochs: 1, images: 32}
            strategies: [random, global-gap, snip, agp, lottery-ticket]
            compressions: [4]
            scores: {images: 24, attack: {epsilon: 0.1, steps: 2, randomStart: true}}
            fineTuning: {epochs: 2, images: 16}
            quantization: {enabled: false}
            attacks: [{epsilon: 0.1, steps: 2, randomStart: true}]
            testImages: 30
            attackImages: 20
            timings: false
            """;

    @TempDir static Path shared;
    @TempDir Path folder;
    private static Path yaml;
    private static Path whole;

    @BeforeAll
    static void runOnce() throws IOException {
        yaml = Files.writeString(shared.resolve("tiny.yaml"), YAML);
        whole = shared.resolve("whole");
        Run run = Run.of("study", yaml.toString(), "--out", whole.toString());
        assertThat(run.err()).doesNotContain("espalier: ").contains("12 cells, 0 of them known");
        assertThat(run.exit()).isZero();
        assertThat(run.out()).contains("results as in", "| dense ", "| global-gap ÷4 [paper]", "| random ÷4 [bernoulli]");
    }

    private static Map<String, JsonNode> results(Path run) throws IOException {
        Map<String, JsonNode> all = new HashMap<>();
        for (String line : Files.readAllLines(run.resolve("results.jsonl"))) {
            ObjectNode r = (ObjectNode) Json.MAPPER.readTree(line);
            r.remove(List.of("seconds", "environment", "timings"));
            all.put(r.get("strategy").asString() + " " + r.path("pruningReading").asString("corrected") + " / "
                    + r.path("resultReading").asString("corrected"), r);
        }
        return all;
    }

    @Test
    void aLineSaysHowItWasRead() throws IOException {
        Map<String, JsonNode> results = results(whole);

        assertThat(results.keySet()).containsExactlyInAnyOrder("none corrected / corrected", "none corrected / paper",
                "random corrected / corrected", "random bernoulli / paper", "global-gap corrected / corrected",
                "global-gap paper / paper", "snip corrected / corrected", "snip paper / paper", "agp corrected / corrected",
                "agp quantile / paper", "lottery-ticket corrected / corrected", "lottery-ticket quantile / paper");
        JsonNode paper = results.get("global-gap paper / paper");
        assertThat(paper.get("threatModel").get("space").asString()).isEqualTo("normalized");
        assertThat(paper.get("threatModel").get("labels").asString()).isEqualTo("predicted");
        // Thirty test images are two batches of 16, twenty attacked ones too; each right one is a 32nd.
        for (String figure : List.of("cleanAccuracy", "top5Accuracy", "adversarialAccuracy", "transferAccuracy")) {
            double right = paper.get(figure).doubleValue() * 32;
            assertThat(right).as(figure).isEqualTo(Math.rint(right));
        }
        assertThat(results.get("none corrected / paper").get("cleanAccuracy").doubleValue())
                .isEqualTo(results.get("none corrected / corrected").get("cleanAccuracy").doubleValue() * 30 / 32);
        JsonNode exact = results.get("random corrected / corrected");
        assertThat(results.get("random bernoulli / paper").get("nonzeroParameters"))
                .isNotEqualTo(exact.get("nonzeroParameters"));
        // Shifts of batch norm, which start at 0, may still be there: 688 at most.
        for (String strategy : List.of("global-gap", "snip", "agp", "lottery-ticket")) {
            assertThat(results.get(strategy + " corrected / corrected").get("nonzeroParameters").longValue()).as(strategy)
                    .isCloseTo(exact.get("nonzeroParameters").longValue(), within(688L));
        }
    }

    private static Path network(Path run, String start, boolean paper) throws IOException {
        try (var networks = Files.list(run.resolve("checkpoints"))) {
            return networks.filter(n -> n.getFileName().toString().startsWith(start))
                    .filter(n -> Files.exists(n.resolve("observed.safetensors")) == paper).findFirst().orElseThrow();
        }
    }

    @Test
    void scoringInTrainingModeMovesTheRunningStatistics() throws IOException {
        var dense = Safetensors.read(network(whole, "dense", false).resolve("model.safetensors"));
        var observed = Safetensors.read(network(whole, "global-gap", true).resolve("observed.safetensors"));

        assertThat(observed.tensor("bn1.weight").data()).isEqualTo(dense.tensor("bn1.weight").data());
        assertThat(observed.tensor("bn1.running_mean").data()).isNotEqualTo(dense.tensor("bn1.running_mean").data());
        // 24 images in two batches, each seen for the label, twice by the attack, and in the end.
        assertThat(observed.tensors().get("bn1.num_batches_tracked").longs()[0])
                .isEqualTo(dense.tensors().get("bn1.num_batches_tracked").longs()[0] + 2 * 4);
    }

    /** Killed before the fine-tuning: neither scores nor masks are found anew, and the outcome is the same. */
    @Test
    void goesOnFromWhatWasObserved() throws IOException {
        Path run = Files.createDirectories(folder.resolve("again"));
        try (var files = Files.walk(whole.resolve("checkpoints"))) {
            for (Path file : files.toList()) {
                Path copy = run.resolve(whole.relativize(file).toString());
                if (!file.getFileName().toString().equals("training.safetensors") || file.toString().contains("step-")) {
                    Files.copy(file, copy);
                }
            }
        }
        Run again = Run.of("study", yaml.toString(), "--out", run.toString());

        assertThat(again.err()).doesNotContain("adversarial-gradient")
                .contains("agp ÷4, step 5: going on after epoch 1 of 1");
        assertThat(results(run)).isEqualTo(results(whole));
    }

    @Test
    void aDryRunListsWhatThereIsToDo() throws IOException {
        Path nowhere = folder.resolve("nowhere");
        Run dry = Run.of("study", yaml.toString(), "--out", nowhere.toString(), "--dry-run");
        assertThat(dry.exit()).isZero();
        assertThat(dry.out()).contains("| resnet20 | 1    | global-gap ÷4 [paper] ",
                "11 networks, 12 cells, 12 to do: about");
        assertThat(nowhere).doesNotExist();

        Run done = Run.of("study", yaml.toString(), "--out", whole.toString(), "--dry-run");
        assertThat(done.out()).contains("11 networks, 12 cells, 0 to do: about 0 s");
        List<String> rows = new ArrayList<>(done.out().lines().filter(l -> l.startsWith("| resnet20")).toList());
        assertThat(rows).hasSize(11).allMatch(l -> l.stripTrailing().endsWith("– |"));
    }

    @Test
    void whatNeedsUntrainedWeightsTakesNoFile() {
        Run refused = Run.of("study", yaml.toString(), "--out", folder.resolve("x").toString(), "--weights",
                "some.safetensors");
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err()).hasLineCount(1).contains("strategies: snip starts from untrained weights");
    }
}
