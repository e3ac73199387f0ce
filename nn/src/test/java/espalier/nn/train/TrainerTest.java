package espalier.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import espalier.datasets.Augmentation;
import espalier.datasets.Split;
import espalier.engine.UserError;
import espalier.engine.parallel.Parallel;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.nn.Init;
import espalier.nn.Module;
import espalier.nn.Parameter;
import espalier.nn.checkpoint.Safetensors;
import espalier.nn.checkpoint.StateDict;
import espalier.nn.layer.BatchNorm;
import espalier.nn.layer.Conv2d;
import espalier.nn.layer.Dropout;
import espalier.nn.layer.Flatten;
import espalier.nn.layer.Linear;
import espalier.nn.layer.MaxPool2d;
import espalier.nn.layer.Sequential;
import espalier.nn.model.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainerTest {
    private static final Shape IMAGE = Shape.of(1, 8, 8);
    private static final TrainingConfig CONFIG = new TrainingConfig(4, 32, OptimizerConfig.sgd(0.05, 1e-3),
            ScheduleConfig.named("one-cycle"), 0.1, Augmentation.CROP_AND_FLIP, 7);

    @TempDir
    Path folder;

    /** Something of everything that has a state or is random: batch norm, dropout. */
    private static Module network(Shape imageShape, int classes, Init init) {
        return new Sequential(new Conv2d(1, 8, 3, 1, init), BatchNorm.withRelu(8), new MaxPool2d(2), new Flatten(),
                new Dropout(0.2f), new Linear(8 * 16, classes, init));
    }

    private static Model model() {
        return new Model("test", TrainerTest::network, IMAGE, 4, new float[] {0.3f}, new float[] {0.3f}, 5);
    }

    private static Model pruned() {
        Model model = model();
        SplittableRandom random = new SplittableRandom(9);
        for (String name : List.of("0.weight", "5.weight")) {
            Tensor mask = Tensor.zeros(model.parameters().get(name).data().shape());
            for (int i = 0; i < mask.size(); i++) {
                mask.data()[i] = random.nextInt(2);
            }
            model.parameters().get(name).setMask(mask);
        }
        return model;
    }

    /** Noise with a bright quadrant that is the class. */
    private static Split images(int n) {
        SplittableRandom random = new SplittableRandom(3);
        byte[] pixels = new byte[n * 64];
        byte[] labels = new byte[n];
        for (int i = 0; i < n; i++) {
            labels[i] = (byte) random.nextInt(4);
            for (int y = 0; y < 8; y++) {
                for (int x = 0; x < 8; x++) {
                    boolean bright = y / 4 * 2 + x / 4 == labels[i];
                    pixels[i * 64 + y * 8 + x] = (byte) (random.nextInt(120) + (bright ? 100 : 0));
                }
            }
        }
        return new Split(pixels, labels, IMAGE);
    }

    private static TrainingConfig plain(int epochs) {
        return TrainingConfig.of(epochs, OptimizerConfig.sgd(0.05, 5e-4), 1).withBatchSize(32);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sgd", "adam", "adamw"})
    void trainingLearns(String optimizer) {
        Split split = images(256);
        Model model = model();
        Evaluation before = Evaluator.evaluate(model::logits, split, 64);
        OptimizerConfig config = new OptimizerConfig(optimizer, optimizer.equals("sgd") ? 0.05 : 0.01, 0.9, true, 1e-4);
        List<EpochReport> history =
                new Trainer(model, split, TrainingConfig.of(5, config, 1).withBatchSize(32)).evaluateOn(split).run();
        assertThat(history).hasSize(5);
        assertThat(history.getLast().loss()).isLessThan(0.5 * history.getFirst().loss());
        assertThat(history.getLast().test().top1()).isGreaterThan(0.95).isGreaterThan(before.top1() + 0.3);
        assertThat(history.getLast().test()).isEqualTo(Evaluator.evaluate(model::logits, split, 64));
        assertThat(model.network().training()).isFalse();
        // 5 epochs of 8 steps.
        assertThat(model.stateDict().tensors().get("1.num_batches_tracked").longs()).containsExactly(40);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sgd", "adam", "adamw"})
    void whatIsPrunedStaysExactlyZero(String optimizer) {
        Model model = model();
        OptimizerConfig config = new OptimizerConfig(optimizer, 0.02, 0.9, true, 0.01);
        Split split = images(128);
        new Trainer(model, split, TrainingConfig.of(1, config, 1).withBatchSize(32)).run();
        Model sparse = pruned();
        Map<String, Tensor> masks = sparse.masks();
        sparse.loadStateDict(model.stateDict(), "trained");
        // After every step: momentum must not carry a weight away and back.
        new Trainer(sparse, split, TrainingConfig.of(3, config, 1).withBatchSize(32)).listener(new TrainingListener() {
            @Override
            public void step(StepReport report) {
                masks.forEach((name, mask) -> assertPruned(sparse.parameters().get(name), mask));
            }
        }).run();
        assertThat(sparse.parameters().get("0.weight").data().data())
                .as("what is kept is trained").isNotEqualTo(masked(model, "0.weight", masks));
    }

    private static void assertPruned(Parameter p, Tensor mask) {
        int kept = 0;
        for (int i = 0; i < mask.size(); i++) {
            if (mask.data()[i] == 0) {
                assertThat(Float.floatToRawIntBits(p.data().data()[i])).isZero();
                assertThat(p.value().data()[i]).isZero();
            } else {
                kept += p.data().data()[i] != 0 ? 1 : 0;
            }
        }
        assertThat(kept).isPositive();
    }

    private static float[] masked(Model model, String name, Map<String, Tensor> masks) {
        float[] w = model.parameters().get(name).data().data().clone();
        for (int i = 0; i < w.length; i++) {
            w[i] *= masks.get(name).data()[i];
        }
        return w;
    }

    @Test
    void aKilledAndResumedTrainingEndsWithTheSameBits() throws IOException {
        Split split = images(130);
        int threads = Parallel.threads();
        try {
            Parallel.setThreads(1);
            new Trainer(pruned(), split, CONFIG).checkpointsIn(folder.resolve("whole"), false).run();

            Parallel.setThreads(3);
            List<Integer> seen = new ArrayList<>();
            assertThatThrownBy(() -> trainUntil(split, 3, seen)).hasMessage("killed");
            assertThatThrownBy(() -> trainUntil(split, 6, seen)).hasMessage("killed");
            assertThatThrownBy(() -> trainUntil(split, 7, seen)).hasMessage("killed");
            // The masks come from the checkpoint.
            Model model = pruned();
            model.setMasks(Map.of());
            List<EpochReport> history =
                    new Trainer(model, split, CONFIG).checkpointsIn(folder.resolve("killed"), true).run();
            assertThat(history).extracting(EpochReport::epoch).containsExactly(1, 2, 3, 4);
            assertThat(seen).as("epochs done at each start").containsExactly(0, 0, 1);
            assertThat(model.masks()).hasSize(2);
        } finally {
            Parallel.setThreads(threads);
        }
        Path wholeModel = folder.resolve("whole/model.safetensors");
        assertThat(Files.mismatch(wholeModel, folder.resolve("killed/model.safetensors"))).isEqualTo(-1);
        StateDict whole = Safetensors.read(folder.resolve("whole/training.safetensors"));
        StateDict killed = Safetensors.read(folder.resolve("killed/training.safetensors"));
        assertThat(killed.tensors().keySet()).containsExactlyElementsOf(whole.tensors().keySet());
        whole.tensors().forEach((name, t) -> assertThat(killed.tensors().get(name).bytes()).as(name).isEqualTo(t.bytes()));
    }

    /** Resumes and dies in the step of that number of this run, in the middle of an epoch. */
    private void trainUntil(Split split, int killedStep, List<Integer> starts) {
        new Trainer(pruned(), split, CONFIG).checkpointsIn(folder.resolve("killed"), true).listener(new TrainingListener() {
            private int steps;

            @Override
            public void begin(int epochsDone, int epochs, int stepsPerEpoch) {
                assertThat(stepsPerEpoch).isEqualTo(4);
                starts.add(epochsDone);
            }

            @Override
            public void step(StepReport report) {
                if (++steps == killedStep) {
                    throw new IllegalStateException("killed");
                }
            }
        }).run();
    }

    @Test
    void anotherSeedIsAnotherTraining() throws IOException {
        Split split = images(64);
        Model a = model();
        Model b = model();
        new Trainer(a, split, TrainingConfig.of(1, OptimizerConfig.adam(0.01), 1).withBatchSize(32)).run();
        new Trainer(b, split, TrainingConfig.of(1, OptimizerConfig.adam(0.01), 2).withBatchSize(32)).run();
        assertThat(a.parameters().get("0.weight").data().data()).isNotEqualTo(b.parameters().get("0.weight").data().data());
    }

    @Test
    void otherSettingsAreNotResumed() {
        Split split = images(64);
        new Trainer(model(), split, plain(1)).checkpointsIn(folder, false).run();
        assertThatThrownBy(() -> new Trainer(model(), split, plain(2)).checkpointsIn(folder, true).run())
                .isInstanceOf(UserError.class).hasMessageContaining("another number of epochs: 1 there, 2 now");
        TrainingConfig smoothing = plain(1).withLabelSmoothing(0.2);
        assertThatThrownBy(() -> new Trainer(model(), split, smoothing).checkpointsIn(folder, true).run())
                .isInstanceOf(UserError.class).hasMessageContaining("another configuration");
        assertThatThrownBy(() -> new Trainer(model(), images(65), plain(1)).checkpointsIn(folder, true).run())
                .isInstanceOf(UserError.class).hasMessageContaining("number of training images: 64 there, 65 now");
        Split others = new Split(new byte[64 * 64], new byte[64], IMAGE);
        assertThatThrownBy(() -> new Trainer(model(), others, plain(1)).checkpointsIn(folder, true).run())
                .isInstanceOf(UserError.class).hasMessageContaining("another set of training images");
        assertThatThrownBy(() -> new Trainer(pruned(), split, plain(1)).checkpointsIn(folder, true).run())
                .isInstanceOf(UserError.class).hasMessageContaining("another start");
    }

    @Test
    void aFinishedTrainingIsResumedToItsEnd() throws IOException {
        Split split = images(64);
        new Trainer(model(), split, plain(1)).checkpointsIn(folder, false).run();
        // As a kill between the two files would leave it.
        Files.delete(folder.resolve(Trainer.MODEL_FILE));
        Model model = model();
        new Trainer(model, split, plain(1)).checkpointsIn(folder, true).run();
        Model saved = model();
        saved.load(folder.resolve(Trainer.MODEL_FILE));
        assertThat(saved.stateDict().tensor("0.weight").data()).isEqualTo(model.stateDict().tensor("0.weight").data());
    }

    @Test
    void brokenCheckpointsAreNamed() throws IOException {
        Path file = folder.resolve(Trainer.TRAINING_FILE);
        Trainer trainer = new Trainer(model(), images(64), plain(1)).checkpointsIn(folder, true);
        model().save(file);
        assertThatThrownBy(trainer::run).isInstanceOf(UserError.class)
                .hasMessageContaining(file + " is not a training checkpoint");
        StateDict foreign = model().stateDict();
        foreign.metadata().put("training", "{\"model\":3");
        Safetensors.write(file, foreign);
        assertThatThrownBy(trainer::run).isInstanceOf(UserError.class).hasMessageContaining("of this version")
                .hasMessageEndingWith("; delete training.safetensors to train from the start")
                .hasMessageNotContainingAny("Source", "\n");
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length / 2));
        assertThatThrownBy(trainer::run).isInstanceOf(UserError.class).hasMessageContaining(file + " is truncated")
                .hasMessageEndingWith("; delete training.safetensors to train from the start");
    }

    @Test
    void divergenceIsSaidWithAdvice() {
        TrainingConfig config = TrainingConfig.of(2, OptimizerConfig.sgd(1e30, 0), 1).withBatchSize(32);
        assertThatThrownBy(() -> new Trainer(model(), images(128), config).checkpointsIn(folder, false).run())
                .isInstanceOf(UserError.class).hasMessageContaining("training diverged")
                .hasMessageContaining("lower the learning rate");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void whatDoesNotFitIsRefused() {
        Split coloured = new Split(new byte[12], new byte[1], Shape.of(3, 2, 2));
        assertThatThrownBy(() -> new Trainer(model(), coloured, plain(1))).isInstanceOf(UserError.class)
                .hasMessageContaining("[1,8,8]").hasMessageContaining("[3,2,2]");
        assertThatThrownBy(() -> new Trainer(model(), images(0), plain(1))).isInstanceOf(UserError.class);
        assertThatThrownBy(() -> new OptimizerConfig("lion", 1, 0, false, 0)).isInstanceOf(UserError.class)
                .hasMessage("optimizer lion is unknown; known are sgd, adam, adamw");
        assertThatThrownBy(() -> ScheduleConfig.named("linear")).isInstanceOf(UserError.class)
                .hasMessage("schedule linear is unknown; known are constant, step, cosine, one-cycle");
        assertThatThrownBy(() -> plain(0)).isInstanceOf(UserError.class);
    }

    @Test
    void fewerImagesThanABatchAreOneBatch() {
        List<StepReport> steps = new ArrayList<>();
        new Trainer(model(), images(20), plain(2)).listener(new TrainingListener() {
            @Override
            public void step(StepReport report) {
                steps.add(report);
            }
        }).run();
        assertThat(steps).extracting(StepReport::step).containsExactly(1, 1);
        assertThat(steps).extracting(StepReport::epoch).containsExactly(1, 2);
        assertThat(steps.getFirst().learningRate()).isEqualTo(0.05);
    }
}
