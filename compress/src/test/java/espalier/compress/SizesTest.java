package espalier.compress;

import static org.assertj.core.api.Assertions.assertThat;

import espalier.compress.prune.Evidence;
import espalier.compress.prune.Pruner;
import espalier.compress.prune.Pruning;
import espalier.compress.prune.PruningStrategy;
import espalier.compress.lower.Quantizer;
import espalier.datasets.Split;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.nn.layer.Conv2d;
import espalier.nn.layer.Flatten;
import espalier.nn.layer.Linear;
import espalier.nn.layer.Sequential;
import espalier.nn.model.Model;
import espalier.nn.model.Models;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SizesTest {
    /** {@code shared/reference/models.json}; of those with the small stem, parameters and MACs added up by hand. */
    @ParameterizedTest
    @CsvSource({"resnet20, 269722, 40551040", "vgg_bn_drop, 14991946, 313463808", "googlenet, 5610154, 30568448",
            "mobilenet_v2, 2236682, 6124928", "googlenet_cifar, 5602474, 1451042816",
            "mobilenet_v2_cifar, 2236682, 87976448"})
    void modelsAreAsPyTorchCounts(String name, int parameters, long macs) {
        Sizes s = Sizes.of(Models.create(name, Shape.of(3, 32, 32), 10, new float[3], new float[] {1, 1, 1}, 0));
        assertThat(s.parameters()).isEqualTo(parameters);
        assertThat(s.macs()).isEqualTo(macs);
        assertThat(s.nonzeroMacs()).isEqualTo(macs);
    }

    @Test
    void shiftsOfNothingAreZeros() {
        Sizes s = Sizes.of(Models.create("resnet20", Shape.of(3, 32, 32), 10, new float[3], new float[] {1, 1, 1}, 0));
        // Batch norm starts with 688 of them.
        assertThat(s.nonzeroParameters()).isEqualTo(s.parameters() - 688);
    }

    @Test
    void groupsAndStrideAreCountedRight() {
        Tensor weight = Tensor.full(Shape.of(6, 2, 3, 3), 1);
        weight.data()[5] = 0;
        weight.data()[7] = 0;
        Model m = new Model("grouped", (_, classes, _) -> new Sequential(
                new Conv2d(weight, Tensor.full(Shape.of(6), 1), 2, 1, 1, 2), new Flatten(),
                new Linear(Tensor.full(Shape.of(classes, 6 * 5 * 4), 1), null)),
                Shape.of(4, 9, 7), 3, new float[4], new float[] {1, 1, 1, 1}, 0);
        // 5×4 positions, each of 6 channels by 2 of 4 channels and 3×3; then 120 to 3.
        assertThat(Sizes.of(m)).isEqualTo(new Sizes(108 + 6 + 360, 106 + 6 + 360, 20 * 108 + 360, 20 * 106 + 360));
    }

    @Test
    void aQuantizedNetworkIsCountedByItself() {
        Model lenet = Models.create("lenet", Shape.of(1, 28, 28), 10, new float[] {0}, new float[] {1}, 0);
        lenet.setMasks(Pruner.prune(lenet, PruningStrategy.GLOBAL_MAGNITUDE, 4, Evidence.NONE, 0).masks());
        Sizes s = Sizes.of(Quantizer.quantize(lenet, new Split(new byte[2 * 784], new byte[2], lenet.imageShape()), 7));
        assertThat(s.parameters()).isEqualTo(61_706);
        assertThat(s.macs()).isEqualTo(Sizes.of(lenet).macs());
        // Small weights may have been rounded to 0 besides.
        assertThat(s.nonzeroMacs()).isBetween(Sizes.of(lenet).nonzeroMacs() * 9 / 10, Sizes.of(lenet).nonzeroMacs());
    }

    @Test
    void maskedWeightsCostNothing() {
        Model lenet = Models.create("lenet", Shape.of(1, 28, 28), 10, new float[] {0}, new float[] {1}, 0);
        long macs = 784 * 150 + 100 * 2_400 + 400 * 120 + 120 * 84 + 840;
        Sizes dense = Sizes.of(lenet);
        assertThat(dense).isEqualTo(new Sizes(61_706, 61_706, macs, macs));
        Pruning pruning = Pruner.prune(lenet, PruningStrategy.GLOBAL_MAGNITUDE, 4, Evidence.NONE, 0);
        lenet.setMasks(pruning.masks());
        Sizes pruned = Sizes.of(lenet);
        assertThat(pruned.parameters()).isEqualTo(dense.parameters());
        assertThat(pruned.macs()).isEqualTo(dense.macs());
        assertThat(pruned.nonzeroParameters()).isEqualTo(pruning.remaining());
        assertThat(pruned.nonzeroMacs()).isEqualTo(784 * kept(pruning, "conv1.weight") + 100 * kept(pruning, "conv2.weight")
                + kept(pruning, "fc1.weight") + kept(pruning, "fc2.weight") + 840);
    }

    private static long kept(Pruning pruning, String name) {
        long count = 0;
        for (float m : pruning.masks().get(name).data()) {
            count += m != 0 ? 1 : 0;
        }
        return count;
    }
}
