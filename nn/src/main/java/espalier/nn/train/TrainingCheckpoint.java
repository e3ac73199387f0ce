package espalier.nn.train;

import espalier.datasets.Split;
import espalier.engine.UserError;
import espalier.engine.tensor.Tensor;
import espalier.nn.checkpoint.JsonFault;
import espalier.nn.checkpoint.Safetensors;
import espalier.nn.checkpoint.StateDict;
import espalier.nn.checkpoint.StoredTensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.zip.CRC32C;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * All that a training needs to go on bit for bit, in one safetensors file, so that a kill leaves either the one before or
 * this.
 *
 * <p>Tensors are named {@code model.NAME}, {@code mask.NAME} (U8) and {@code optimizer.SLOT.NAME}; the metadata's
 * {@code training} is {@link Progress} in JSON. There is no other random state than the seed and the step.
 *
 * @param model     parameters and buffers
 * @param masks     by parameter name
 * @param optimizer its slots
 * @param progress  settings and history
 */
record TrainingCheckpoint(StateDict model, SequencedMap<String, Tensor> masks, StateDict optimizer, Progress progress) {
    private static final String TRAINING = "training";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /**
     * What a resumed training must agree with, and how far it came.
     *
     * @param model   the model's name
     * @param start   digest of its weights before the first step
     * @param images  the number of training images
     * @param data    digest of the training images
     * @param config  all settings
     * @param history of the epochs done
     */
    record Progress(String model, String start, int images, String data, TrainingConfig config, List<EpochReport> history) {
        Progress with(List<EpochReport> history) {
            return new Progress(model, start, images, data, config, List.copyOf(history));
        }
    }

    /** {@return a digest of all parameters and buffers} */
    static String digest(StateDict model) {
        CRC32C crc = new CRC32C();
        model.tensors().values().forEach(t -> crc.update(t.bytes()));
        return Long.toHexString(crc.getValue());
    }

    /** {@return a digest of all labels and of the first images: enough to tell data sets apart} */
    static String digest(Split images) {
        CRC32C crc = new CRC32C();
        for (int label : images.labels(0, images.size())) {
            crc.update(label);
        }
        crc.update(StoredTensor.of(images.images(0, Math.min(images.size(), 100))).bytes());
        return Long.toHexString(crc.getValue());
    }

    void write(Path file) {
        StateDict all = new StateDict().putAll("model.", model).putAll("optimizer.", optimizer);
        masks.forEach((name, mask) -> all.tensors().put("mask." + name, StoredTensor.ofMask(mask)));
        all.metadata().put(TRAINING, JSON.writeValueAsString(progress));
        Safetensors.write(file, all);
    }

    static TrainingCheckpoint read(Path file) {
        try {
            return parse(file);
        } catch (UserError e) {
            throw new UserError(e.getMessage() + "; delete " + file.getFileName() + " to train from the start", e);
        }
    }

    private static TrainingCheckpoint parse(Path file) {
        StateDict all = Safetensors.read(file);
        String json = all.metadata().get(TRAINING);
        if (json == null) {
            throw new UserError(file + " is not a training checkpoint: its metadata has no \"" + TRAINING + "\"");
        }
        Progress progress;
        try {
            progress = JSON.readValue(json, Progress.class);
        } catch (JacksonException e) {
            throw new UserError(file + " is not a training checkpoint of this version: " + JsonFault.of(e), e);
        }
        SequencedMap<String, Tensor> masks = new LinkedHashMap<>();
        all.under("mask.").tensors().forEach((name, mask) -> masks.put(name, mask.tensor()));
        return new TrainingCheckpoint(all.under("model."), masks, all.under("optimizer."), progress);
    }

    /** Refuses to go on with other settings, naming the first that differs. */
    void requireSame(Progress now, Path file) {
        require(file, "model", progress.model, now.model);
        require(file, "number of training images", progress.images, now.images);
        require(file, "set of training images", progress.data, now.data);
        require(file, "start", progress.start, now.start);
        TrainingConfig then = progress.config;
        require(file, "number of epochs", then.epochs(), now.config.epochs());
        require(file, "batch size", then.batchSize(), now.config.batchSize());
        require(file, "seed", then.seed(), now.config.seed());
        require(file, "configuration", then, now.config);
    }

    private static void require(Path file, String what, Object then, Object now) {
        if (!then.equals(now)) {
            throw new UserError(file + " was made with another " + what + ": " + then + " there, " + now
                    + " now; give the same settings or another folder");
        }
    }
}
