package espalier.nn.train;

import static org.assertj.core.api.Assertions.assertThat;

import espalier.datasets.Dataset;
import espalier.datasets.Datasets;
import espalier.nn.model.Model;
import espalier.nn.model.Models;
import org.junit.jupiter.api.Test;

/** The embedded digits are hard enough for a linear model to fail (see the data sets' own tests) and easy enough for LeNet. */
class LeNetOnDigitsTest {
    @Test
    void passes97PercentInThreeEpochs() {
        Dataset digits = Datasets.load("digits", null);
        Model lenet = Models.create("lenet", digits.imageShape(), digits.classes(), digits.mean(), digits.std(), 1);
        TrainingConfig config = TrainingConfig.of(3, OptimizerConfig.adam(2e-3), 1).withBatchSize(64);
        EpochReport last = new Trainer(lenet, digits.train(), config).evaluateOn(digits.test()).run().getLast();
        assertThat(last.test().top1()).isGreaterThan(.97);
    }
}
