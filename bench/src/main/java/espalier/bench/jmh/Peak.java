package espalier.bench.jmh;

import espalier.bench.peer.PeakTask;
import espalier.bench.peer.Task;

/** The multiply-add peak. */
public class Peak extends TaskBenchmark {
    @Override
    protected Task task() {
        return new PeakTask(threads);
    }
}
