package espalier.bench.paper;

import static org.assertj.core.api.Assertions.assertThat;

import espalier.bench.cli.Run;
import espalier.bench.report.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A study in two shards, merged, and reported. */
class ShardsTest {
    private static final String YAML = """
            name: tiny
            seeds: [1, 2]
            reading: [corrected, paper]
            training: {epochs: 1, images: 128}
            strategies: [random, layer-gap]
            compressions: [8]
            scores: {images: 32, attack: {epsilon: 0.1, steps: 2, randomStart: true}}
            fineTuning: {epochs: 1, images: 64, batchSize: 16}
            quantization: {calibrationImages: 32}
            attacks: [{epsilon: 0.1, steps: 2}, {epsilon: 0.1, steps: 1}]
            testImages: 50
            attackImages: 20
            timings: false
            matrix: {attack: {epsilon: 0.1, steps: 2}, images: 10, compressions: [8]}
            """;

    @TempDir static Path shared;
    @TempDir Path folder;
    private static Path yaml;
    private static Path whole;
    private static Path one;
    private static Path two;
    private static Path merged;

    @BeforeAll
    static void runAll() throws IOException {
        yaml = Files.writeString(shared.resolve("tiny.yaml"), YAML);
        whole = shared.resolve("whole");
        one = shared.resolve("one");
        two = shared.resolve("two");
        merged = shared.resolve("merged");
        assertThat(study(whole).exit()).isZero();
        assertThat(study(one, "--shard", "1/2").exit()).isZero();
        assertThat(study(two, "--shard", "2/2").exit()).isZero();
        Run merge = Run.of("merge", one.toString(), two.toString(), "--out", merged.toString());
        assertThat(merge.err()).isEmpty();
        assertThat(merge.out()).contains("48 of 48 cells in").doesNotContain("missing");
    }

    private static Run study(Path out, String... more) {
        List<String> args = new ArrayList<>(List.of("study", yaml.toString(), "--out", out.toString()));
        args.addAll(List.of(more));
        return Run.of(args.toArray(String[]::new));
    }

    private static List<JsonNode> lines(Path run, String file) throws IOException {
        List<JsonNode> all = new ArrayList<>();
        for (String line : Files.readAllLines(run.resolve(file))) {
            JsonNode node = Json.MAPPER.readTree(line);
            ((ObjectNode) node).remove(List.of("seconds", "environment", "timings"));
            all.add(node);
        }
        all.sort(Comparator.comparing(n -> n.get("digest").asString()));
        return all;
    }

    @Test
    void shardsShareTheWork() throws IOException {
        List<JsonNode> first = lines(one, "results.jsonl");
        List<JsonNode> second = lines(two, "results.jsonl");

        assertThat(first).isNotEmpty().doesNotContainAnyElementsOf(second);
        assertThat(second).isNotEmpty();
        assertThat(one.resolve("matrix.jsonl")).doesNotExist();
        assertThat(study(one, "--shard", "1/2").err()).contains(first.size() + " cells, " + first.size() + " of them known");
        assertThat(study(two, "--shard", "2/2", "--dry-run").out()).contains("0 to do: about 0 s");
    }

    @Test
    void mergedIsAsIfRunAtOnce() throws IOException {
        assertThat(lines(merged, "results.jsonl")).isEqualTo(lines(whole, "results.jsonl"));
        Run rest = study(merged);
        assertThat(rest.err()).contains("48 cells, 48 of them known").doesNotContain("epoch");
        assertThat(lines(merged, "matrix.jsonl")).isEqualTo(lines(whole, "matrix.jsonl"));
        assertThat(Run.of("merge", one.toString(), "--out", merged.toString()).out()).contains("48 of 48 cells");
    }

    @Test
    void aMissingShardIsToldOf() {
        assertThat(Run.of("merge", two.toString(), "--out", folder.resolve("half").toString()).out())
                .contains(" of 48 cells", "a shard is missing");
    }

    @Test
    void reportsAllOfIt() throws IOException {
        Run report = Run.of("report", whole.toString(), "--png");

        assertThat(report.err()).isEmpty();
        assertThat(report.out()).contains("index.html").doesNotContain("not known", "not there", "no images");
        Path out = whole.resolve("report");
        String page = Files.readString(out.resolve("index.md"));
        for (String figure : List.of("accuracy-corrected-attack1", "accuracy-paper-attack2-int8", "transfer-matrix",
                "transfer-matrix-int8", "images-lenet", "density-paper")) {
            assertThat(page).contains("](" + figure + ".svg)");
            assertThat(Files.readString(out.resolve(figure + ".svg"))).startsWith("<?xml").contains("</svg>");
            assertThat(out.resolve(figure + ".png")).isNotEmptyFile();
        }
        assertThat(page).contains("epsilon 0.1, 2 steps of 0.025", "of normalized images, not clipped", "48 of 48 cells",
                "layer-gap ÷8 [paper] ", "gradient masking", "bootstrap over images and seeds");
        assertThat(Files.readString(out.resolve("index.html"))).contains("<img src=\"transfer-matrix.svg\"");
        List<String> csv = Files.readAllLines(out.resolve("summary.csv"));
        // Dense and two pruned networks, in two versions, under two attacks, read in two ways.
        assertThat(csv).hasSize(1 + 3 * 2 * 2 * 2).first().asString().contains("robust_low", "success", "both_fooled");
        for (String line : csv.subList(1, csv.size())) {
            String[] cell = line.replaceAll("\"[^\"]*\"", "threat").split(",", -1);
            double clean = Double.parseDouble(cell[7]);
            assertThat(clean).isBetween(Double.parseDouble(cell[9]), Double.parseDouble(cell[10]));
        }
    }

    @Test
    void whatIsNotThereYetIsSaid() {
        Run half = Run.of("report", one.toString(), "--out", folder.resolve("report").toString());

        assertThat(half.exit()).isZero();
        assertThat(half.out()).contains("cells of the study are not known yet", "no transfer matrix yet");
    }

    private static void refused(Run run, String... words) {
        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).hasLineCount(1).contains(words);
    }

    @Test
    void badInputIsOneLine() throws IOException {
        Path nowhere = folder.resolve("nowhere");
        refused(Run.of("report", nowhere.toString()), "nowhere: no such run");
        refused(Run.of("merge", nowhere.toString(), "--out", folder.resolve("o").toString()), "no such run");
        refused(Run.of("report", folder.toString()), "is not the folder of a run");
        refused(Run.of("report", whole.toString(), "--out", yaml.resolve("x").toString()), "is in the way");

        Path torn = Files.createDirectories(folder.resolve("torn"));
        Files.copy(whole.resolve("study.yaml"), torn.resolve("study.yaml"));
        Files.writeString(torn.resolve("results.jsonl"), "{\"digest\": \"torn");
        refused(Run.of("report", torn.toString()), "has no result yet");
        String line = Files.readAllLines(whole.resolve("results.jsonl")).getFirst();
        Files.writeString(torn.resolve("results.jsonl"), line.substring(0, line.length() / 2) + "\n");
        refused(Run.of("report", torn.toString()), "results.jsonl line 1 is not a result of a study");

        Path other = Files.createDirectories(folder.resolve("other"));
        Files.copy(whole.resolve("results.jsonl"), other.resolve("results.jsonl"));
        Files.writeString(other.resolve("study.yaml"), Files.readString(whole.resolve("study.yaml"))
                .replace("testImages: 50", "testImages: 40"));
        refused(Run.of("merge", whole.toString(), other.toString(), "--out", folder.resolve("m").toString()),
                "only shards of one study can be merged");
        assertThat(folder.resolve("m")).doesNotExist();

        Path forged = Files.createDirectories(folder.resolve("forged"));
        Files.copy(whole.resolve("study.yaml"), forged.resolve("study.yaml"));
        Files.writeString(forged.resolve("results.jsonl"),
                line.replaceFirst("\"cleanAccuracy\":[0-9.]+", "\"cleanAccuracy\":0.123") + "\n");
        refused(Run.of("merge", whole.toString(), forged.toString(), "--out", folder.resolve("f").toString()),
                "has other figures");
    }

    @Test
    void aShardMustBeOneOfThem() {
        for (String shard : List.of("0/2", "3/2", "half", "1/2/3", "x/2")) {
            Run run = study(folder.resolve("s"), "--shard", shard);
            assertThat(run.exit()).isEqualTo(2);
            assertThat(run.err()).hasLineCount(1).contains("shard");
        }
    }
}
