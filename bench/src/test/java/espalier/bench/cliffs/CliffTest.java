package espalier.bench.cliffs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import espalier.bench.cliffs.Cliff.Verdict;
import espalier.engine.kernel.Kernels;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CliffTest {
    private static List<Start> starts(double[] nanos, double[] cpuNanos, double... bytes) {
        return IntStream.range(0, nanos.length)
                .mapToObj(i -> new Start("k", 1, nanos[i], cpuNanos[i], bytes.length == 0 ? 0 : bytes[i])).toList();
    }

    private static Verdict verdict(List<Start> starts) {
        return Cliff.of("k", 0, starts).verdict();
    }

    @Test
    void theSlowestStartIsComparedWithTheBest() {
        Cliff c = Cliff.of("k", 0, starts(new double[] {100, 200, 110}, new double[] {90, 180, 95}));
        assertThat(c.ratio()).isEqualTo(0.5, within(1e-9));
        assertThat(c.cpuRatio()).isEqualTo(0.5, within(1e-9));
        assertThat(c.bestNanos()).isEqualTo(100);
        assertThat(c.worstNanos()).isEqualTo(200);
        assertThat(c.verdict()).isEqualTo(Verdict.CLIFF);
    }

    @Test
    void eachStartIsTold() {
        Cliff c = Cliff.of("k", 0, starts(new double[] {100, 200, 110, 126}, new double[] {90, 90, 90, 90}, 1, 2, 3, 4));
        assertThat(c.startNanos()).containsExactly(100.0, 200.0, 110.0, 126.0);
        assertThat(c.startBytes()).containsExactly(1.0, 2.0, 3.0, 4.0);
        assertThat(c.slow()).isEqualTo(2);
        assertThat(Cliffs.table(List.of(c)).toString()).contains("slow");
    }

    @Test
    void thePassesOfTheSlowestStartAreTold() {
        Cliff c = Cliff.of("k", 0, List.of(new Start("k", 2, 100, 100, 0), new Start("k", 9, 140, 140, 0),
                new Start("k", 5, 120, 120, 0)));
        assertThat(c.passes()).isEqualTo(9);
        assertThat(c.startPasses()).containsExactly(2, 9, 5);
    }

    @Test
    void ofAStartTheBestPassCountsAndWhatTheLastAllocates() {
        Start s = new Start("k", 1, 100, 90, 0).then(new Start("k", 1, 200, 80, 32)).then(new Start("k", 1, 150, 95, 16));
        assertThat(s).isEqualTo(new Start("k", 3, 100, 80, 16));
    }

    @Test
    void slowStartsAndThoseThatAllocateAreDoubtful() {
        Cliff c = Cliff.of("k", 8, starts(new double[] {100, 126, 124, 110}, new double[] {90, 90, 90, 90}, 0, 0, 8, 9));
        assertThat(IntStream.range(0, 4).filter(c::doubtful)).containsExactly(1, 3);
    }

    @Test
    void fourFifthsOfTheBestAreEnough() {
        assertThat(verdict(starts(new double[] {80, 100}, new double[] {80, 100}))).isEqualTo(Verdict.EVEN);
        assertThat(verdict(starts(new double[] {79, 100}, new double[] {79, 100}))).isEqualTo(Verdict.CLIFF);
    }

    @Test
    void whatOnlyTheClockSeesIsTheMachineAndNotTheCode() {
        assertThat(verdict(starts(new double[] {100, 300}, new double[] {100, 105}))).isEqualTo(Verdict.DISTURBED);
        assertThat(Verdict.DISTURBED.bad()).isFalse();
    }

    @Test
    void aKernelThatAllocatesInOneStartFails() {
        assertThat(verdict(starts(new double[] {100, 100}, new double[] {100, 100}, 0, 16))).isEqualTo(Verdict.ALLOCATES);
        assertThat(Verdict.ALLOCATES.bad()).isTrue();
        assertThat(Cliff.of("step", 16, starts(new double[] {1, 1}, new double[] {1, 1}, 0, 16)).verdict())
                .isEqualTo(Verdict.EVEN);
    }

    @Test
    void everyMethodOfEveryKernelInterfaceIsChecked() {
        Set<String> covered = HotKernels.all().stream().flatMap(k -> k.covers().stream()).collect(Collectors.toSet());
        Set<String> all = new TreeSet<>();
        addKernels(Kernels.class, all);
        assertThat(all).hasSizeGreaterThan(30);
        assertThat(covered).isEqualTo(all);
    }

    /** Of the groups that {@code type} gives out, and that these do. */
    private static void addKernels(Class<?> type, Set<String> all) {
        for (Method group : type.getMethods()) {
            if (group.getReturnType().isInterface() && !Modifier.isStatic(group.getModifiers())) {
                Arrays.stream(group.getReturnType().getMethods())
                        .filter(m -> Arrays.stream(m.getParameterTypes()).anyMatch(Class::isArray))
                        .filter(m -> Modifier.isAbstract(m.getModifiers()))
                        .forEach(m -> all.add(group.getName() + "." + m.getName()));
                addKernels(group.getReturnType(), all);
            }
        }
    }

    @Test
    void namesAreNotTakenTwice() {
        assertThat(HotKernels.all()).extracting(HotKernel::name).doesNotHaveDuplicates();
    }

    @Test
    void everyKernelRuns() {
        for (HotKernel k : HotKernels.all()) {
            if (k.allowedBytes() == 0) {
                k.prepare().get().run();
            }
        }
    }
}
