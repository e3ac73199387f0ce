package espalier.compress.lower;

import static org.assertj.core.api.Assertions.assertThat;

import espalier.datasets.Split;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.nn.model.Model;
import espalier.nn.model.Models;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The paper's other models become integers too: branches, groups, pooling that hangs over, relu6, dropout. */
class ZooInt8Test {
    private static final Shape IMAGE = Shape.of(3, 32, 32);

    /** Random weights whose batch norms have taken in what the network does to random images. */
    private static Model model(String name, Split images) {
        Model model = Models.create(name, IMAGE, 10, new float[] {.4f, .5f, .6f}, new float[] {.2f, .3f, .25f}, 5);
        model.setTraining(true);
        for (int i = 0; i < 3; i++) {
            model.logits(images.images(0, images.size()));
        }
        model.setTraining(false);
        return model;
    }

    @ParameterizedTest
    @ValueSource(strings = {"vgg_bn_drop", "googlenet", "mobilenet_v2"})
    void foldsAndRunsInIntegers(String name) {
        byte[] pixels = new byte[8 * IMAGE.size()];
        new SplittableRandom(1).nextBytes(pixels);
        Split images = new Split(pixels, new byte[8], IMAGE);
        Model model = model(name, images);
        Graph folded = Fusion.apply(Graph.trace(model::logits, IMAGE));
        assertThat(folded.nodes()).extracting(Node::name).doesNotContain("BatchNorm", "Relu", "Relu6", "Dropout");
        Tensor x = images.images(0, 4);
        float[] expected = model.logits(x).data();
        assertThat(distance(new FloatGraph(folded).apply(x).data(), expected)).isLessThan(1e-3);
        assertThat(distance(Quantizer.quantize(model, images, 8).logits(x).data(), expected)).isLessThan(0.35);
    }

    /** |a − b| / |b − mean of b|: 1 would be no better than a constant. */
    private static double distance(float[] a, float[] b) {
        double mean = 0;
        for (float v : b) {
            mean += v / b.length;
        }
        double difference = 0;
        double spread = 0;
        for (int i = 0; i < b.length; i++) {
            difference += Math.pow(a[i] - b[i], 2);
            spread += Math.pow(b[i] - mean, 2);
        }
        return Math.sqrt(difference / spread);
    }
}
