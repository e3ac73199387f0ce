package espalier.datasets;

import static org.assertj.core.api.Assertions.assertThat;

import espalier.testdata.TestData;
import org.junit.jupiter.api.Test;

/** The readers on the real files: known labels, known sums. */
class RealDataTest {
    @Test
    void mnistIsThePublishedOne() {
        Dataset mnist = Datasets.load("mnist", TestData.root("mnist"));
        assertThat(mnist.train().size()).isEqualTo(60_000);
        assertThat(mnist.test().size()).isEqualTo(10_000);
        assertThat(mnist.train().labels(0, 10)).containsExactly(5, 0, 4, 1, 9, 2, 1, 3, 1, 4);
        assertThat(mnist.test().labels(0, 10)).containsExactly(7, 2, 1, 0, 4, 1, 4, 9, 5, 9);
        Moments.of(mnist.train()).check(mnist, .0001);
    }

    @Test
    void cifar10HasItsClassesInEqualNumbersAndItsMoments() {
        Dataset cifar = Datasets.load("cifar10", TestData.root("cifar-10-batches-bin"));
        assertThat(cifar.train().size()).isEqualTo(50_000);
        int[] perClass = new int[10];
        for (int label : cifar.test().labels(0, 10_000)) {
            perClass[label]++;
        }
        assertThat(perClass).containsOnly(1000);
        // The JPEG copy in shared/data is off by up to .0018.
        Moments.of(cifar.train()).check(cifar, .002);
    }
}
