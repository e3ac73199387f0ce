package espalier.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import espalier.engine.UserError;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.nn.checkpoint.DType;
import espalier.nn.checkpoint.StateDict;
import espalier.nn.checkpoint.StoredTensor;
import espalier.nn.model.Model;
import espalier.nn.model.Models;
import espalier.testdata.TestData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateDictTest {
    private Model model;
    private StateDict state;

    @BeforeEach
    void create() {
        model = resnet20();
        state = model.stateDict();
    }

    private static Model resnet20() {
        return Models.create("resnet20", Shape.of(3, 32, 32), 10, new float[3], new float[] {1, 1, 1}, 1);
    }

    @Test
    void aModelOfPyTorchLoadedAndSavedIsTheSameFile(@TempDir Path folder) throws Exception {
        Path original = TestData.reference("resnet20-cifar10.safetensors");
        model.load(original);
        model.save(folder.resolve("saved.safetensors"));
        assertThat(Files.mismatch(original, folder.resolve("saved.safetensors"))).isEqualTo(-1);
    }

    @Test
    void metadataComesBack(@TempDir Path folder) {
        state.metadata().put("format", "pt");
        model.loadStateDict(state, "x");
        model.save(folder.resolve("saved.safetensors"));
        Model other = resnet20();
        other.load(folder.resolve("saved.safetensors"));
        assertThat(other.stateDict().metadata()).containsExactly(Map.entry("format", "pt"));
    }

    @Test
    void aStateIsACopy() {
        float before = state.tensor("conv1.weight").data()[0];
        model.parameters().get("conv1.weight").data().data()[0] = before + 1;
        assertThat(state.tensor("conv1.weight").data()[0]).isEqualTo(before);
    }

    @Test
    void aWrongShapeIsNamedWithTheExpectedOne() {
        state.put("conv1.weight", Tensor.zeros(Shape.of(16, 1, 3, 3)));
        refused("file.safetensors does not fit the model: conv1.weight is [16,1,3,3], expected [16,3,3,3]");
    }

    @Test
    void missingAndUnexpectedKeysAreNamedTheFirstFewThenCounted() {
        state.tensors().keySet().removeIf(k -> k.startsWith("layer3.2."));
        state.put("fc.weight", Tensor.zeros(Shape.of(10, 64)));
        refused("file.safetensors does not fit the model: missing layer3.2.conv1.weight [64,64,3,3], "
                + "layer3.2.bn1.weight [64], layer3.2.bn1.bias [64] and 7 more; unexpected fc.weight [10,64]");
    }

    @Test
    void wholeNumbersAreNoWeights() {
        state.tensors().put("bn1.bias", new StoredTensor(DType.I64, Shape.of(16), new byte[128]));
        refused("file.safetensors does not fit the model: bn1.bias is of type I64, expected F32");
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void whatIsNoNumberIsRefused(float value) {
        Tensor t = Tensor.zeros(Shape.of(16));
        t.data()[5] = value;
        state.put("bn1.running_var", t);
        refused("element 5 of bn1.running_var in file.safetensors is " + value
                + ": the training of this network diverged; train it again at a lower learning rate");
    }

    private void refused(String message) {
        float[] before = model.parameters().get("linear.weight").data().data().clone();
        state.put("linear.weight", Tensor.full(Shape.of(10, 64), 9));
        assertThatThrownBy(() -> model.loadStateDict(state, "file.safetensors"))
                .isInstanceOf(UserError.class).hasMessage(message);
        assertThat(model.parameters().get("linear.weight").data().data()).as("nothing was changed").isEqualTo(before);
    }

    @Test
    void countersMayBeMissingAndAreZeroThen() {
        state.tensors().put("bn1.num_batches_tracked", StoredTensor.of(41));
        model.loadStateDict(state, "x");
        model.setTraining(true);
        model.logits(Tensor.zeros(Shape.of(2, 3, 32, 32)));
        model.setTraining(false);
        model.logits(Tensor.zeros(Shape.of(2, 3, 32, 32)));
        assertThat(model.stateDict().tensors().get("bn1.num_batches_tracked").longs()).containsExactly(42);
        state.tensors().keySet().removeIf(k -> k.endsWith("num_batches_tracked"));
        model.loadStateDict(state, "x");
        assertThat(model.stateDict().tensors().get("bn1.num_batches_tracked").longs()).containsExactly(0);
    }

    @Test
    void aMaskStaysInForceOverALoad() {
        Tensor mask = Tensor.full(Shape.of(10, 64), 1);
        mask.data()[3] = 0;
        model.setMasks(Map.of("linear.weight", mask));
        assertThat(model.parameters().get("linear.weight").data().data()[3]).isZero();
        model.loadStateDict(state.put("linear.weight", Tensor.full(Shape.of(10, 64), 2)), "x");
        assertThat(model.parameters().get("linear.weight").data().data()).contains(0, org.assertj.core.data.Index.atIndex(3))
                .contains(2, org.assertj.core.data.Index.atIndex(4));
        assertThatThrownBy(() -> model.setMasks(Map.of("linear.weight", Tensor.full(Shape.of(10, 64), 0.5f))))
                .hasMessageContaining("0.5; it must be 0 or 1");
        assertThatThrownBy(() -> model.setMasks(Map.of("linear.weight", Tensor.zeros(Shape.of(64)))))
                .hasMessageContaining("[64] against parameter [10,64]");
    }
}
