package espalier.compress.lower;

import static espalier.compress.lower.TestNetworks.IMAGE;
import static espalier.compress.lower.TestNetworks.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import espalier.engine.UserError;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.nn.checkpoint.DType;
import espalier.nn.checkpoint.Safetensors;
import espalier.nn.checkpoint.StateDict;
import espalier.nn.checkpoint.StoredTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lowered models on disk: the same bits come back, and nothing else is taken for one. */
class LoweredFileTest {
    @TempDir
    private Path folder;
    private LoweredModel model;
    private Path file;

    @BeforeEach
    void save() {
        model = Quantizer.quantize("everything", Graph.trace(TestNetworks.everything(), IMAGE),
                List.of(random(20, 0, 1, 30, 3, 11, 13)), 7);
        file = folder.resolve("int8.safetensors");
        model.save(file);
    }

    @Test
    void loadingGivesTheSameBits() {
        LoweredModel loaded = LoweredModel.load(file);
        Tensor x = random(21, 0, 1, 12, 3, 11, 13);
        assertThat(loaded.logits(x).data()).containsExactly(model.logits(x).data());
        assertThat(loaded.name()).isEqualTo("everything");
        assertThat(loaded.classes()).isEqualTo(5);
        assertThat(loaded.activationBits()).isEqualTo(7);
        assertThat(LoweredModel.isLowered(file)).isTrue();
    }

    @Test
    void weightsAreOneByteEach() {
        StateDict state = Safetensors.read(file);
        assertThat(state.tensors().get("0.weight").toString()).isEqualTo("I8 [8,3,3,3]");
        assertThat(state.tensors().get("0.bias").toString()).isEqualTo("I32 [8]");
        assertThat(state.tensors().get("0.scale").toString()).isEqualTo("F32 [8]");
    }

    private void refused(String message, Consumer<StateDict> change) {
        StateDict state = Safetensors.read(file);
        change.accept(state);
        Path changed = folder.resolve("changed.safetensors");
        Safetensors.write(changed, state);
        assertThatThrownBy(() -> LoweredModel.load(changed)).isInstanceOf(UserError.class)
                .hasMessageContaining(changed.toString()).hasMessageContaining(message).hasMessageNotContaining("\n");
    }

    @Test
    void tensorsThatDoNotFitAreNamed() {
        refused("0.weight is missing", s -> s.tensors().remove("0.weight"));
        refused("unexpected tensors extra", s -> s.put("extra", Tensor.zeros(Shape.of(1))));
        refused("0.weight is F32 [8,3,3,3], expected I8", s -> s.put("0.weight", Tensor.zeros(Shape.of(8, 3, 3, 3))));
        refused("0.weight is I8 [8,3,5,3], expected I8 [8,3,3,3]", s -> s.tensors().put("0.weight",
                new StoredTensor(DType.I8, Shape.of(8, 3, 5, 3), new byte[360])));
        refused("[8,4,3,3]", s -> s.tensors().put("0.weight",
                new StoredTensor(DType.I8, Shape.of(8, 4, 3, 3), new byte[288])));
        refused("9 biases", s -> s.tensors().put("0.bias", new StoredTensor(DType.I32, Shape.of(9), new byte[36])));
        refused("7 scales", s -> s.put("0.scale", Tensor.full(Shape.of(7), 1f)));
        refused("scale", s -> s.put("0.scale", Tensor.full(Shape.of(8), Float.NaN)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 40, 300})
    void aGraphThatEndsTooSoonIsToldInWords(int length) {
        StateDict state = Safetensors.read(file);
        state.metadata().put("graph", state.metadata().get("graph").substring(0, length));
        Safetensors.write(file, state);
        assertThatThrownBy(() -> LoweredModel.load(file)).isInstanceOf(UserError.class)
                .hasMessageContainingAll("is not a valid lowered model: its graph: Unexpected", "espalier lower")
                .hasMessageNotContainingAny("REDACTED", "Source", "\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "\"op\":\"Add\" | \"op\":\"Mul\" | op Mul is not known",
        "\"inputs\":[1] | \"inputs\":[99] | inputs [99]",
        "\"image\":[3,11,13] | \"image\":[3,110000,13000] | more elements than an array can hold",
        "\"image\":[3,11,13] | \"image\":[3,11000,13000] | images [3,11000,13000]",
        "\"image\":[3,11,13] | \"image\":[3,11,14] | do not make",
        "\"padding\":1 | \"padding\":1000000 | padding 1000000",
        "\"stride\":1 | \"stride\":0 | stride 0",
        "\"groups\":2 | \"groups\":3 | do not make",
        "\"zeroPoint\" | \"zeroPiont\" | zero",
        "\"qmax\":127 | \"qmax\":12700 | range",
        "\"image\":[3,11,13] | \"image\":null | image",
        "\"inputs\":[1] | \"inputs\":null | inputs",
        "\"steps\":[ | \"steps\":[null, | a step",
        "{\"model\" | [\"model\" | not a valid lowered model",
    })
    void aGraphThatContradictsItselfIsRefused(String from, String to, String message) {
        refused(message, s -> {
            String graph = s.metadata().get("graph");
            assertThat(graph).contains(from);
            s.metadata().put("graph", graph.replace(from, to));
        });
    }

    @Test
    void otherFilesAreRefused() {
        Path other = folder.resolve("float.safetensors");
        Safetensors.write(other, new StateDict().put("conv1.weight", Tensor.zeros(Shape.of(2))));
        assertThat(LoweredModel.isLowered(other)).isFalse();
        assertThatThrownBy(() -> LoweredModel.load(other)).isInstanceOf(UserError.class)
                .hasMessageContaining("float.safetensors is not a lowered model");
        assertThatThrownBy(() -> LoweredModel.load(folder.resolve("absent"))).isInstanceOf(UserError.class)
                .hasMessageContaining("absent");
    }

    @ParameterizedTest
    @EnumSource(value = Format.class, names = {"DENSE", "CSR", "INT8", "CSR_INT8"})
    void everyFormatComesBackBitForBit(Format format) {
        LoweredModel before = format.quantized() ? Lowering.of(model, format)
                : Lowering.lower("everything", Graph.trace(TestNetworks.everything(), IMAGE), format);
        before.save(file);
        LoweredModel loaded = LoweredModel.load(file);
        Tensor x = random(21, 0, 1, 12, 3, 11, 13);
        assertThat(loaded.logits(x).data()).containsExactly(before.logits(x).data());
        assertThat(loaded.format()).isEqualTo(format);
        assertThat(loaded.weightBytes()).isEqualTo(before.weightBytes());
    }

    @Test
    void aDamagedNumberIsNoticed() throws IOException {
        Lowering.lower("everything", Graph.trace(TestNetworks.everything(), IMAGE), Format.CSR).save(file);
        refused("the checksum is not that of its contents", s -> s.tensors().get("0.weight").bytes()[5] ^= 1);
        refused("are not its pattern", s -> s.tensors().get("0.columns").bytes()[1] = 100);
        refused("are not its pattern", s -> s.tensors().get("0.starts").bytes()[4] = 100);
        byte[] bytes = Files.readAllBytes(file);
        Path cut = folder.resolve("cut.safetensors");
        for (int length : new int[] {0, 7, 100, bytes.length / 2, bytes.length - 1}) {
            Files.write(cut, Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> LoweredModel.load(cut)).isInstanceOf(UserError.class)
                    .hasMessageContaining("cut.safetensors").hasMessageNotContaining("\n");
        }
    }

    @Test
    void filesOfBeforeAreStillRead() {
        StateDict state = Safetensors.read(file);
        String graph = state.metadata().get("graph");
        state.metadata().put("format", "espalier-int8-1");
        state.metadata().remove("checksum");
        state.metadata().put("graph", graph.replaceAll(",\"activation\":\"[A-Z0-9]+\"", "")
                .replaceAll(",\"weight\":(null|\\{[^}]*})", "")
                .replaceAll("\"integers\":\\{(\"output\":\\{[^}]*}[^}]*)}", "$1"));
        assertThat(state.metadata().get("graph")).isNotEqualTo(graph).doesNotContain("integers", "activation", "weight");
        Path old = folder.resolve("old.safetensors");
        Safetensors.write(old, state);
        Tensor x = random(21, 0, 1, 12, 3, 11, 13);
        assertThat(LoweredModel.isLowered(old)).isTrue();
        assertThat(LoweredModel.load(old).logits(x).data()).containsExactly(model.logits(x).data());
    }
}
