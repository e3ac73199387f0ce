package espalier.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CacheSizesTest {
    @ParameterizedTest
    @CsvSource({"48K,49152", "2048K,2097152", "2M,7", "'',7", "K,7", "-1K,7", "9999999K,7"})
    void readsWhatLinuxWrites(String size, int bytes) {
        assertThat(CacheSizes.bytes(size, 7)).isEqualTo(bytes);
    }

    @Test
    void everyMachineHasTwoAndTheSecondIsLarger() {
        assertThat(CacheSizes.l1()).isBetween(8 << 10, 1 << 20);
        assertThat(CacheSizes.l2()).isBetween(CacheSizes.l1(), 1 << 28);
    }
}
