package espalier.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import espalier.bench.peer.GemmTask;
import espalier.bench.peer.NetworkTask;
import espalier.bench.peer.PeakTask;
import espalier.bench.peer.Task;
import espalier.bench.report.Json;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FiguresTest {
    private final Map<Suite.Entry, Map<String, List<Fork>>> measured = new LinkedHashMap<>();

    private void peak(int threads, double... gflops) {
        PeakTask peak = new PeakTask(threads);
        measured(peak, threads, "espalier", Arrays.stream(gflops).map(g -> peak.flops() / g / 1e6).toArray());
    }

    private void measured(Task task, int threads, String name, double... millis) {
        Suite.Entry entry = new Suite.Entry(task, threads, List.of(), Effort.QUICK);
        measured.computeIfAbsent(entry, _ -> new LinkedHashMap<>())
                .put(name, Arrays.stream(millis).mapToObj(ms -> new Fork(ms * 1e6, ms * 1e6, 8, 1e8)).toList());
    }

    @Test
    void speedSpreadPeakAndRatioComeFromTheMediansOfTheForks() {
        peak(1, 150, 200, 140);
        GemmTask task = GemmTask.parse("1000x1000x500");
        measured(task, 1, "espalier", 10, 8, 20);
        measured(task, 1, "openblas", 5, 4, 40);
        Figure f = new Figures(measured).all().get(1);
        assertThat(f.median()).isEqualTo(100, within(1e-9));
        assertThat(f.min()).isEqualTo(50, within(1e-9));
        assertThat(f.max()).isEqualTo(125, within(1e-9));
        assertThat(f.milliseconds()).isEqualTo(10, within(1e-9));
        assertThat(f.peakFraction()).as("of the best peak of the run").isEqualTo(0.5, within(1e-9));
        assertThat(f.baselineMedian()).isEqualTo(200, within(1e-9));
        assertThat(f.ratio()).as("above 1 we are faster").isEqualTo(0.5, within(1e-9));
    }

    @Test
    void severalThreadsAreComparedWithOne() {
        peak(1, 240);
        peak(2, 480);
        NetworkTask task = new NetworkTask(NetworkTask.Kind.INFERENCE, 128);
        measured(task, 1, "espalier", 60);
        measured(task, 2, "espalier", 30);
        List<Figure> all = new Figures(measured).all();
        assertThat(all).hasSize(5);
        assertThat(all.getLast().threads()).isEqualTo(2);
        assertThat(all.getLast().baseline()).isEqualTo("espalier, 1 thread");
        assertThat(all.getLast().ratio()).isEqualTo(2, within(1e-9));
    }

    @Test
    void theShareOfTheRestIsWhatTheConvolutionsLeave() {
        peak(1, 240);
        measured(new NetworkTask(NetworkTask.Kind.TRAINING_STEP, 128), 1, "espalier", 100, 110, 90);
        measured(new NetworkTask(NetworkTask.Kind.STEP_CONVOLUTIONS, 128), 1, "espalier", 80, 81, 79);
        Figure share = new Figures(measured).all().getLast();
        assertThat(share.benchmark()).isEqualTo(Figures.SHARE);
        assertThat(share.median()).isEqualTo(0.2, within(1e-9));
        assertThat(share.min()).isEqualTo(1 - 81.0 / 90, within(1e-9));
        assertThat(share.max()).isEqualTo(1 - 79.0 / 110, within(1e-9));
        assertThat(share.ratio()).as("above 1 it is below the limit").isEqualTo(0.75, within(1e-9));
    }

    @Test
    void jsonHasTheFieldsThatWerePromised() {
        peak(1, 240);
        measured(GemmTask.parse("64x64x64"), 1, "espalier", 1);
        assertThat(Json.tree(new Figures(measured).all()).get(0).propertyNames()).contains("benchmark", "shape", "threads",
                "unit", "median", "min", "max", "forks", "peakFraction", "bytesPerOp", "baseline", "baselineMedian", "ratio");
    }

    @Test
    void columnsOfBaselinesAreThereOnlyWithBaselines() {
        peak(1, 240);
        measured(GemmTask.parse("64x64x64"), 1, "espalier", 1);
        assertThat(FigureTable.of(new Figures(measured).all()).toString()).doesNotContain("baseline").contains("64x64x64");
        measured(GemmTask.parse("64x64x64"), 1, "netlib", 2);
        assertThat(FigureTable.of(new Figures(measured).all()).toString()).contains("baseline", "netlib", "2.00");
    }
}
