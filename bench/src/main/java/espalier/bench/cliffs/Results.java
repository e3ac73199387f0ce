package espalier.bench.cliffs;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** What the starts have measured so far. */
final class Results {
    /**
     * A kernel in which a start is slow or allocates, be it by its code or by what disturbed it.
     *
     * @param fastest the start that it is to be compared with
     * @param slow whether it was slow
     */
    record Doubt(int start, String kernel, int fastest, boolean slow) {}

    private final List<HotKernel> kernels;
    private final Map<String, List<Start>> byKernel = new TreeMap<>();

    Results(List<HotKernel> kernels) {
        this.kernels = kernels;
    }

    /** Takes a pass of a start; the first ones of a kernel come in the order of the starts. */
    void add(int start, Start pass) {
        List<Start> starts = byKernel.computeIfAbsent(pass.kernel(), _ -> new ArrayList<>());
        if (start == starts.size()) {
            starts.add(pass);
        } else {
            starts.set(start, starts.get(start).then(pass));
        }
    }

    /** {@return what to ask again, start by start: the passes of one kernel are then spread over time} */
    List<Doubt> doubts() {
        List<Cliff> uneven = cliffs().stream().filter(c -> c.verdict() != Cliff.Verdict.EVEN).toList();
        int starts = byKernel.values().stream().mapToInt(List::size).max().orElse(0);
        return IntStream.range(0, starts).boxed()
                .flatMap(i -> uneven.stream().filter(c -> c.doubtful(i)).map(c -> new Doubt(i, c.kernel(), c.fastest(), c.slow(i))))
                .toList();
    }

    /** {@return what all starts say, in the order of the kernels} */
    List<Cliff> cliffs() {
        return kernels.stream().map(k -> Cliff.of(k.name(), k.allowedBytes(), byKernel.get(k.name()))).toList();
    }
}
