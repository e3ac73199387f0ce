package espalier.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WeightMemoryTest {
    /** ResNet-20's weights are few, and all else that belongs to its layers weighs more beside them than beside VGG's. */
    @Test
    void weightsOccupyLittleMoreThanTheirNumbersAndIndices() {
        assertThat(WeightMemory.figures(true)).hasSize(4).allSatisfy(f -> assertThat(f.median())
                .as("%s: bytes against %s needed", f.format(), f.baselineMedian())
                .isBetween(f.baselineMedian(), (f.format().equals("dense") ? 8 : 2) * f.baselineMedian()));
    }
}
