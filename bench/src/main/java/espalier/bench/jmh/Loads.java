package espalier.bench.jmh;

import espalier.bench.peer.LoadTask;
import espalier.bench.peer.Task;
import org.openjdk.jmh.annotations.Param;

/** Reading memory. */
public class Loads extends TaskBenchmark {
    /** The length of what is read. */
    @Param({"16 kB", "262144 kB"})
    public String shape;

    @Override
    protected Task task() {
        return LoadTask.parse(shape);
    }
}
