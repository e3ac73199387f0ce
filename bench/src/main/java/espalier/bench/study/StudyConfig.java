package espalier.bench.study;

import static com.fasterxml.jackson.annotation.JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY;
import static com.fasterxml.jackson.annotation.JsonFormat.Feature.WRITE_SINGLE_ELEM_ARRAYS_UNWRAPPED;

import com.fasterxml.jackson.annotation.JsonFormat;
import java.util.List;

/**
 * All that a study is: what is trained, how it is compressed in which ways, and what it is attacked with. {@link StudyFile}
 * reads it from YAML.
 *
 * @param name of the run's folder
 * @param dataset as on the command line
 * @param model as on the command line; one or several
 * @param weights a safetensors file to start from in place of training; {@code {model}} and {@code {seed}} in its name stand
 *     for those; null to train
 * @param seeds a dense network, and all that follows from it, for each
 * @param batchSize of training and everything else
 * @param reading how the paper is read, by {@link espalier.compress.Reading#byName}; one or several
 * @param training of the dense network
 * @param strategies of pruning
 * @param compressions original / remaining parameters
 * @param scores what gradients are summed over
 * @param fineTuning after pruning
 * @param quantization to int8
 * @param attacks each network is attacked with each
 * @param testImages how many clean accuracy is measured on, the first ones; null for all
 * @param attackImages test images that are attacked, the first ones; null for all
 * @param timings whether each network's speed is measured too
 * @param matrix who fools whom; null for no such matrix
 */
public record StudyConfig(
        String name,
        String dataset,
        @JsonFormat(with = {ACCEPT_SINGLE_VALUE_AS_ARRAY, WRITE_SINGLE_ELEM_ARRAYS_UNWRAPPED}) List<String> model,
        String weights,
        List<Long> seeds,
        int batchSize,
        @JsonFormat(with = {ACCEPT_SINGLE_VALUE_AS_ARRAY, WRITE_SINGLE_ELEM_ARRAYS_UNWRAPPED}) List<String> reading,
        Training training,
        List<String> strategies,
        List<Double> compressions,
        Scores scores,
        Training fineTuning,
        Quantization quantization,
        List<Attack> attacks,
        Integer testImages,
        Integer attackImages,
        boolean timings,
        Matrix matrix) {

    /** {@return this, in one of its readings alone} */
    StudyConfig withReading(String one) {
        return new StudyConfig(name, dataset, model, weights, seeds, batchSize, List.of(one), training, strategies,
                compressions, scores, fineTuning, quantization, attacks, testImages, attackImages, timings, matrix);
    }
}
