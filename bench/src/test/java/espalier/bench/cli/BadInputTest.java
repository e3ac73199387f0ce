package espalier.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import espalier.datasets.Datasets;
import espalier.nn.model.Model;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever is wrong: one line that names it, exit code 2 for usage and 1 for failure, nothing half-written. */
class BadInputTest {
    @TempDir static Path shared;
    @TempDir Path folder;

    @BeforeAll
    static void files() throws IOException {
        Model lenet = NetworkOptions.create("lenet", Datasets.load("digits", null).head(1, 1), 1);
        lenet.save(shared.resolve("lenet.safetensors"));
        byte[] whole = Files.readAllBytes(shared.resolve("lenet.safetensors"));
        Files.write(shared.resolve("truncated.safetensors"), Arrays.copyOf(whole, whole.length / 2));
        lenet.parameters().firstEntry().getValue().data().data()[3] = Float.NaN;
        lenet.save(shared.resolve("diverged.safetensors"));
        Files.write(shared.resolve("lying.safetensors"),
                ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(1L << 60).array());
        Files.writeString(shared.resolve("foreign.txt"), "This is a letter to my aunt.");
        Files.createFile(shared.resolve("empty"));
        Files.createDirectories(shared.resolve("mnist"));
        ByteBuffer idx = ByteBuffer.allocate(20).putInt(0x803).putInt(Integer.MAX_VALUE).putInt(28).putInt(28);
        for (String half : List.of("train", "t10k")) {
            Files.write(shared.resolve("mnist/" + half + "-images-idx3-ubyte"), idx.array());
            Files.write(shared.resolve("mnist/" + half + "-labels-idx1-ubyte"), new byte[] {1, 2, 3});
        }
        Files.writeString(shared.resolve("unknown-key.yaml"), "training: {epoch: 3}\n");
        Files.writeString(shared.resolve("wrong-type.yaml"), "batchSize: many\n");
        Files.writeString(shared.resolve("wrong-epsilon.yaml"), "attacks: [{epsilon: lots}]\n");
        Files.writeString(shared.resolve("wrong-norm.yaml"), "attacks: [{norm: l7}]\n");
        Files.writeString(shared.resolve("wrong-strategy.yaml"), "strategies: [topiary]\n");
        Files.writeString(shared.resolve("wrong-rate.yaml"), "training: {learningRate: -1}\n");
        Files.writeString(shared.resolve("no-attack.yaml"), "attacks: []\n");
        Files.writeString(shared.resolve("null.yaml"), "training: null\n");
        Files.writeString(shared.resolve("not-yaml.yaml"), "a: [1, 2\nb: }");
        Files.writeString(shared.resolve("list.yaml"), "[1, 2]");
        Files.write(shared.resolve("binary.yaml"), new byte[] {(byte) 0xFF, (byte) 0xFE, 0, 1});
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "nonsense                                                    | nonsense",
        "evaluate --modle lenet                                      | did you mean --model",
        "evaluate --model vgg                                        | 'vgg' is not one of mlp, lenet, resnet20",
        "evaluate --dataset imagenet                                 | is not one of digits, shapes, mnist",
        "evaluate --attack magic                                     | is not one of pgd, fgsm",
        "evaluate --attack pgd --norm l7 --weights x                 | is not one of linf, l2",
        "evaluate --attack pgd --epsilon huge --weights x | 'huge' is not a number or fraction such as 0.5 or 8/255",
        "evaluate --attack pgd --epsilon=-1 --weights x              | epsilon",
        "evaluate --attack pgd --steps 0 --weights x                 | steps must be at least 1",
        "evaluate --attack pgd --restarts 3 --no-random-start --weights x | restarts need a random start",
        "evaluate --attack fgsm --steps 3 --weights x                | --attack fgsm is one step",
        "evaluate --epsilon 0.1 --weights x                          | --attack",
        "evaluate --source-weights x --weights y                     | --source-weights needs an --attack",
        "evaluate                                                    | --weights is missing",
        "evaluate --weights W/lenet.safetensors --samples 0          | --samples must be at least 1",
        "evaluate --threads 0                                        | --threads must be at least 1",
        "train --epochs 0                                            | --epochs must be at least 1",
        "train --epochs many                                         | 'many' is not an int",
        "train --optimizer magic                                     | is not one of sgd, adam, adamw",
        "train --batch-size=-3                                       | --batch-size must be at least 1",
        "prune --weights x                                           | --strategy",
        "prune --weights x --strategy topiary --compression 2        | is not one of random, global-magnitude",
        "quantize --weights x --bits 4                               | --bits must be 7 or 8",
        "study somewhere | no preset somewhere (there are quickstart, mnist, cifar10, paper, paper-small, ablation)",
        "study --strategies topiary                                  | is not one of random",
        "datasets info imagenet                                      | is not one of digits",
        "bench gemm --only (                                         | '(' is not a regular expression: Unclosed group",
        "bench compression --only zucchini                           | --only zucchini leaves nothing to measure",
        "evaluate --weights W/lenet.safetensors --parent-weights x   | --parent-weights is for lowered networks",
        "lesson cooking                                              | is not one of sparsity, quantization",
        "lesson sparsity --data W                                    | --data needs --weights",
        "datasets                                                    | subcommand",
    })
    void usage(String command, String message) {
        requireOneLine(command, 2, message);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "evaluate --weights W/missing.safetensors                    | missing.safetensors does not exist",
        "evaluate --weights W                                        | is a folder",
        "evaluate --weights W/empty                                  | is not a safetensors file",
        "evaluate --weights W/foreign.txt                            | foreign.txt is not a safetensors file",
        "evaluate --weights W/truncated.safetensors                  | truncated.safetensors",
        "evaluate --weights W/lying.safetensors                      | lying.safetensors",
        "evaluate --weights W/diverged.safetensors                   | diverged.safetensors is NaN",
        "lower --weights W/diverged.safetensors                      | diverged.safetensors is NaN",
        "evaluate --model mlp --weights W/lenet.safetensors          | lenet.safetensors",
        "evaluate --model resnet20 --weights W/lenet.safetensors     | lenet.safetensors",
        "quantize --weights W/missing.safetensors                    | missing.safetensors does not exist",
        "evaluate --dataset cifar10 --data W --weights W/lenet.safetensors | cifar-10-batches-bin",
        "evaluate --dataset mnist --data W --weights W/lenet.safetensors   | idx",
        "prune --weights W/lenet.safetensors --strategy random --compression 1000 | the largest is",
        "prune --weights W/lenet.safetensors --strategy random --compression 0.5  | at least 1",
        "study W/missing.yaml                                        | missing.yaml: no such file",
        "study W/unknown-key.yaml                                    | unknown key training.epoch; allowed here are epochs",
        "study W/wrong-type.yaml                                     | batchSize: ",
        "study W/wrong-epsilon.yaml                                  | 'lots' is not a number or fraction",
        "study W/wrong-norm.yaml                                     | must be one of [linf, l2]",
        "study W/wrong-strategy.yaml                                 | strategies: topiary is not one of random",
        "study W/wrong-rate.yaml                                     | training: learning rate must be above 0",
        "study W/no-attack.yaml                                      | attacks: needs at least one",
        "study W/null.yaml                                           | training: ",
        "study W/not-yaml.yaml                                       | not-yaml.yaml: not YAML at line",
        "study W/list.yaml                                           | must be a YAML mapping",
        "study W/binary.yaml                                         | binary.yaml",
        "study --compressions 4,1000 --out W/never                   | the largest is",
        "study --weights W/missing.safetensors --out W/never         | missing.safetensors",
        "study quickstart --out W/foreign.txt                        | foreign.txt",
        "study --weights W/truncated.safetensors --out W/never       | truncated.safetensors is truncated",
        "train --samples 200 --epochs 1 --out W/foreign.txt/x        | foreign.txt",
        "train --samples 200 --epochs 1 --json W/foreign.txt/x       | foreign.txt is in the way",
        "train --samples 200 --epochs 1 --json W                     | it is a folder",
        "evaluate --weights W/lenet.safetensors --out W/foreign.txt/x | foreign.txt is in the way",
        "lesson sparsity --quick --out W/foreign.txt/x               | foreign.txt",
        "lesson sparsity --weights W/missing.safetensors             | missing.safetensors does not exist",
        "lesson quantization --weights W/lenet.safetensors           | lenet.safetensors",
        "lesson sparsity --weights W/missing.safetensors --data W/x  | does not exist",
        "info --json W/foreign.txt/x.json                            | foreign.txt",
    })
    void failure(String command, String message) {
        requireOneLine(command, 1, message);
    }

    private void requireOneLine(String command, int exit, String message) {
        Run run = Run.of(command.replace("W", shared.toString()).split(" +"));

        assertThat(run.err()).startsWith("espalier: ").hasLineCount(1).contains(message).doesNotContain("a bug");
        assertThat(run.exit()).isEqualTo(exit);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void nothingIsLeftOfAStudyThatCannotBe() {
        requireOneLine("study --compressions 4,1000 --out W/never", 1, "the largest is");

        assertThat(shared.resolve("never")).doesNotExist();
    }

    @Test
    void debugShowsTheTrace() {
        Run run = Run.of("evaluate", "--weights", folder.resolve("missing").toString(), "--debug");

        assertThat(run.err()).startsWith("espalier: ").contains("UserError", "\tat espalier.");
    }

    @Test
    void aFullDiskIsOneLineAndTheResultIsStillTold() {
        assumeTrue(Files.isWritable(Path.of("/dev/full")), "no /dev/full here");

        Run run = Run.of("info", "--json", "/dev/full");

        assertThat(run.err()).isEqualToIgnoringNewLines("espalier: /dev/full cannot be written: No space left on device");
        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.out()).isEqualTo(Run.of("info").out()).isNotEmpty();
    }

    @Test
    void anUnwritableFolderIsOneLine() throws IOException {
        Path locked = Files.createDirectory(folder.resolve("locked"));
        assumeTrue(locked.toFile().setWritable(false) && !Files.isWritable(locked), "root may write anywhere");

        Run run = Run.of("info", "--json", locked.resolve("x.json").toString());

        assertThat(run.err()).contains("permission denied").hasLineCount(1);
        try (Stream<Path> left = Files.list(locked)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void unknownFailuresSayWhereTheTraceIs() {
        assertThat(Cli.describe(new IllegalStateException("odd\n  thing"))).contains("odd thing", "--debug")
                .doesNotContain("\n");
        assertThat(Cli.describe(new OutOfMemoryError())).contains("--batch-size", "-Xmx");
    }
}
