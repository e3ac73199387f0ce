package espalier.bench.study;

import static org.assertj.core.api.Assertions.assertThat;

import espalier.bench.cli.Run;
import espalier.bench.report.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A study of two prunings on a handful of images, whole, killed, and again. */
class StudyTest {
    private static final String YAML = """
            name: tiny
            batchSize: 32
            training: {epochs: 2, images: 256}
            strategies: [random, global-gap]
            compressions: [2]
            scores: {images: 32, attack: {epsilon: 0.1, steps: 2, randomStart: true}}
            fineTuning: {epochs: 2, images: 128}
            quantization: {calibrationImages: 32}
            attacks: [{epsilon: 0.1, steps: 2, randomStart: true}, {norm: l2, epsilon: 0}]
            testImages: 100
            attackImages: 24
            matrix: {attack: {epsilon: 0.1, steps: 2}, images: 16}
            """;
    private static final int CELLS = 3 * 2 * 2;

    @TempDir static Path shared;
    @TempDir Path folder;
    private static Path yaml;
    private static Path whole;

    @BeforeAll
    static void runOnce() throws IOException {
        yaml = Files.writeString(shared.resolve("tiny.yaml"), YAML);
        whole = shared.resolve("whole");
        Run run = Run.of("study", yaml.toString(), "--out", whole.toString(), "--json",
                shared.resolve("all.json").toString());
        assertThat(run.err()).contains("12 cells, 0 of them known").doesNotContain("espalier: ");
        assertThat(run.exit()).isZero();
        assertThat(run.out()).contains("| network", "| dense ", "| global-gap ÷2 ", "int8", "pgd l2 0", "transfer",
                "epsilon 0.1, 2 steps of 0.025", "float parent", whole.toString());
    }

    private static List<JsonNode> results(Path run) throws IOException {
        List<JsonNode> all = new ArrayList<>();
        for (String line : Files.readAllLines(run.resolve("results.jsonl"))) {
            all.add(Json.MAPPER.readTree(line));
        }
        return all;
    }

    /** What must be the same whenever and wherever it is computed. */
    private static List<JsonNode> figures(Path run) throws IOException {
        List<JsonNode> all = results(run);
        all.forEach(r -> ((ObjectNode) r).remove(List.of("seconds", "environment", "timings")));
        return all;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    @Test
    void aLineHasAllThatIsAskedFor() throws IOException {
        List<JsonNode> results = results(whole);

        assertThat(results).hasSize(CELLS);
        for (JsonNode r : results) {
            assertThat(r.propertyNames()).contains("dataset", "model", "strategy", "compression", "quantized", "seed",
                    "cleanAccuracy", "adversarialAccuracy", "transferAccuracy", "parameters", "nonzeroParameters", "macs",
                    "nonzeroMacs", "threatModel", "seconds", "environment");
            assertThat(r.get("cleanAccuracy").doubleValue()).isBetween(0.0, 1.0);
            assertThat(r.get("environment").propertyNames())
                    .contains("commit", "jdk", "cpu", "cores", "threads", "vectorWidth", "kernels", "os");
            assertThat(r.get("threatModel").get("gradientSource").asString())
                    .isEqualTo(r.get("quantized").booleanValue() ? "float parent" : "self");
            boolean dense = r.get("strategy").asString().equals("none");
            assertThat(r.get("nonzeroParameters").longValue()).isEqualTo(dense ? 61706 : 30853);
            if (r.get("threatModel").get("epsilon").doubleValue() == 0) {
                assertThat(r.get("adversarialAccuracy")).isEqualTo(r.get("attackedCleanAccuracy"));
            }
        }
        assertThat(Json.MAPPER.readTree(Files.readString(shared.resolve("all.json")))).hasSize(CELLS);
        assertThat(Files.readAllLines(whole.resolve("results.csv"))).hasSize(CELLS + 1)
                .first().asString().contains("cleanAccuracy", "threatModel.epsilon", "environment.commit");
        assertThat(StudyFile.read(whole.resolve("study.yaml").toString(), Map.of()))
                .isEqualTo(StudyFile.read(yaml.toString(), Map.of()));
    }

    @Test
    void everyCellTellsHowFastItsNetworkRuns() throws IOException {
        for (JsonNode node : results(whole)) {
            Result r = Json.MAPPER.treeToValue(node, Result.class);
            boolean pruned = !r.cell().network().isDense();
            assertThat(r.timings()).extracting(Timing::format).isEqualTo(r.quantized()
                    ? pruned ? List.of("int8", "csr-int8") : List.of("int8")
                    : List.of(pruned ? "csr" : "dense"));
            for (Timing t : r.timings()) {
                assertThat(t.single().images()).isEqualTo(1);
                assertThat(t.batch().images()).isEqualTo(32);
                assertThat(t.batch().medianMillis()).isPositive().isLessThanOrEqualTo(t.batch().p99Millis());
                assertThat(t.single().speedup()).isPositive();
                assertThat(t.theoreticalSpeedup()).as("in 8 bits a few more are zero")
                        .isBetween(0.999 * r.macs() / r.nonzeroMacs(), 1.2 * r.macs() / r.nonzeroMacs());
                assertThat(t.threads()).isPositive();
            }
        }
        assertThat(Files.readAllLines(whole.resolve("results.csv"))).first().asString().contains("timings.csr.batch.p99Millis");
    }

    @Test
    void linesOfBeforeThereWereTimingsAreStillKnown() throws IOException {
        Path old = folder.resolve("old");
        copy(whole, old);
        List<String> lines = new ArrayList<>();
        for (JsonNode r : results(whole)) {
            ((ObjectNode) r).remove("timings");
            lines.add(Json.MAPPER.writeValueAsString(r));
        }
        Files.write(old.resolve("results.jsonl"), lines);
        Run run = Run.of("study", yaml.toString(), "--out", old.toString());
        assertThat(run.err()).contains("12 cells, 12 of them known");
        assertThat(run.out()).contains("| dense ").doesNotContain("speedup");
    }

    @Test
    void outcomesOfSingleImagesAddUpToTheFigures() throws IOException {
        for (JsonNode node : results(whole)) {
            Result r = Json.MAPPER.treeToValue(node, Result.class);
            Outcomes o = r.outcomes();
            assertThat(o.clean().count() / 100.0).isEqualTo(r.cleanAccuracy());
            assertThat(o.top5().count() / 100.0).isEqualTo(r.top5Accuracy());
            assertThat(o.adversarial().count() / 24.0).isEqualTo(r.adversarialAccuracy());
            assertThat(o.transfer().count() / 24.0).isEqualTo(r.transferAccuracy());
            assertThat(o.noise().count() / 24.0).isEqualTo(r.noiseAccuracy());
            assertThat(o.attackedClean().without(o.adversarial()).count() / (double) o.attackedClean().count())
                    .isEqualTo(r.successRate());
            // The attacked images are the first of those that clean accuracy is measured on.
            assertThat(o.clean().set().get(0, 24)).isEqualTo(o.attackedClean().set());
            if (r.threatModel().epsilon() == 0) {
                assertThat(o.noise()).isEqualTo(o.attackedClean());
            }
        }
    }

    @Test
    void theMatrixHasARowForEachNetworkAndAColumnForEachOfItsVersions() throws IOException {
        List<MatrixRow> rows = List.copyOf(MatrixRow.read(whole.resolve("matrix.jsonl")).values());

        assertThat(rows).extracting(r -> r.source().title()).containsExactly("dense", "random ÷2", "global-gap ÷2");
        assertThat(rows).allSatisfy(r -> assertThat(r.targets()).extracting(t -> t.variant().title()).containsExactly("dense",
                "random ÷2", "global-gap ÷2", "dense int8", "random ÷2 int8", "global-gap ÷2 int8"));
        for (int i = 0; i < 3; i++) {
            MatrixRow.Target own = rows.get(i).targets().get(i);
            // Made on itself they do the most, or next to it.
            assertThat(own.successRate()).isGreaterThanOrEqualTo(rows.get((i + 1) % 3).targets().get(i).successRate() - 0.1);
            // Whatever is done to them, images are clean at first.
            assertThat(rows.get((i + 1) % 3).targets().get(i).rightClean()).isEqualTo(own.rightClean());
        }
    }

    @Test
    void nothingIsComputedAgain() throws IOException {
        String before = Files.readString(whole.resolve("results.jsonl"));
        Run again = Run.of("study", yaml.toString(), "--out", whole.toString());

        assertThat(again.err()).contains("12 of them known").hasLineCount(1);
        assertThat(again.out()).contains("| global-gap ÷2 ");
        assertThat(whole.resolve("results.jsonl")).hasContent(before);
        assertThat(Files.readAllLines(whole.resolve("matrix.jsonl"))).hasSize(3);
    }

    @Test
    void goesOnAfterAKill() throws Exception {
        Path run = folder.resolve("killed");
        Path log = folder.resolve("log");
        Process child = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector", "-cp", System.getProperty("java.class.path"),
                "espalier.bench.Main",
                "study", yaml.toString(), "--out", run.toString())
                .redirectErrorStream(true).redirectOutput(log.toFile()).start();
        waitForLines(run, 3, child);
        child.destroyForcibly();
        assertThat(child.waitFor(20, TimeUnit.SECONDS)).isTrue();
        List<String> known = Files.readAllLines(run.resolve("results.jsonl"));
        Files.writeString(run.resolve("results.jsonl"), "{\"digest\":\"torn", StandardOpenOption.APPEND);

        Run last = Run.of("study", yaml.toString(), "--out", run.toString());

        assertThat(last.err()).contains("12 cells, " + known.size() + " of them known");
        assertThat(Files.readAllLines(run.resolve("results.jsonl"))).startsWith(known.toArray(String[]::new)).hasSize(CELLS);
        assertThat(figures(run)).isEqualTo(figures(whole));
    }

    private static void waitForLines(Path run, int lines, Process child) throws Exception {
        Path results = run.resolve("results.jsonl");
        for (int i = 0; i < 6000 && child.isAlive(); i++) {
            if (Files.exists(results) && Files.readAllLines(results).size() >= lines) {
                return;
            }
            Thread.sleep(10);
        }
    }

    /** Killed while it trains: the epochs that were done are not done again, and the outcome is the same to the last bit. */
    @Test
    void goesOnWithAHalfFinishedTraining() throws IOException {
        Path run = folder.resolve("half");
        Files.createDirectories(run);
        copy(whole.resolve("checkpoints"), run.resolve("checkpoints"));
        try (var networks = Files.list(run.resolve("checkpoints"))) {
            for (Path network : networks.filter(n -> n.getFileName().toString().startsWith("random")).toList()) {
                Files.delete(network.resolve("training.safetensors"));
            }
        }

        Run again = Run.of("study", yaml.toString(), "--out", run.toString());

        assertThat(again.err()).contains("dense: going on after epoch 2 of 2", "global-gap ÷2: going on after epoch 2 of 2",
                "random ÷2: epoch 1");
        assertThat(figures(run)).isEqualTo(figures(whole));
    }

    @Test
    void aDamagedCheckpointIsToldWithAdvice() throws IOException {
        Path run = Files.createDirectories(folder.resolve("damaged"));
        copy(whole.resolve("checkpoints"), run.resolve("checkpoints"));
        damage(run, "random", "masks.safetensors", "to have this network made again, delete " + run.resolve("checkpoints"));
        damage(run, "dense", "training.safetensors", "delete training.safetensors to train from the start");
    }

    private static void damage(Path run, String start, String name, String advice) throws IOException {
        Path file;
        try (var networks = Files.list(run.resolve("checkpoints"))) {
            file = networks.filter(n -> n.getFileName().toString().startsWith(start)).findFirst().orElseThrow().resolve(name);
        }
        byte[] all = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(all, all.length / 2));

        Run again = Run.of("study", yaml.toString(), "--out", run.toString());

        assertThat(again.exit()).isEqualTo(1);
        assertThat(again.err()).contains(file + " is truncated", advice);
    }

    @Test
    void onlyCellsThatChangedAreComputed() throws IOException {
        Path run = folder.resolve("changed");
        copy(whole, run);

        Run more = Run.of("study", yaml.toString(), "--out", run.toString(), "--compressions", "2,4", "--strategies",
                "random");

        assertThat(more.err()).contains("12 cells, 8 of them known", "configuration is not the one of before", "[12/12]")
                .doesNotContain("dense: epoch", "random ÷2: epoch");
        assertThat(results(run)).hasSize(CELLS + 4);
        assertThat(more.out()).contains("random ÷4").doesNotContain("global-gap ÷2 ");
    }

    @Test
    void oneProcessAtATime() throws IOException {
        Path run = folder.resolve("locked");
        try (RunFolder _ = RunFolder.open(run)) {
            Run second = Run.of("study", yaml.toString(), "--out", run.toString());

            assertThat(second.exit()).isEqualTo(1);
            assertThat(second.err()).hasLineCount(1).contains("in use by another run");
        }
    }

    @Test
    void aForeignLineIsNamed() throws IOException {
        String one = Files.readAllLines(whole.resolve("results.jsonl")).getFirst();
        for (String line : List.of("hello", "{}", "null", "[1]", "{\"digest\": 3, \"seed\": \"x\"}",
                one.replaceFirst("\"threatModel\":\\{[^}]*}", "\"threatModel\":null"),
                one.replaceFirst("\"clean\":\"[^\"]*\"", "\"clean\":null"))) {
            Path run = Files.createDirectories(folder.resolve("foreign" + line.length()));
            Files.writeString(run.resolve("results.jsonl"), line + "\n");

            Run refused = Run.of("study", yaml.toString(), "--out", run.toString());

            assertThat(refused.exit()).isEqualTo(1);
            assertThat(refused.err()).hasLineCount(1).contains("results.jsonl line 1 is not a result of a study");
        }
    }

    @Test
    void startsFromWeights() throws IOException {
        Path weights = denseModel(whole);
        Path run = folder.resolve("given");
        Run given = Run.of("study", yaml.toString(), "--out", run.toString(), "--weights", weights.toString(),
                "--strategies", "random");

        assertThat(given.err()).doesNotContain("dense: epoch");
        assertThat(figures(run).getFirst().get("cleanAccuracy")).isEqualTo(figures(whole).getFirst().get("cleanAccuracy"));
        assertThat(denseModel(run)).hasSameBinaryContentAs(weights);
    }

    private static Path denseModel(Path run) throws IOException {
        try (var networks = Files.list(run.resolve("checkpoints"))) {
            return networks.filter(n -> n.getFileName().toString().startsWith("dense")).findFirst().orElseThrow()
                    .resolve("model.safetensors");
        }
    }
}
