package espalier.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.HotSpotDiagnosticMXBean;
import espalier.engine.tensor.Shape;
import espalier.engine.tensor.Tensor;
import espalier.engine.tensor.Workspace;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchesTest {
    private static final Shape SHAPE = Shape.of(2, 5, 6);
    private static final Split SPLIT = split(23);

    private static Split split(int n) {
        byte[] pixels = new byte[n * SHAPE.size()];
        new SplittableRandom(n).nextBytes(pixels);
        byte[] labels = new byte[n];
        for (int i = 0; i < n; i++) {
            labels[i] = (byte) i;
        }
        return new Split(pixels, labels, SHAPE);
    }

    private record Copy(int index, List<Integer> labels, float[] pixels) {}

    private static List<Copy> all(Batches batches) {
        List<Copy> result = new ArrayList<>();
        for (Batch b : batches) {
            result.add(new Copy(b.index(), Arrays.stream(b.labels()).boxed().toList(), b.images().data().clone()));
        }
        return result;
    }

    private static List<Integer> order(Batches batches) {
        return all(batches).stream().flatMap(b -> b.labels.stream()).toList();
    }

    @Test
    void inOrderGivesTheSplitItself() {
        List<Copy> batches = all(Batches.inOrder(SPLIT, 7));
        assertThat(batches).extracting(Copy::index).containsExactly(0, 1, 2, 3);
        assertThat(batches).extracting(b -> b.labels.size()).containsExactly(7, 7, 7, 2);
        assertThat(batches.get(1).pixels).containsExactly(SPLIT.images(7, 14).data());
        assertThat(batches.get(3).pixels).containsExactly(SPLIT.images(21, 23).data());
        assertThat(Batches.inOrder(SPLIT, 7).count()).isEqualTo(4);
    }

    @Test
    void shufflingIsAPermutationThatSeedAndEpochDecide() {
        Batches plan = Batches.shuffled(SPLIT, 7, 1, 0);
        List<Integer> order = order(plan);
        assertThat(order).containsExactlyInAnyOrderElementsOf(IntStream.range(0, 23).boxed().toList()).isNotEqualTo(order(
                Batches.inOrder(SPLIT, 7)));
        assertThat(order(plan)).isEqualTo(order);
        assertThat(order(Batches.shuffled(SPLIT, 5, 1, 0))).as("another batch size").isEqualTo(order);
        assertThat(order(Batches.shuffled(SPLIT, 7, 1, 1))).as("another epoch").isNotEqualTo(order);
        assertThat(order(Batches.shuffled(SPLIT, 7, 2, 0))).as("another seed").isNotEqualTo(order);
        for (Copy b : all(plan)) {
            for (int i = 0; i < b.labels.size(); i++) {
                int image = b.labels.get(i);
                assertThat(Arrays.copyOfRange(b.pixels, i * SHAPE.size(), (i + 1) * SHAPE.size()))
                        .containsExactly(SPLIT.images(image, image + 1).data());
            }
        }
    }

    @Test
    void everyImageComesFirstAboutAsOften() {
        int[] first = new int[23];
        for (int seed = 0; seed < 2300; seed++) {
            first[new Rng(seed, 0, 1).permutation(23)[0]]++;
        }
        // 100 each; five deviations of a binomial.
        assertThat(Arrays.stream(first).boxed()).allMatch(n -> n > 50 && n < 150);
    }

    @Test
    void theSameBitsAtEveryRunBatchSizeAndStart() {
        Batches plan = Batches.shuffled(split(200), 8, 3, 5).augmented(Augmentation.CROP_AND_FLIP);
        List<Copy> once = all(plan);
        for (int run = 0; run < 5; run++) {
            assertSame(all(plan), once);
        }
        assertSame(all(plan.startingAt(9)), once.subList(9, once.size()));
        assertThat(all(plan.startingAt(once.size()))).isEmpty();
        Batches whole = Batches.shuffled(split(200), 200, 3, 5).augmented(Augmentation.CROP_AND_FLIP);
        float[] pixels = all(whole).getFirst().pixels;
        for (Copy b : once) {
            int from = b.index * 8 * SHAPE.size();
            assertThat(Arrays.copyOfRange(pixels, from, from + b.pixels.length)).containsExactly(b.pixels);
        }
    }

    @Test
    void anAugmentedSplitHoldsWhatAnEpochShows() {
        Split images = split(30).head(20);
        Split copies = images.augmented(Augmentation.CROP_AND_FLIP, 3, 5);
        float[] epoch = all(new Batches(images, 20, false, 3, 5, Augmentation.CROP_AND_FLIP, false, 0)).getFirst().pixels;
        assertThat(copies.size()).isEqualTo(20);
        assertThat(copies.images(0, 20).data()).containsExactly(epoch);
        assertThat(copies.labels(0, 20)).isEqualTo(images.labels(0, 20));
        assertThat(images.images(0, 20).data()).isNotEqualTo(epoch);
    }

    private static void assertSame(List<Copy> actual, List<Copy> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.size(); i++) {
            assertThat(actual.get(i).index).isEqualTo(expected.get(i).index);
            assertThat(actual.get(i).labels).isEqualTo(expected.get(i).labels);
            assertThat(actual.get(i).pixels).containsExactly(expected.get(i).pixels);
        }
    }

    @Test
    void droppingLastLeavesOutWhatIsNotFull() {
        assertThat(all(Batches.inOrder(SPLIT, 7).droppingLast())).extracting(b -> b.labels.size()).containsExactly(7, 7, 7);
        assertThat(Batches.inOrder(SPLIT, 7).droppingLast().count()).isEqualTo(3);
        assertThat(all(Batches.inOrder(SPLIT, 24).droppingLast())).isEmpty();
        assertThat(all(Batches.inOrder(SPLIT.head(21), 7).droppingLast())).hasSize(3);
        assertThat(all(Batches.inOrder(SPLIT.head(0), 7))).isEmpty();
    }

    @Test
    void aBatchOutlivedIsRefused() {
        Iterator<Batch> batches = Batches.inOrder(SPLIT, 4).iterator();
        Batch first = batches.next();
        assertThat(first.images().data()).containsExactly(SPLIT.images(0, 4).data());
        batches.next();
        assertThatThrownBy(first::images).isInstanceOf(IllegalStateException.class).hasMessageContaining("batch 0");
        assertThat(first.labels()).containsExactly(0, 1, 2, 3);
    }

    @Test
    void imagesComeFromTheOpenWorkspace() {
        Tensor images;
        try (Workspace _ = Workspace.open()) {
            images = Batches.inOrder(SPLIT, 4).iterator().next().images();
        }
        assertThatThrownBy(images::data).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aFailureInTheBackgroundReachesTheCaller() {
        Iterator<Batch> batches = new Batches(SPLIT, 4, true, 1, 0, null, false, 0).iterator();
        assertThatThrownBy(batches::next).isInstanceOf(NullPointerException.class);
    }

    @Test
    void theEndIsTheEnd() {
        Iterator<Batch> batches = Batches.inOrder(SPLIT, 23).iterator();
        batches.next();
        assertThat(batches.hasNext()).isFalse();
        assertThatThrownBy(batches::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void loopsThatAreLeftEarlyLeaveNoThread() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        Thread control = Thread.ofVirtual().name("espalier-batch-control").start(() -> {
            try {
                end.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        for (int i = 0; i < 50; i++) {
            for (Batch b : Batches.shuffled(SPLIT, 1, i, 0)) {
                if (b.index() == 1) {
                    break;
                }
            }
        }
        Thread.sleep(200);
        assertThat(dumpOfThreads()).contains("espalier-batch-control").doesNotContainPattern("espalier-batch-\\d");
        end.countDown();
        control.join();
    }

    /** {@return what lists virtual threads, too} */
    private static String dumpOfThreads() throws IOException {
        Path file = Files.createTempDirectory("threads").resolve("dump.txt");
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .dumpThreads(file.toString(), HotSpotDiagnosticMXBean.ThreadDumpFormat.TEXT_PLAIN);
        String dump = Files.readString(file);
        Files.delete(file);
        Files.delete(file.getParent());
        return dump;
    }

    @Test
    void sizesThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> Batches.inOrder(SPLIT, 0)).hasMessageContaining("batchSize must be at least 1, got 0");
        assertThatThrownBy(() -> Batches.inOrder(SPLIT, 1).startingAt(-1)).hasMessageContaining("-1");
    }
}
