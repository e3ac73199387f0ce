package espalier.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import espalier.bench.peer.ConvTask;
import espalier.bench.peer.GemmTask;
import espalier.bench.peer.LayerTask;
import espalier.bench.peer.LayerTask.How;
import espalier.bench.peer.LoadTask;
import espalier.bench.peer.LoweredTask;
import espalier.bench.peer.NetworkTask;
import espalier.bench.peer.PeakTask;
import espalier.bench.peer.Peers;
import espalier.bench.peer.RungTask;
import espalier.bench.peer.Task;
import espalier.bench.peer.Values;
import espalier.bench.peer.WeightForm;
import espalier.bench.peer.Workload;
import espalier.compress.lower.Format;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SuiteTest {
    private static Suite everything(boolean quick) {
        return new Suite(new int[] {1, 2}, quick).gemm().conv().step().attack().compression().ladder();
    }

    @Test
    void jmhUnderstandsEveryShape() {
        Suite suite = everything(false)
                .ours(List.of(new LoweredTask("resnet20", "a file", WeightForm.INT8, 2)), Effort.LESSON_NETWORK);
        for (Suite.Entry e : suite.entries()) {
            Task parsed = switch (e.task()) {
                case PeakTask t -> t;
                case LoadTask _ -> LoadTask.parse(e.parameters().get("shape"));
                case LayerTask _ -> LayerTask.parse(e.parameters().get("shape"), e.parameters().get("weights"),
                        e.parameters().get("how"));
                case LoweredTask _ -> LoweredTask.parse(e.parameters().get("shape"), e.parameters().get("file"),
                        e.parameters().get("weights"));
                case RungTask t -> new RungTask(e.parameters().get("ladder").equals("gemm")
                        ? GemmTask.parse(e.parameters().get("shape"))
                        : ConvTask.parse(e.parameters().get("shape"), "forward"), e.parameters().get("rung"));
                case GemmTask _ -> GemmTask.parse(e.parameters().get("shape"));
                case ConvTask _ -> ConvTask.parse(e.parameters().get("shape"), e.parameters().get("direction"));
                case NetworkTask t -> NetworkTask.parse(t.kind(), e.parameters().get("shape"));
            };
            assertThat(parsed).isEqualTo(e.task());
        }
    }

    @Test
    void nothingIsMeasuredTwice() {
        assertThat(everything(false).entries().stream().map(e -> List.of(e.task(), e.threads()))).doesNotHaveDuplicates();
    }

    @Test
    void severalThreadsAreForWhatIsLargeEnough() {
        List<Suite.Entry> entries = everything(false).entries();
        assertThat(entries).filteredOn(e -> e.task() instanceof NetworkTask).extracting(Suite.Entry::threads).contains(1, 2);
        assertThat(entries).filteredOn(e -> e.task().equals(GemmTask.parse("512x512x512"))).hasSize(2);
        assertThat(entries).filteredOn(e -> e.task().equals(GemmTask.parse("256x256x256"))).hasSize(1);
    }

    @Test
    void layersAreThoseOfTheNetworks() {
        List<Suite.Entry> conv = new Suite(new int[] {1}, false).conv().entries();
        assertThat(conv).extracting(e -> ((ConvTask) e.task()).layer().name())
                .contains("resnet20/layer3.0.conv2", "vgg16_bn/features.34", "mobilenet_v2/features.15.conv.1.0",
                        "mobilenet_v2/features.18.0");
        // ResNet-20's layer 2: 16 · 32 · 9 multiply-adds at 16 · 16 positions.
        assertThat(ConvTask.parse("resnet20/layer2.0.conv1 batch 32", "forward").flops())
                .isEqualTo(2.0 * 32 * 16 * 32 * 9 * 256);
        // The third depthwise stage: 9 multiply-adds at 16 · 16 positions of 144 channels.
        assertThat(ConvTask.parse("mobilenet_v2/features.4.conv.1.0 batch 1", "forward").flops())
                .isEqualTo(2.0 * 144 * 9 * 256);
    }

    @Test
    void aTrainingStepCountsTheWorkThatPapersTell() {
        // He et al.: 40.55 million multiply-adds an image, without the linear layer's 640.
        double macs = new NetworkTask(NetworkTask.Kind.INFERENCE, 1).flops() / 2;
        assertThat(macs).isBetween(40.5e6, 40.9e6);
        assertThat(new NetworkTask(NetworkTask.Kind.TRAINING_STEP, 1).flops() / 2).isEqualTo(3 * macs - 442_368);
    }

    static List<Task> smallTasks() {
        return List.of(GemmTask.parse("5x7x3"), GemmTask.parse("70x7x3 tn"), GemmTask.parse("5x33x3 nt"),
                GemmTask.parse("5x7x3 tt"),
                ConvTask.parse("resnet20/layer2.0.conv1 batch 1", "forward"),
                ConvTask.parse("resnet20/layer2.0.conv1 batch 1", "backward-data"),
                ConvTask.parse("mobilenet_v2/features.14.conv.1.0 batch 1", "backward-weight"),
                new NetworkTask(NetworkTask.Kind.TRAINING_STEP, 2), new NetworkTask(NetworkTask.Kind.STEP_CONVOLUTIONS, 1),
                new LoadTask(16), LayerTask.parse("resnet20/layer3.0.conv2 batch 4", "int8 90 %, 8 bits", "kernel"),
                LoweredTask.parse("resnet20 batch 1", "csr-int8 90 %, 7 bits"),
                LoweredTask.parse("resnet20 batch 2", "auto 90 %"),
                new PeakTask(2), new NetworkTask(NetworkTask.Kind.INFERENCE, 1),
                new NetworkTask(NetworkTask.Kind.ATTACK, 1));
    }

    @ParameterizedTest
    @MethodSource("smallTasks")
    void weCanDoEveryKindOfTask(Task task) {
        assertThat(result(task)).isNotEmpty().isEqualTo(result(task));
    }

    @ParameterizedTest
    @ValueSource(strings = {"5x7x3", "70x7x3 tn", "5x33x3 nt", "5x7x3 tt"})
    void transposesAreWhereTheLettersSay(String shape) {
        GemmTask t = GemmTask.parse(shape);
        double sum = 0;
        for (int p = 0; p < t.k(); p++) {
            sum += (double) t.a()[t.transA() ? p * t.m() + 1 : t.k() + p]
                    * t.b()[t.transB() ? 2 * t.k() + p : p * t.n() + 2];
        }
        assertThat(result(t)[t.n() + 2]).isCloseTo((float) sum, within(1e-5f));
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet20/layer2.0.conv1 batch 2", "mobilenet_v2/features.14.conv.1.0 batch 1"})
    void theThreeDirectionsBelongToOneConvolution(String shape) {
        // ⟨y, g⟩ = ⟨x, gx⟩ = ⟨w, gw⟩ for the x, w and g that all directions are given.
        ConvTask t = ConvTask.parse(shape, "forward");
        double y = dot(result(t), 3);
        assertThat(dot(result(ConvTask.parse(shape, "backward-data")), 1)).isCloseTo(y, withinPercentage(0.1));
        assertThat(dot(result(ConvTask.parse(shape, "backward-weight")), 2)).isCloseTo(y, withinPercentage(0.1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet20/layer2.0.conv1 batch 16", "resnet20/layer3.0.conv2 batch 1", "linear/512 batch 16"})
    void everyWayThroughASparseLayerGivesTheSame(String shape) {
        float[] dense = result(LayerTask.parse(shape, "dense 90 %", "kernel"));
        for (How how : List.of(How.KERNEL, How.NAIVE, How.ROWS)) {
            float[] sparse = result(LayerTask.parse(shape, "csr 90 %", how.toString()));
            assertThat(sparse).as(how.toString()).containsExactly(dense, within(1e-3f));
        }
        assertThat(result(LayerTask.parse(shape, "dense 90 %", "direct"))).containsExactly(dense, within(1e-3f));
    }

    @Test
    void sparseLayersHaveAsManyZerosAsTheySay() {
        LayerTask t = LayerTask.parse("resnet20/layer3.0.conv2 batch 32", "csr 95 %", "kernel");
        assertThat(t.flops()).isEqualTo(0.05 * 1e9 * t.items(), within(1.0));
        LoweredTask n = new LoweredTask("resnet20", WeightForm.of(Format.CSR, 90), 1);
        double parameters = n.sizes().parameters();
        assertThat(n.sizes().nonzeroParameters() / parameters).as("biases are not pruned, and zero at first")
                .isCloseTo(0.1, within(5e-3));
    }

    private static double dot(float[] a, long seed) {
        float[] b = Values.uniform(a.length, -1, 1, seed);
        return IntStream.range(0, a.length).mapToDouble(i -> (double) a[i] * b[i]).sum();
    }

    private static float[] result(Task task) {
        try (Workload w = Peers.named("espalier").prepare(task, 1)) {
            w.fresh();
            w.run();
            return w.result().clone();
        }
    }
}
