package espalier.bench.study;

import java.util.List;

/**
 * All that a study is: what is trained, how it is compressed in which ways, and what it is attacked with. {@link StudyFile}
 * reads it from YAML.
 *
 * @param name of the run's folder
 * @param dataset as on the command line
 * @param model as on the command line
 * @param weights a safetensors file to start from in place of training; null to train
 * @param seeds a dense network, and all that follows from it, for each
 * @param batchSize of training and everything else
 * @param training of the dense network
 * @param strategies of pruning
 * @param compressions original / remaining parameters
 * @param scores what gradients are summed over
 * @param fineTuning after pruning
 * @param quantization to int8
 * @param attacks each network is attacked with each
 * @param testImages how many clean accuracy is measured on, the first ones; null for all
 * @param attackImages test images that are attacked, the first ones; null for all
 */
public record StudyConfig(
        String name,
        String dataset,
        String model,
        String weights,
        List<Long> seeds,
        int batchSize,
        Training training,
        List<String> strategies,
        List<Double> compressions,
        Scores scores,
        Training fineTuning,
        Quantization quantization,
        List<Attack> attacks,
        Integer testImages,
        Integer attackImages) {}
